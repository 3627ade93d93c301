"""The sample project in front of a browser, for those who take its picture."""

import json
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.browser.conftest import signed_in
from tests.browser.small_png import shrunk
from tests.live import ROOT, LiveApp, installation

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = ROOT / "docs" / "images"
PROJECT = "p21-heron"


class Sample:
    """A server with the sample, and a window in which an administrator is signed in."""

    def __init__(self, app: LiveApp, page: "Page", blank: "Page") -> None:
        self.page, self._blank = page, blank
        self._base = app.base_url
        self._token = app.create_token("weighing", "maintainer")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the REST door; answers the JSON."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._base}/api/v1/{path}", data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def entity(self, name: str) -> str:
        """Return the id of the active entity of a name."""
        asked = urllib.parse.urlencode({"project": PROJECT, "status": "active", "name": name})
        return str(self.call("GET", f"entities?{asked}")["results"][0]["id"])

    def go(self, address: str) -> None:
        """Open a page and wait until it is whole."""
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")

    def keep(self, name: str, picture: bytes) -> None:
        """Write a picture, made small, into the documentation."""
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(shrunk(self._blank, picture))


@contextmanager
def loaded(chromium: "Browser") -> Iterator[Sample]:
    """Load the sample into an installation of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as app:
        app.manage("load_sample")
        app.start()
        app.create_user("ada", "admin")
        state = signed_in(chromium, app, "ada")
        context = chromium.new_context(base_url=app.base_url, storage_state=state, color_scheme="light")
        yield Sample(app, context.new_page(), chromium.new_page())
        context.close()
