"""Two baselines are named and compared in the browser, a record is looked at as it stood, and a review is noted."""

from typing import TYPE_CHECKING

from tests.browser.conftest import House, Windows

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_two_baselines_are_compared(house: House, window: Windows) -> None:
    project = house.project()

    def entity(name: str, mass: str) -> str:
        given = {"entity_type": "component", "name": name, "project": project, "properties": {"mass": mass}}
        return str(house.call("POST", "entities", given | {"status": "active"})["id"])

    mirror = entity("mirror", "5 kg")
    page = window()
    page.goto(f"/projects/{project}/")
    page.get_by_role("link", name="Baselines").click()
    name_moment(page, "PDR")
    house.call("PATCH", f"entities/{mirror}", {"properties": {"mass": "6 kg"}, "note": "weighed"})
    entity("cell", "1 kg")
    name_moment(page, "CDR")

    page.get_by_label("From").fill("PDR")
    page.get_by_label("To").fill("CDR")
    page.get_by_role("button", name="Compare").click()
    assert page.get_by_role("heading", level=1).inner_text() == "PDR → CDR"
    changed = page.get_by_role("row", name="mirror")
    assert "changed" in changed.inner_text()
    assert changed.locator("del").inner_text() == "5"
    assert changed.locator("ins").inner_text() == "6"
    assert "added" in page.get_by_role("row", name="cell").inner_text()
    page.get_by_role("link", name="1 changed").click()
    assert page.get_by_role("row", name="cell").count() == 0

    page.get_by_role("link", name="mirror").click()
    page.get_by_role("link", name="As it stood after").last.click()
    assert "As it stood on" in page.get_by_role("status").first.inner_text()
    assert "5" in page.locator("#properties").inner_text()
    page.get_by_role("link", name="Show it as it stands now").click()
    assert "6" in page.locator("#properties").inner_text()


def name_moment(page: "Page", name: str) -> None:
    """Name the present moment."""
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Name it").click()
    page.get_by_text(f"“{name}” names this moment.").wait_for()


def test_a_review_is_noted(house: House, window: Windows) -> None:
    project = house.project()
    house.memory(project, "The dome is closed.")
    page = window()
    page.goto(f"/projects/{project}/changes/")
    assert "The dome is closed." in page.locator("main").inner_text()
    page.get_by_role("button", name="I have reviewed up to here").click()
    page.get_by_text("Nothing changed since you last reviewed.").wait_for()
    house.memory(project, "The dome is open.")
    page.reload()
    text = page.locator("main").inner_text()
    assert "The dome is open." in text
    assert "The dome is closed." not in text
