"""The ways in, in a real browser: the pages read well, break no policy, and pass axe in both colours."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.live import LiveApp
from tests.pages import faults_by_axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.needs_chromium


@pytest.fixture(scope="module")
def person(live_app: LiveApp) -> str:
    live_app.create_user("hedy", "admin")
    return "hedy"


def test_a_link_leads_in_and_a_password_works_the_next_time(
    page: "Page", live_app: LiveApp, person: str, sign_in: "Callable[[Page, str], None]"
) -> None:
    sign_in(page, person)
    page.goto("/account/")
    page.get_by_label("New password", exact=True).fill("aspheric doublet 7")
    page.get_by_label("New password confirmation").fill("aspheric doublet 7")
    page.get_by_role("button", name="Set password").click()
    page.get_by_text("Your password is set").wait_for()
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.get_by_label("Username").fill(person)
    page.get_by_label("Password").fill("aspheric doublet 7")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/account/" not in url)


def test_the_first_person_is_welcomed_and_lands_on_a_page(browser: "Browser", stopped_app: LiveApp) -> None:
    stopped_app.start()
    context = browser.new_context()
    context.set_default_timeout(10_000)
    window = context.new_page()
    window.goto(stopped_app.link)
    assert window.get_by_label("Your user name").input_value() == "admin"
    assert not faults_by_axe(window)
    window.get_by_role("button", name="Start").click()
    window.wait_for_url(lambda url: "/account/" not in url)
    assert "admin" in window.content()
    context.close()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing(
    page: "Page", live_app: LiveApp, person: str, sign_in: "Callable[[Page, str], None]", colours: "str"
) -> None:
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    for address in ("/account/sign-in/", "/account/link/", "/no/such/page"):
        page.goto(address)
        assert not faults_by_axe(page), address
    page.goto(live_app.sign_in_link(person))
    assert not faults_by_axe(page)
    sign_in(page, person)
    page.goto("/account/")
    assert not faults_by_axe(page)


def test_the_pages_of_the_api_and_the_admin_keep_the_policy(
    page: "Page", person: str, sign_in: "Callable[[Page, str], None]"
) -> None:
    sign_in(page, person)
    page.goto("/api/v1/docs/")
    page.locator(".opblock").first.wait_for()
    for address in ("/admin/", "/admin/memories/memory/"):
        page.goto(address)
        page.locator("#content h1").wait_for()
