"""Two people at once, and a line that breaks: nothing is lost, nothing overwritten, and it is said."""

import re

from playwright.sync_api import Route, expect

from tests.browser.conftest import House, Windows
from tests.browser.desk import left, open_queue, press, settle, title


def test_the_second_reviewer_is_told_what_the_first_did(house: House, window: Windows) -> None:
    project = house.project()
    first, second = house.memories(project, 2)
    rosa, ben = window("rosa"), window("ben")
    open_queue(rosa, project)
    open_queue(ben, project)
    press(rosa, "a")
    settle(rosa)
    press(ben, "r")
    alert = ben.locator("#alerts .alert")
    expect(alert).to_contain_text(re.compile(r"rosa promoted this \d+\s*s ago"))
    expect(alert).to_contain_text("active")
    assert house.status(first) == "active"
    assert title(ben) == second["content"]


def test_an_edit_that_came_too_late_keeps_the_text_and_can_be_applied_again(house: House, window: Windows) -> None:
    project = house.project()
    (memory,) = house.memories(project, 1)
    rosa, ben = window("rosa"), window("ben")
    open_queue(rosa, project)
    open_queue(ben, project)
    press(ben, "e")
    ben.get_by_label("Content").fill("What ben wrote.")
    press(rosa, "e")
    rosa.get_by_label("Content").fill("What rosa wrote.")
    rosa.keyboard.press("Control+s")
    expect(rosa.locator("#stage h1")).to_have_text("What rosa wrote.")
    ben.keyboard.press("Control+s")
    alert = ben.locator("#alerts .alert")
    expect(alert).to_contain_text("rosa edited this")
    expect(alert.locator("ins")).to_have_text("ben")
    assert house.call("GET", f"memories/{memory['id']}")["content"] == "What rosa wrote."
    alert.get_by_role("button", name="Re-apply mine as an edit").click()
    settle(ben)
    assert house.call("GET", f"memories/{memory['id']}")["content"] == "What ben wrote."


def test_a_broken_line_puts_the_card_back_on_top_and_retry_saves_it(house: House, window: Windows) -> None:
    project = house.project()
    first, second = house.memories(project, 2)
    page = window()
    page.route("**/promote/", lambda route: route.abort())
    open_queue(page, project)
    press(page, "a")
    page.get_by_text("Not saved – retry").wait_for()
    assert title(page) == first["content"]
    assert left(page) == 2
    page.unroute("**/promote/")
    page.get_by_role("button", name="Retry").click()
    settle(page)
    assert house.status(first) == "active"
    assert title(page) == second["content"]


def test_a_fault_of_the_server_names_the_request(house: House, window: Windows) -> None:
    project = house.project()
    house.memories(project, 2)
    page = window()
    page.route("**/promote/", lambda route: route.fulfill(status=500, headers={"X-Request-ID": "look-me-up"}, body=""))
    open_queue(page, project)
    press(page, "a")
    expect(page.locator("#alerts")).to_contain_text("look-me-up")


def test_a_busy_database_is_asked_once_more_without_a_word(house: House, window: Windows) -> None:
    project = house.project()
    first, _ = house.memories(project, 2)
    page = window()
    answers = iter([503])

    def busy_once(route: Route) -> None:
        status = next(answers, None)
        route.fulfill(status=status, body="") if status else route.continue_()

    page.route("**/promote/", busy_once)
    open_queue(page, project)
    press(page, "a")
    page.wait_for_timeout(1_000)
    settle(page)
    assert house.status(first) == "active"
    assert page.locator("#alerts .alert").count() == 0


def test_a_session_that_ended_keeps_the_decision_and_sends_it_after_signing_in(house: House, window: Windows) -> None:
    project = house.project()
    first, _ = house.memories(project, 2)
    other = window("carla")
    other.goto("/account/")
    other.get_by_label("New password", exact=True).fill("aspheric doublet 7")
    other.get_by_label("New password confirmation").fill("aspheric doublet 7")
    other.get_by_role("button", name="Set password").click()
    other.get_by_text("Your password is set").wait_for()
    page = window("rosa")
    open_queue(page, project)
    page.context.clear_cookies(name="atocore_session")
    press(page, "a")
    page.get_by_role("heading", name="Your session ended").wait_for()
    page.get_by_label("User name").fill("carla")
    page.get_by_label("Password").fill("aspheric doublet 7")
    page.get_by_role("button", name="Sign in and send").click()
    expect(page.get_by_role("heading", name="Your session ended")).to_have_count(0)
    settle(page)
    page.wait_for_timeout(300)
    assert house.status(first) == "active"
    assert house.history(first)[0]["actor"] == "user:carla"


def test_a_long_save_says_so(house: House, window: Windows) -> None:
    project = house.project()
    house.memories(project, 2)
    page = window()

    def slowly(route: Route) -> None:
        page.wait_for_timeout(900)
        route.continue_()

    page.route("**/promote/", slowly)
    open_queue(page, project)
    page.keyboard.press("a")
    expect(page.locator("#said")).to_have_text("Saving…")
    expect(page.locator("#said")).to_contain_text("Promoted")


def test_what_cannot_be_loaded_any_more_says_why(house: House, window: Windows) -> None:
    project = house.project()
    house.memories(project, 1)
    page = window("ben")
    open_queue(page, project)
    page.context.clear_cookies(name="atocore_session")
    press(page, "e")
    page.get_by_role("heading", name="Your session ended").wait_for()
