"""A memory becomes an entity by keys, and shows where it went."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import House, Windows
from tests.browser.desk import left, open_queue, press, settle, title


def made_of(house: House, memory: dict[str, Any], project: str) -> dict[str, Any]:
    """The entity that was made of a memory."""
    found = house.call("GET", f"entities?project={project}&limit=50")["results"]
    entity: dict[str, Any] = next(row for row in found if row["graduates_memory"] == memory["id"])
    return entity


def test_two_keys_graduate_and_promote(house: House, window: Windows) -> None:
    project = house.project()
    first = house.memory(project, "The turntable weighs 12.5 kg.", confidence=0.9)
    second = house.memory(project)
    page = window()
    open_queue(page, project)
    press(page, "t")
    expect(page.get_by_label("Name")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Turntable")
    expect(page.get_by_label("Mass")).to_have_value("12.5 kg")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage h1")).to_have_text(second["content"])
    settle(page)
    entity = made_of(house, first, project)
    assert (entity["status"], entity["name"], entity["properties"]) == ("active", "Turntable", {"mass": "12.5 kg"})
    assert house.status(first) == "graduated"
    page.goto(f"/memories/{first['id']}/")
    page.get_by_role("link", name="component Turntable").click()
    page.wait_for_url(f"**/entities/{entity['id']}/")
    expect(page.get_by_text("Made of the memory")).to_be_visible()


def test_left_a_candidate_it_is_promoted_from_its_own_tab(house: House, window: Windows) -> None:
    project = house.project()
    memory = house.memory(project, "Requirement: the door opens to at least 90 degrees.")
    page = window()
    open_queue(page, project)
    press(page, "t")
    page.get_by_role("heading", name="what should it become").wait_for()
    page.keyboard.press("Control+s")
    expect(page.locator("#stage")).to_contain_text("Proposed as requirement, waiting")
    assert (left(page), house.status(memory)) == (1, "candidate")
    page.goto(f"/triage/?tab=entities&project={project}")
    page.locator("#list[role=listbox]").wait_for()
    page.wait_for_timeout(200)
    assert title(page) == "Door opens to at least 90 degrees"
    press(page, "a")
    settle(page)
    assert (house.status(memory), made_of(house, memory, project)["status"]) == ("graduated", "active")
    page.get_by_role("heading", name="Nothing to review").wait_for()
    press(page, "z")
    page.get_by_role("heading", name="Door opens").wait_for()
    assert (house.status(memory), made_of(house, memory, project)["status"]) == ("candidate", "candidate")


def test_another_type_shows_its_properties_and_escape_leaves_all_as_it_was(house: House, window: Windows) -> None:
    project = house.project()
    memory = house.memory(project, "The hinge has a play of 0.2 mm.")
    page = window()
    open_queue(page, project)
    press(page, "t")
    kind = page.get_by_label("Type", exact=True).and_(page.locator("#stage select"))
    kind.select_option("interface")
    expect(page.get_by_label("Specification")).to_be_visible()
    expect(kind).to_be_focused()
    page.on("dialog", lambda dialog: dialog.accept())
    press(page, "Escape")
    assert page.locator("#stage .drawer").count() == 0
    assert house.status(memory) == "candidate"


def test_enter_in_a_field_decides_nothing_and_a_fault_is_shown(house: House, window: Windows) -> None:
    project = house.project()
    memory = house.memory(project, "The plinth weighs 80 kg.")
    page = window()
    open_queue(page, project)
    press(page, "t", "Enter")
    settle(page)
    assert house.status(memory) == "candidate"
    page.get_by_label("Quantity").fill("two")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("“quantity” takes a number.")).to_be_visible()
    expect(page.get_by_label("Quantity")).to_be_focused()
    page.get_by_label("Quantity").fill("2")
    page.keyboard.press("Control+Enter")
    settle(page)
    assert made_of(house, memory, project)["properties"] == {"mass": "80 kg", "quantity": 2}


def test_what_stands_already_is_seen_before_anything_is_saved(house: House, window: Windows) -> None:
    project = house.project()
    body = {"entity_type": "component", "name": "Chopper wheel, spare", "project": project, "status": "active"}
    stands = house.call("POST", "entities", body)
    memory = house.memory(project, "The chopper wheel weighs 140 g.")
    page = window()
    open_queue(page, project)
    press(page, "t")
    expect(page.get_by_role("link", name="Chopper wheel, spare")).to_be_in_viewport()
    page.get_by_role("button", name="Promote the memory as its source").click()
    page.get_by_role("heading", name="Nothing to review").wait_for()
    assert house.status(memory) == "active"
    assert house.call("GET", f"entities/{stands['id']}")["source_refs"] == [f"memory:{memory['id']}"]


def test_without_script_it_is_a_page(house: House, window: Windows) -> None:
    project = house.project()
    memory = house.memory(project, "The crane hook weighs 3 kg.")
    page = window(java_script_enabled=False)
    page.goto(f"/triage/?tab=memories&project={project}")
    page.get_by_role("link", name="Graduate").click()
    page.get_by_label("Type", exact=True).select_option("parameter")
    page.get_by_role("button", name="Show the properties of the chosen type").click()
    expect(page.get_by_label("Value")).to_have_value("3 kg")
    expect(page.get_by_label("Name")).to_have_value("Crane hook mass")
    page.get_by_role("button", name="Graduate and promote").click()
    assert (house.status(memory), made_of(house, memory, project)["entity_type"]) == ("graduated", "parameter")
