"""From the map of a project to an entity, to what stands behind it, to the exchange in which it was said."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import signed_in
from tests.conftest import watch
from tests.live import LiveApp
from tests.pages import faults_by_axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def page(browser: "Browser", sample_app: LiveApp) -> "Page":
    """A window in which somebody is signed in on the sample."""
    state = signed_in(browser, sample_app, "ada")
    context = browser.new_context(
        base_url=sample_app.base_url, storage_state=state, viewport={"width": 1280, "height": 800}
    )
    page = context.new_page()
    page.faults = watch(page, sample_app.base_url)  # type: ignore[attr-defined]  # read at the end of the test
    return page


def test_a_walk_from_the_map_to_what_was_said(page: "Page") -> None:
    page.goto("/projects/p21-heron/map/")
    box = page.locator("svg a", has_text="Thermoelectric cooler")
    box.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/entities/"))
    page.locator("#neighbourhood").scroll_into_view_if_needed()
    page.locator("#neighbourhood svg a", has_text="Dark current").first.click()
    page.wait_for_url(re.compile("/entities/"))
    page.locator("#evidence").scroll_into_view_if_needed()
    chain = page.locator("#evidence .tree").first
    chain.wait_for()
    assert faults_by_axe(page) == []
    chain.get_by_role("link", name="Chamber log of Monday").first.click()
    page.wait_for_url(re.compile("/interactions/"))
    assert page.faults == []  # type: ignore[attr-defined]  # as above


def test_a_question_opens_in_place_and_its_figure_leads_on(page: "Page") -> None:
    page.goto("/projects/p21-heron/map/")
    page.locator("svg a", has_text="Optical bench").click()
    page.wait_for_url(re.compile("/entities/"))
    question = page.locator("#questions details", has_text="How did the decisions on it follow each other?")
    question.locator("summary").click()
    question.get_by_role("link", name="Titanium barrel").first.wait_for()
    assert faults_by_axe(page) == []
    page.goto("/projects/p21-heron/queries/orphan-requirements/")
    page.get_by_role("link", name="1 justified").click()
    page.wait_for_url(re.compile("verdict=justified"))
    assert page.get_by_role("link", name="Inventory label").count() == 1
    assert page.faults == []  # type: ignore[attr-defined]  # as above


def test_a_drawing_scrolls_by_itself_on_a_phone_and_fits_paper(page: "Page") -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/projects/p21-heron/map/")
    drawing = page.locator(".drawing")
    assert drawing.evaluate("it => it.scrollWidth > it.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.emulate_media(media="print")
    assert drawing.evaluate("it => it.scrollWidth <= it.clientWidth")
