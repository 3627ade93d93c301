"""Every page of the web app on the sample: axe finds nothing in either colour, it fits a phone, it asks nobody else."""

import json
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from engineering.queries.catalogue import QUERIES, Scope
from engineering.web.questions.asked import slug
from tests.browser.conftest import signed_in
from tests.conftest import watch
from tests.live import LiveApp
from tests.pages import faults_by_axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: Pages by their address; what stands in braces is filled in from the sample.
PAGES = (
    "/triage/?tab=memories",
    "/triage/?tab=entities",
    "/triage/?tab=relationships",
    "/triage/?tab=documents",
    "/triage/?tab=memories&band=low&age=older",
    "/memories/",
    "/memories/?status=superseded",
    "/memories/{memory}/",
    "/memories/{memory}/edit/",
    "/memories/{memory}/audit/",
    "/memories/{memory}/supersede/",
    "/memories/{candidate}/",
    "/memories/{candidate}/graduate/",
    "/memories/{memory}/graduate/",
    "/memories/{candidate}/merge/{memory}/",
    "/memories/{candidate}/replace/{memory}/",
    "/entities/",
    "/entities/{entity}/",
    "/entities/{entity}/part/relationships/",
    "/entities/{entity}/relate/?reading=depends_on&q=a",
    "/entities/{entity}/edit/",
    "/relationships/",
    "/relationships/{relationship}/",
    "/documents/",
    "/documents/{document}/",
    "/documents/?status=active&file_path=design",
    "/conflicts/",
    "/conflicts/?severity=any&status=any",
    "/conflicts/{conflict}/",
    "/conflicts/{conflict}/?act=keep&winner={member}",
    "/conflicts/{conflict}/?act=set_value",
    "/conflicts/{conflict}/?act=both_true",
    "/conflicts/{conflict}/?act=dismiss",
    "/projects/",
    "/projects/p21-heron/",
    "/projects/p21-heron/overview/",
    "/projects/p21-heron/suspect-links/",
    "/projects/p21-heron/map/",
    "/projects/p21-heron/map/?under={entity}",
    "/projects/p21-heron/queries/",
    *(f"/projects/p21-heron/queries/{slug(query)}/" for query in QUERIES if query.scope is Scope.PROJECT),
    "/projects/p21-heron/queries/verification-matrix/?verdict=open",
    "/entities/{entity}/neighbourhood/",
    "/entities/{entity}/neighbourhood/?depth=2",
    "/entities/{entity}/part/evidence/",
    "/entities/{entity}/part/impact/",
    "/entities/{entity}/queries/",
    *(f"/entities/{{entity}}/queries/{slug(query)}/" for query in QUERIES if query.scope is Scope.ENTITY),
    "/projects/p21-heron/baselines/",
    "/projects/p21-heron/differences/?since=60",
    "/projects/p21-heron/changes/",
    "/projects/p21-heron/changes/?show=all",
    "/entities/{entity}/?as_of=now",
    "/entities/?project=p21-heron&as_of=100",
    "/interactions/",
    "/interactions/{interaction}/",
    "/interactions/?learned=false&project=p21-heron",
    "/interactions/{taught}/",
    "/housekeeping/",
    "/connect/",
    "/connect/?program=claude-desktop",
    "/memories/?cold=true",
    "/search/",
    "/context/",
    "/context/?prompt=why+is+the+grating+holder+made+of+invar&project=p21-heron&budget=900",
    "/search/?q=why+is+the+grating+holder+made+of+invar",
    "/audit/",
    "/audit/3/",
    "/help/",
    "/account/",
    "/memories/00000000-0000-7000-8000-000000000000/",
    "/triage/?nonsense=1",
    "/nothing-here/",
)


@pytest.fixture(scope="module")
def rows(sample_app: LiveApp) -> dict[str, Any]:
    """One id of every kind."""
    token = sample_app.create_token("reader", "reviewer")

    def first(path: str, name: str = "id") -> Any:
        request = urllib.request.Request(
            f"{sample_app.base_url}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["results"][0][name]

    return {
        "memory": first("memories?status=active"),
        "candidate": first("memories?status=candidate"),
        "entity": first("entities?status=active&type=subsystem"),
        "relationship": first("relationships?status=active"),
        "document": first("audit?kind=document", "record_id"),
        "interaction": first("interactions"),
        "taught": first("interactions?ordering=created_at"),
        "conflict": first("conflicts?status=open&slot_kind=component.material"),
        "member": first("conflicts?status=open&slot_kind=component.material", "members")[0]["id"],
    }


@pytest.fixture(scope="module")
def state(browser: "Browser", sample_app: LiveApp) -> Any:
    """Somebody who is signed in there."""
    return signed_in(browser, sample_app, "ada")


@pytest.fixture(scope="module", params=["light", "dark"])
def shown(request: pytest.FixtureRequest, browser: "Browser", sample_app: LiveApp, state: Any) -> Iterator["Page"]:
    """A window in one of the two colours."""
    context = browser.new_context(
        base_url=sample_app.base_url,
        storage_state=state,
        color_scheme=request.param,
        viewport={"width": 1280, "height": 800},
    )
    page = context.new_page()
    faults = watch(page, sample_app.base_url)
    yield page
    context.close()
    assert faults == []


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_a_phone_shows_it_whole(shown: "Page", rows: dict[str, Any], path: str) -> None:
    shown.set_viewport_size({"width": 1280, "height": 800})
    shown.goto(path.format(**rows))
    shown.wait_for_load_state("networkidle")
    assert faults_by_axe(shown) == []
    shown.set_viewport_size({"width": 320, "height": 640})
    assert shown.evaluate("document.documentElement.scrollWidth") <= 320


def test_what_opens_over_the_queue_passes_too(shown: "Page") -> None:
    shown.set_viewport_size({"width": 1280, "height": 800})
    shown.goto("/triage/?tab=memories")
    shown.wait_for_load_state("networkidle")
    for keys in (["j", "e"], ["Escape", "m", "1"], ["Escape", "t"], ["Escape", "x"], ["?"]):
        for key in keys:
            shown.keyboard.press(key)
            shown.wait_for_timeout(300)
        assert faults_by_axe(shown) == [], keys
