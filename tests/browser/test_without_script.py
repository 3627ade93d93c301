"""The same buttons without JavaScript: plain forms that lead on to the next card."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import House, Windows

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def plain(window: Windows) -> "Callable[[], Page]":
    """Open a window that runs no script."""
    return lambda: window(java_script_enabled=False)


def queue(page: "Page", project: str) -> None:
    """Go to a project's queue, the oldest first."""
    page.goto(f"/triage/?tab=memories&project={project}&sort=oldest")


def test_promote_and_reject_with_a_reason_lead_to_the_next_card(house: House, plain: "Callable[[], Page]") -> None:
    project = house.project()
    first, second, third = house.memories(project, 3)
    page = plain()
    queue(page, project)
    page.locator(".actions").get_by_role("button", name="Promote").click()
    expect(page.locator("h1[id^=title]")).to_have_text(second["content"])
    page.get_by_label("because").select_option("trivial")
    page.locator(".actions").get_by_role("button", name="Reject").click()
    expect(page.locator("h1[id^=title]")).to_have_text(third["content"])
    assert (house.status(first), house.status(second)) == ("active", "invalid")
    assert house.history(second)[0]["note"] == "trivial"
    expect(page.get_by_text("Rejected:")).to_be_visible()


def test_edit_and_promote_on_a_page_of_its_own(house: House, plain: "Callable[[], Page]") -> None:
    project = house.project()
    first, second = house.memories(project, 2)
    page = plain()
    queue(page, project)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Content").fill("Said better.")
    page.get_by_role("button", name="Save and promote").click()
    expect(page.locator("h1[id^=title]")).to_have_text(second["content"])
    now = house.call("GET", f"memories/{first['id']}")
    assert (now["content"], now["status"]) == ("Said better.", "active")


def test_supersede_and_merge(house: House, plain: "Callable[[], Page]") -> None:
    project = house.project()
    old = house.memory(project, "The optical bench weighs 5.4 kg with feet.", status="active")
    new = house.memory(project, "The optical bench weighs 5.62 kg with feet.")
    page = plain()
    queue(page, project)
    page.get_by_role("link", name="Show what resembles it").click()
    page.get_by_role("link", name="Supersede").first.click()
    page.get_by_role("button", name="Promote and supersede").click()
    assert (house.status(old), house.status(new)) == ("superseded", "active")
    newer = house.memory(project, "The optical bench weighs 5.63 kg with feet.")
    queue(page, project)
    page.get_by_role("link", name="Show what resembles it").click()
    page.get_by_role("link", name="Merge").first.click()
    page.get_by_role("button", name="Merge").click()
    assert (house.status(new), house.status(newer)) == ("active", "superseded")


def test_select_decide_and_take_back(house: House, plain: "Callable[[], Page]") -> None:
    project = house.project()
    rows = house.memories(project, 3)
    page = plain()
    queue(page, project)
    for box in page.get_by_label("Select").all()[:2]:
        box.check()
    page.locator(".bulkbar").get_by_role("button", name="Reject").click()
    assert [house.status(row) for row in rows] == ["invalid", "invalid", "candidate"]
    page.locator(".decided").get_by_role("button").first.click()
    assert [house.status(row) for row in rows].count("candidate") == 2


def test_skip_and_choose_by_address(house: House, plain: "Callable[[], Page]") -> None:
    project = house.project()
    _, second, third = house.memories(project, 3)
    page = plain()
    queue(page, project)
    page.get_by_role("link", name="Skip", exact=True).click()
    expect(page.locator("h1[id^=title]")).to_have_text(second["content"])
    page.locator("#list a").nth(2).click()
    expect(page.locator("h1[id^=title]")).to_have_text(third["content"])
