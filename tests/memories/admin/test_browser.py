"""The administration in a real browser: it works under our content security policy, and axe finds nothing."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import pytest

from tests.live import LiveApp
from tests.pages import faults_by_axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.needs_chromium


@pytest.fixture(scope="module")
def person(live_app: LiveApp) -> str:
    live_app.create_user("ada", "admin")
    live_app.manage("load_sample")
    return "ada"


def _open_first(page: "Page", model: str) -> None:
    page.goto(f"/admin/{model}/")
    page.locator("#result_list tbody th a").first.click()
    page.locator("h1").wait_for()


def test_a_memory_is_corrected_and_its_history_shows_it(
    page: "Page", person: str, sign_in: "Callable[[Page, str], None]"
) -> None:
    sign_in(page, person)
    page.goto("/admin/memories/memory/?status__exact=active")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_label("Confidence").fill("0.77")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("This field is required").wait_for()
    page.get_by_label("Reason").first.fill("compared with the test sheet")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("was changed successfully").wait_for()
    page.get_by_role("link", name="Every change of it").click()
    page.locator("#result_list tbody th a").first.click()
    table = page.locator("table.changes")
    assert "confidence" in table.inner_text()
    assert "0.77" in table.inner_text()
    page.get_by_text("Undo this decision").first.click()
    page.get_by_role("button", name="Undo this decision").click()
    page.get_by_text("Done: undo this decision").wait_for()


MODELS = ("memories/memory", "memories/auditentry", "memories/user", "memories/project", "engineering/entity")
ADDRESSES = (
    "/admin/",
    *(f"/admin/{model}/" for model in (*MODELS, "memories/apitoken", "engineering/relationship")),
    "/admin/memories/memory/add/",
    "/admin/memories/apitoken/add/",
)


def _walk(page: "Page") -> Iterator[str]:
    """Open every sort of page in turn, its small forms unfolded; yield what it is."""
    for address in ADDRESSES:
        page.goto(address)
        yield address
    for model in MODELS:
        _open_first(page, model)
        for summary in page.locator(".deeds summary").all():
            summary.click()
        yield model
    page.goto("/admin/memories/memory/?status__exact=active")
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".errornote").wait_for()
    yield "a form with a fault"


def test_no_page_breaks_the_policy_or_asks_another_origin(
    page: "Page", person: str, sign_in: "Callable[[Page, str], None]"
) -> None:
    sign_in(page, person)
    assert len(list(_walk(page))) == len(ADDRESSES) + len(MODELS) + 1  # the fixture asserts that nothing was blocked


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing(
    browser: "Browser", live_app: LiveApp, person: str, sign_in: "Callable[[Page, str], None]", colours: str
) -> None:
    scheme: Literal["light", "dark"] = "dark" if colours == "dark" else "light"
    # axe measures with style elements of its own, which our policy would block.
    context = browser.new_context(base_url=live_app.base_url, bypass_csp=True, color_scheme=scheme)
    window = context.new_page()
    sign_in(window, person)
    found = {where: faults for where in _walk(window) if (faults := faults_by_axe(window))}
    context.close()
    assert not found
