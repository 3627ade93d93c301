"""Fixtures of the whole suite, and the rule that CI leaves nothing out."""

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.live import LiveApp, installation
from tests.machine import CHROMIUM, missing_chromium, on_ci, on_postgres

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# How long an example takes tells of the machine's other work, not of the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

pytest_plugins = ["tests.both_databases", "tests.clients"]

# Reasons a test may be left out for even in CI, and why that is honest.
ONLY_POSTGRES = "holds on PostgreSQL only"  # the run on PostgreSQL runs it
ONLY_SQLITE = "holds on SQLite only"  # the run on SQLite runs it
BROWSER_ON_SQLITE = "browser tests run on SQLite only"  # the pages are the same; the run on SQLite runs it
# Not ours to publish, so no checkout has it; small sources of our own go through the same code in every run.
SHARED_DATA = "the shared data is not beside this checkout"
ALLOWED = (ONLY_POSTGRES, ONLY_SQLITE, BROWSER_ON_SQLITE, SHARED_DATA)

BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test writes to the data folder of whoever runs the suite."""
    from django.conf import settings as site

    site.ATOCORE_DATA = tmp_path_factory.mktemp("data")
    site.MIDDLEWARE = [*site.MIDDLEWARE, "zeal.middleware.zeal_middleware"]
    site.ZEAL_NPLUSONE_THRESHOLD = 4
    site.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_configure(config: pytest.Config) -> None:
    """Pages and REST answers that ask the database row by row fail their test."""
    from zeal.constants import initialize_app_registry
    from zeal.patch import patch

    initialize_app_registry()
    patch()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what this machine or this run's database cannot do, saying why."""
    if item.get_closest_marker("needs_postgres") and not on_postgres():
        pytest.skip(ONLY_POSTGRES)
    if item.get_closest_marker("needs_sqlite") and on_postgres():
        pytest.skip(ONLY_SQLITE)
    if item.get_closest_marker("needs_chromium"):
        if on_postgres():
            pytest.skip(BROWSER_ON_SQLITE)
        if missing := missing_chromium():
            pytest.skip(missing)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test that was left out is a failure, but for the allowed reasons."""
    report = yield
    if on_ci() and report.skipped and not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that was left out."""
    report = yield
    if on_ci() and report.skipped:
        _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not any(allowed in reason for allowed in ALLOWED):
        report.outcome = "failed"
        report.longrepr = f"left out in CI, where nothing may be: {reason}"


@pytest.fixture(scope="session")
def live_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveApp]:
    """A server that runs on an empty, migrated database of its own; shared by the tests of a process."""
    with installation(tmp_path_factory.mktemp("live")) as app:
        app.start()
        yield app


@pytest.fixture
def stopped_app(tmp_path: Path) -> Iterator[LiveApp]:
    """An empty, migrated installation of this test alone, not serving yet (`start` does)."""
    with installation(tmp_path) as app:
        yield app


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """Chromium, without a window and without the network."""
    from playwright.sync_api import sync_playwright

    # The browser's library keeps an event loop in this thread; Django would then refuse every query of later tests.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser", live_app: LiveApp) -> "Iterator[Page]":
    """A fresh browser window on `live_app`. A request to any other origin, or a script error, fails the test."""
    context = browser.new_context(base_url=live_app.base_url)
    context.set_default_timeout(10_000)
    window = context.new_page()
    faults = watch(window, live_app.base_url)
    yield window
    context.close()
    assert not faults


def watch(window: "Page", origin: str) -> list[str]:
    """Collect what a page must never do: leave its origin, throw, break its content security policy."""
    faults: list[str] = []

    def request(url: str) -> None:
        if not url.startswith((origin, "data:", "blob:", "about:")):
            faults.append(f"request to {url}")

    window.on("request", lambda sent: request(sent.url))
    window.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    window.on(
        "console",
        lambda line: faults.append(f"console: {line.text}") if "Content Security Policy" in line.text else None,
    )
    return faults


@pytest.fixture
def sign_in(live_app: LiveApp) -> "Callable[[Page, str], None]":
    """`sign_in(page, name)` signs somebody who exists in, by a link, as a person would."""

    def by_link(window: "Page", name: str) -> None:
        window.goto(live_app.sign_in_link(name))
        window.get_by_role("button", name="Sign in").click()
        window.wait_for_url(lambda url: "/account/" not in url)

    return by_link
