"""A team in front of a real server: people who are signed in, and candidates that come in over REST."""

import hashlib
import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import watch
from tests.live import LiveApp, installation

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_number = count(1)
#: Opens a window in which somebody is signed in; options are those of a browser context.
Windows = Callable[..., "Page"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.needs_chromium)


@dataclass
class House:
    """What a program sees of the server: projects to register, candidates to propose, records to read."""

    app: LiveApp
    token: str

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the REST door; answers the JSON."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.app.base_url}/api/v1/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def project(self) -> str:
        """Register a project of its own for one test."""
        name = f"bench-{next(_number)}"
        self.call("POST", "projects", {"name": name})
        return name

    def memory(self, project: str, content: str = "", **fields: Any) -> dict[str, Any]:
        """Propose a memory."""
        given = {"memory_type": "knowledge", "content": content or _fact(), "project": project, "confidence": 0.5}
        made: dict[str, Any] = self.call("POST", "memories", given | fields)
        return made

    def memories(self, project: str, most: int) -> list[dict[str, Any]]:
        """Propose several, the surest first in the queue."""
        return [self.memory(project, confidence=round(0.9 - place / 1000, 3)) for place in range(most)]

    def status(self, memory: dict[str, Any]) -> str:
        """Where a memory stands now."""
        return str(self.call("GET", f"memories/{memory['id']}")["status"])

    def history(self, memory: dict[str, Any]) -> list[dict[str, Any]]:
        """A memory's audit rows, newest first."""
        rows: list[dict[str, Any]] = self.call("GET", f"memories/{memory['id']}/audit")["results"]
        return rows


def _fact() -> str:
    # Words that no other fact shares, so that nothing is a near duplicate of anything.
    number = next(_number)
    return "Fact " + " ".join(hashlib.sha256(f"{number}-{place}".encode()).hexdigest()[:7] for place in range(8)) + "."


@pytest.fixture(scope="session")
def house(live_app: LiveApp) -> House:
    """The server with a maintainer's token."""
    for name, role in (("rosa", "maintainer"), ("ben", "reviewer"), ("carla", "reviewer")):
        live_app.create_user(name, role)
    return House(live_app, live_app.create_token("desk", "maintainer"))


@pytest.fixture(scope="session")
def keys_of(house: House, browser: "Browser") -> Callable[[str], Any]:
    """Sign somebody in once and keep their cookies for every window they open later."""
    kept: dict[str, Any] = {}

    def cookies(name: str) -> Any:
        if name not in kept:
            kept[name] = signed_in(browser, house.app, name)
        return kept[name]

    return cookies


def signed_in(browser: "Browser", app: LiveApp, name: str) -> Any:
    """Use a sign-in link; returns the browser's state."""
    context = browser.new_context(base_url=app.base_url)
    window = context.new_page()
    window.goto(app.sign_in_link(name))
    window.get_by_role("button", name="Sign in").click()
    window.wait_for_url(lambda url: "/account/" not in url)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def window(browser: "Browser", house: House, keys_of: Callable[[str], Any]) -> Iterator[Windows]:
    """Open windows; one that leaves its origin, throws or breaks its policy fails the test at the end."""
    contexts, faults = [], []

    def open_window(name: str = "rosa", **options: Any) -> "Page":
        options = {"viewport": {"width": 1440, "height": 900}, **options}
        context = browser.new_context(base_url=house.app.base_url, storage_state=keys_of(name), **options)
        context.set_default_timeout(8_000)
        contexts.append(context)
        page = context.new_page()
        faults.append(watch(page, house.app.base_url))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert [fault for found in faults for fault in found] == []


@pytest.fixture(scope="session")
def sample_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveApp]:
    """A server with the sample project."""
    with installation(tmp_path_factory.mktemp("sample")) as app:
        app.manage("load_sample")
        app.start()
        app.create_user("ada", "admin")
        yield app
