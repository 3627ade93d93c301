"""One key a decision, in a real browser, saved on a real server."""

from playwright.sync_api import Dialog, expect

from tests.browser.conftest import House, Windows
from tests.browser.desk import DWELL, left, open_queue, press, settle, title


def test_promote_shows_the_next_card_and_is_saved(house: House, window: Windows) -> None:
    project = house.project()
    first, second = house.memories(project, 2)
    page = window()
    open_queue(page, project)
    assert title(page) == first["content"]
    press(page, "a")
    assert title(page) == second["content"]
    settle(page)
    assert (house.status(first), house.status(second)) == ("active", "candidate")
    expect(page.locator("#stage h1")).to_be_focused()


def test_reject_then_a_reason_for_the_previous_card(house: House, window: Windows) -> None:
    project = house.project()
    first, second = house.memories(project, 2)
    page = window()
    open_queue(page, project)
    press(page, "r")
    assert page.get_by_text("Rejected. Why?").is_visible()
    press(page, "3")
    settle(page)
    assert house.status(first) == "invalid"
    assert [(row["action"], row["note"]) for row in house.history(first)][:2] == [
        ("annotate", "duplicate"),
        ("reject", ""),
    ]
    assert house.status(second) == "candidate"


def test_edit_in_place_save_and_promote(house: House, window: Windows) -> None:
    project = house.project()
    first, second = house.memories(project, 2)
    page = window()
    open_queue(page, project)
    press(page, "e")
    text = page.get_by_label("Content")
    expect(text).to_be_focused()
    text.fill("Said better by a person.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage h1")).to_have_text(second["content"])
    settle(page)
    now = house.call("GET", f"memories/{first['id']}")
    assert (now["content"], now["status"]) == ("Said better by a person.", "active")


def test_a_fault_stands_beside_its_field_and_takes_the_focus(house: House, window: Windows) -> None:
    project = house.project()
    house.memories(project, 2)
    page = window()
    open_queue(page, project)
    press(page, "e")
    page.get_by_label("Valid until").fill("next spring")
    page.keyboard.press("Control+s")
    expect(page.get_by_label("Valid until")).to_be_focused()
    expect(page.locator(".form-error").first).to_be_visible()


def test_escape_asks_only_when_something_was_typed(house: House, window: Windows) -> None:
    project = house.project()
    (memory,) = house.memories(project, 1)
    page = window()
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", agree)
    open_queue(page, project)
    press(page, "e", "Escape")
    assert (asked, page.locator(".drawer").count()) == ([], 0)
    press(page, "e")
    page.get_by_label("Content").fill("Something else.")
    press(page, "Escape")
    assert (len(asked), page.locator(".drawer").count()) == (1, 0)
    assert house.call("GET", f"memories/{memory['id']}")["version"] == 1


def test_supersede_a_similar_one(house: House, window: Windows) -> None:
    project = house.project()
    old = house.memory(project, "The optical bench weighs 5.4 kg with its feet.", status="active")
    new = house.memory(project, "The optical bench weighs 5.62 kg with its feet.")
    page = window()
    open_queue(page, project)
    press(page, "s", "1")
    page.get_by_role("button", name="Promote and supersede").wait_for()
    page.keyboard.press("Enter")
    settle(page)
    assert (house.status(old), house.status(new)) == ("superseded", "active")


def test_merge_into_a_similar_one_field_by_field(house: House, window: Windows) -> None:
    project = house.project()
    old = house.memory(project, "The slit is 50 um wide at both ends.", status="active", domain_tags=["optics"])
    new = house.memory(project, "The slit is 51 um wide at both ends.", domain_tags=["slit"])
    page = window()
    open_queue(page, project)
    press(page, "m", "1")
    page.locator("input[name=take-content][value=source]").check()
    page.get_by_role("button", name="Merge Enter").click()
    settle(page)
    merged = house.call("GET", f"memories/{old['id']}")
    assert (merged["content"], merged["domain_tags"]) == (new["content"], ["optics", "slit"])
    assert house.status(new) == "superseded"


def test_skip_goes_to_the_end_and_decides_nothing(house: House, window: Windows) -> None:
    project = house.project()
    first, second = house.memories(project, 2)
    page = window()
    open_queue(page, project)
    press(page, " ")
    assert title(page) == second["content"]
    press(page, " ")
    assert title(page) == first["content"]
    assert left(page) == 2


def test_what_was_skipped_stays_at_the_end_over_a_reload_but_can_be_asked_for(house: House, window: Windows) -> None:
    project = house.project()
    first, second, third = house.memories(project, 3)
    page = window()
    open_queue(page, project)
    press(page, " ", "a")
    settle(page)
    open_queue(page, project)
    assert title(page) == third["content"]
    assert page.locator("#list > [data-id]").last.get_attribute("data-id") == first["id"]
    assert (house.status(first), house.status(second)) == ("candidate", "active")
    page.goto(f"/triage/?tab=memories&project={project}&card={first['id']}")
    page.locator("#list[role=listbox]").wait_for()
    assert title(page) == first["content"]


