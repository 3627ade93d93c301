"""The pages that docs/tour.md names are there, on the sample that it speaks of."""

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import signed_in
from tests.live import ROOT, LiveApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMED = re.findall(r"`(/[a-z]+/[^`\s]*)`", (ROOT / "docs" / "tour.md").read_text())


@pytest.fixture(scope="module")
def state(browser: "Browser", sample_app: LiveApp) -> object:
    """Somebody who is signed in there."""
    return signed_in(browser, sample_app, "ada")


def test_each_page_of_the_tour_is_there_and_holds_what_is_told(
    browser: "Browser", sample_app: LiveApp, state: object
) -> None:
    assert {path.split("/")[1] for path in NAMED} >= {"triage", "entities", "conflicts", "search", "context", "connect"}
    context = browser.new_context(base_url=sample_app.base_url, storage_state=state)  # type: ignore[arg-type]
    page = context.new_page()
    for path in NAMED:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        if "barrel" in path:
            expect(page.locator("main")).to_contain_text("Camera barrel")
    context.close()
