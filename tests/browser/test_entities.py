"""Engineering by hand in a real browser: a link made with the keyboard alone, and a suspect link that is confirmed."""

from typing import TYPE_CHECKING, Any

from tests.browser.conftest import House, Windows

if TYPE_CHECKING:
    from playwright.sync_api import Page


def entity(house: House, project: str, entity_type: str, name: str, **properties: str) -> Any:
    """Make an active entity."""
    given = {"entity_type": entity_type, "name": name, "project": project, "properties": properties, "status": "active"}
    return house.call("POST", "entities", given)


def said(page: "Page", part: str = "main") -> str:
    """What the page says, thin spaces as spaces."""
    return " ".join(page.locator(part).inner_text().split())


def test_a_link_is_made_with_the_keyboard_alone(house: House, window: Windows) -> None:
    # A word that the sample has nowhere: what other projects hold is offered, too, and another test may have loaded it.
    project = house.project()
    cell = entity(house, project, "component", "Cell")
    entity(house, project, "requirement", "Ballast limit")
    entity(house, project, "requirement", "Ballast margin")
    entity(house, project, "parameter", "Ballast of the cell")
    page = window()
    page.goto(f"/entities/{cell['id']}/")
    page.locator("#relate-reading").focus()
    page.keyboard.type("satisfies")
    page.keyboard.press("Tab")
    page.keyboard.type("ballast", delay=30)
    page.locator("#relate-found input").first.wait_for()
    assert page.locator("#relate-found label").all_inner_texts() == [
        "Ballast limit requirement",
        "Ballast margin requirement",
    ]
    assert said(page, "#relate-count") == "2 found."
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("#relate-sentence", has_text="Cell satisfies Ballast limit.").wait_for()
    page.keyboard.press("ArrowDown")
    page.locator("#relate-sentence", has_text="Read backwards: Ballast margin is satisfied by Cell.").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.type("by design")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".note", has_text="Saved: Cell satisfies Ballast margin").wait_for()
    assert "Satisfies Ballast margin" in said(page, "#relationships")
    links = house.call("GET", f"relationships?project={project}")["results"]
    assert [(link["target_entity"]["name"], link["status"]) for link in links] == [("Ballast margin", "active")]


def test_what_rests_on_a_changed_requirement_is_suspect_until_it_is_confirmed(house: House, window: Windows) -> None:
    project = house.project()
    cell = entity(house, project, "component", "Cell")
    need = entity(house, project, "requirement", "Mass limit", threshold="12 kg")
    ends = {"source_entity": cell["id"], "relationship_type": "satisfies", "target_entity": need["id"]}
    house.call("POST", "relationships", {**ends, "status": "active"})
    page = window()
    page.goto(f"/entities/{need['id']}/edit/")
    page.get_by_label("Threshold").fill("11 kg")
    page.get_by_label("Reason").fill("the crane is smaller")
    page.get_by_role("button", name="Save").click()
    page.goto(f"/entities/{cell['id']}/")
    assert "Cell satisfies Mass limit threshold 12 11 kg Changed by rosa" in said(page, "#suspect-links")
    page.goto(f"/projects/{project}/suspect-links/")
    page.get_by_label("Confirm: Cell satisfies Mass limit").check()
    page.get_by_role("button", name="Confirm the ticked ones").click()
    page.get_by_text("All clear").wait_for()
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("table").wait_for()
    page.goto(f"/entities/{cell['id']}/")
    page.get_by_role("button", name="Confirm: Cell satisfies Mass limit").click()
    page.locator(".note", has_text="1 link confirmed").wait_for()
    assert page.locator("#suspect-links").count() == 0