def test_a_card_asked_for_is_shown_however_long_the_queue(house: House, window: Windows) -> None:
    project = house.project()
    *_, last = house.memories(project, 55)
    page = window()
    page.goto(f"/memories/{last['id']}/")
    page.get_by_role("link", name="Show in triage").click()
    page.locator("#list[role=listbox]").wait_for()
    expect(page.locator("#stage h1")).to_have_text(last["content"])
    page.wait_for_timeout(DWELL)
    press(page, "r")
    settle(page)
    assert house.status(last) == "invalid"


def test_how_many_pass_the_filter_follows_what_is_decided(house: House, window: Windows) -> None:
    project = house.project()
    house.memories(project, 3)
    page = window()
    open_queue(page, project)
    press(page, "a", "x")
    expect(page.locator(".bulkbar")).to_contain_text("all 2 in this filter")
    press(page, "x", "z")
    settle(page)
    press(page, "x")
    expect(page.locator(".bulkbar")).to_contain_text("all 3 in this filter")


def test_undo_takes_the_last_decision_back_and_shows_it_again(house: House, window: Windows) -> None:
    project = house.project()
    first, second = house.memories(project, 2)
    page = window()
    open_queue(page, project)
    press(page, "a")
    settle(page)
    press(page, "z")
    settle(page)
    assert house.status(first) == "candidate"
    assert title(page) == first["content"]
    assert left(page) == 2
    assert page.locator(".today b").first.inner_text() == page.locator(".kinds [aria-current] .count").inner_text()
    assert house.status(second) == "candidate"


def test_bulk_in_three_keys(house: House, window: Windows) -> None:
    project = house.project()
    rows = house.memories(project, 20)
    page = window()
    open_queue(page, project)
    press(page, "*", "a")
    page.locator(".alert").get_by_text("20 promoted").wait_for()
    assert {house.status(row) for row in rows} == {"active"}
    assert len({house.history(row)[0]["request_id"] for row in rows}) == 1


def test_more_than_twenty_are_asked_about(house: House, window: Windows) -> None:
    project = house.project()
    rows = house.memories(project, 22)
    page = window()
    open_queue(page, project)
    press(page, "*", "r")
    page.get_by_role("heading", name="Reject 22 memories?").wait_for()
    assert house.status(rows[0]) == "candidate"
    page.keyboard.press("Enter")
    page.locator(".alert").get_by_text("22 rejected").wait_for()
    assert {house.status(row) for row in rows} == {"invalid"}


def test_selecting_extends_and_what_was_skipped_stays_selected(house: House, window: Windows) -> None:
    project = house.project()
    rows = house.memories(project, 3)
    page = window()
    open_queue(page, project)
    press(page, "Shift+J", "Shift+J")
    assert page.locator("#chosen").inner_text() == "3"
    house.call("PATCH", f"memories/{rows[1]['id']}", {"confidence": 0.2})
    press(page, "a")
    page.locator(".alert").get_by_text("2 promoted").wait_for()
    assert page.locator("#list > [aria-selected=true]").count() == 1
    assert house.status(rows[1]) == "candidate"


def test_the_keyboard_map_opens_and_closes(house: House, window: Windows) -> None:
    project = house.project()
    house.memories(project, 1)
    page = window()
    open_queue(page, project)
    press(page, "?")
    assert page.get_by_role("heading", name="Keyboard").is_visible()
    press(page, "a")  # keys rest while it is open
    press(page, "Escape")
    assert not page.get_by_role("heading", name="Keyboard").is_visible()
    assert left(page) == 1


def test_keys_rest_while_typing_and_when_turned_off(house: House, window: Windows) -> None:
    project = house.project()
    house.memories(project, 2)
    page = window("ben")
    open_queue(page, project)
    press(page, "/")
    page.get_by_label("Proposed by").fill("ara")
    assert left(page) == 2
    page.goto("/account/")
    page.get_by_label("Single-key shortcuts").uncheck()
    page.get_by_role("button", name="Save").click()
    open_queue(page, project)
    press(page, "a", "r")
    assert left(page) == 2
    page.goto("/account/")
    page.get_by_label("Single-key shortcuts").check()
    page.get_by_role("button", name="Save").click()


def test_space_keeps_its_native_meaning_on_a_button(house: House, window: Windows) -> None:
    project = house.project()
    first, _ = house.memories(project, 2)
    page = window()
    open_queue(page, project)
    page.locator("#stage [data-key=r]").focus()
    press(page, " ")
    settle(page)
    assert house.status(first) == "invalid"


def test_a_held_key_and_a_burst_decide_only_what_was_seen(house: House, window: Windows) -> None:
    project = house.project()
    rows = house.memories(project, 8)
    page = window()
    open_queue(page, project)
    page.keyboard.down("a")
    for _ in range(5):
        page.keyboard.down("a")  # what a held key sends
    page.keyboard.up("a")
    for _ in range(5):
        page.keyboard.press("r")  # sooner than a person could read the card
    settle(page)
    assert [house.status(row) for row in rows].count("candidate") == 7
