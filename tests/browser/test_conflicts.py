"""A conflict from the promotion that makes it to the decision that settles it, in a real browser."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import House, Windows
from tests.browser.desk import open_queue, press, settle
from tests.pages import faults_by_axe


def quarrel(house: House, project: str, status: str = "active", part: str = "M1 mirror") -> tuple[Any, Any]:
    """A part of 12.7 kg, and a memory that says 13.1 kg; a candidate says nothing yet."""
    entity = {"entity_type": "component", "name": part, "project": project, "properties": {"mass": "12.7 kg"}}
    made = house.call("POST", "entities", entity | {"status": "active"})
    return made, house.memory(project, f"{part} mass is 13.1 kg.", status=status)


def conflict(house: House, project: str) -> Any:
    """The project's only conflict."""
    (row,) = house.call("GET", f"conflicts?project={project}")["results"]
    return row


def test_a_conflict_found_on_promote_is_settled_by_two_keys(house: House, window: Windows) -> None:
    project = house.project()
    part, memory = quarrel(house, project, status="candidate")
    house.memory(project)
    page = window()
    open_queue(page, project)
    press(page, "a")
    expect(page.locator("#said")).to_contain_text("In an open conflict with “M1 mirror”")
    settle(page)
    page.goto(f"/triage/?tab=memories&project={project}")
    page.get_by_role("navigation", name="What to decide").get_by_role("link", name="Conflicts").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Conflicts")
    settle(page)
    page.keyboard.press("o")
    expect(page.get_by_role("heading", level=1)).to_contain_text("M1 mirror – two values for mass")
    row = conflict(house, project)
    page.keyboard.press("1" if part_is_first(page.inner_text("main")) else "2")
    decide = page.get_by_role("button", name="Decide")
    expect(decide).to_be_focused()
    expect(page.locator("form.note")).to_contain_text("This will supersede a memory.")
    assert faults_by_axe(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_text("Resolved: M1 mirror – two values for mass.")).to_be_visible()
    assert conflict(house, project)["status"] == "resolved"
    assert house.status(memory) == "superseded"
    last = house.history(memory)[0]
    assert (last["action"], last["actor"]) == ("supersede", "user:rosa")
    page.goto(f"/conflicts/{row['id']}/")
    page.keyboard.press("z")
    expect(page.locator(".status").first).to_have_text("open")
    assert (house.status(memory), conflict(house, project)["status"]) == ("active", "open")
    assert house.call("GET", f"entities/{part['id']}")["properties"]["mass"] == "12.7 kg"


def part_is_first(text: str) -> bool:
    """Tell whether the entity stands left of the memory."""
    return text.replace("\u202f", " ").index("12.7 kg") < text.replace("\u202f", " ").index("13.1 kg\n")


def test_a_dismissal_needs_words(house: House, window: Windows) -> None:
    project = house.project()
    quarrel(house, project)
    page = window()
    row = conflict(house, project)
    page.goto(f"/conflicts/{row['id']}/")
    page.keyboard.press("x")
    why = page.get_by_label("Why? (required)")
    expect(why).to_be_focused()
    page.get_by_role("button", name="Dismiss").click()
    assert conflict(house, project)["status"] == "open"
    why.fill("   ")
    page.get_by_role("button", name="Dismiss").click()
    expect(page.locator("#note-fault")).to_contain_text("needs words")
    assert faults_by_axe(page) == []
    page.get_by_label("Why? (required)").fill("Two temperatures.")
    page.get_by_role("button", name="Dismiss").click()
    page.wait_for_load_state("networkidle")
    assert conflict(house, project)["status"] == "dismissed"


def test_what_changed_meanwhile_is_marked_and_the_text_kept(house: House, window: Windows) -> None:
    project = house.project()
    part, _ = quarrel(house, project)
    page = window()
    row = conflict(house, project)
    page.goto(f"/conflicts/{row['id']}/?act=dismiss")
    page.get_by_label("Why? (required)").fill("A rounding.")
    house.call("PATCH", f"entities/{part['id']}", {"description": "polished", "version": part["version"]})
    with page.expect_response(lambda answer: answer.status == 409):
        page.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_role("alert")).to_contain_text("edited one of its sides")
    expect(page.get_by_text("changed since you saw it")).to_have_count(1)
    expect(page.get_by_label("Why? (required)")).to_have_value("A rounding.")
    assert faults_by_axe(page) == []
    page.get_by_role("button", name="Dismiss").click()
    page.wait_for_load_state("networkidle")
    assert conflict(house, project)["status"] == "dismissed"


def test_the_whole_way_without_a_script(house: House, window: Windows) -> None:
    project = house.project()
    part, memory = quarrel(house, project)
    page = window(java_script_enabled=False)
    page.goto(f"/triage/?tab=conflicts&project={project}")
    page.get_by_role("link", name="M1 mirror").click()
    page.get_by_role("link", name="Set the value").click()
    page.get_by_label("The right value").fill("12.9 kg")
    page.get_by_role("button", name="Show what it changes").click()
    expect(page.locator("form.note")).to_contain_text("Set 12.9\u202fkg.")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("Resolved: M1 mirror")).to_be_visible()
    assert house.call("GET", f"entities/{part['id']}")["properties"]["mass"] == "12.9 kg"
    assert house.status(memory) == "superseded"
