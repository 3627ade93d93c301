"""Q-020: asked seldom, the same to the byte whichever process answers, the same as a page, over REST, as Markdown."""

import json
import urllib.request
from pathlib import Path

import pytest
from django.test import Client

from engineering.queries.envelope import Item
from engineering.queries.overview import overview
from engineering.queries.overview_text import as_markdown, days
from memories.choices import Role
from memories.services import edit
from tests import factories
from tests.engineering.queries.drawing import Drawing
from tests.live import LiveApp, installation
from tests.memories.web.conftest import signed_in, words
from tests.rest import API, client_of


@pytest.fixture
def desk(db: None) -> Client:
    return signed_in(factories.user(Role.REVIEWER, "rosa"))


def whole(sheet: Drawing) -> None:
    """
    sys <- sub1 <- c1;  c1 satisfies req1, res1 validates it;  req2 <- req3: orphans;  dec1 on a dead assumption
    """
    sheet.draw("sub1 part_of sys", "c1 part_of sub1", "c1 satisfies req1", "req1 validated_by res1")
    sheet.draw("dec1 based_on_assumption asm1", "req3 derived_from req2")
    sheet.put("claim1")
    sheet.end("asm1")


def test_it_asks_eight_times_whatever_the_size(sheet: Drawing) -> None:
    whole(sheet)
    sheet.about_project(overview)  # at most eight
    for place in range(20, 30):
        sheet.draw(f"c{place} part_of sub1", f"c{place} satisfies req{place}", f"dec{place} based_on_assumption asm2")
    answer = sheet.about_project(overview)
    assert answer.counts["requirements"] == 13
    assert answer.counts["decisions"] == 11


def test_it_says_what_the_queries_say(sheet: Drawing) -> None:
    whole(sheet)
    client = client_of(Role.REVIEWER)
    body = client.get(f"{API}/projects/p04/overview").json()
    gaps = client.get(f"{API}/queries/projects/p04/gaps").json()
    shown = [(one["group"], one["name"]) for one in body["items"] if one["data"]["section"] == "gap"]
    assert shown == [(one["group"], one["name"]) for one in gaps["items"]]
    coverage = client.get(f"{API}/queries/projects/p04/coverage").json()["items"]
    shares = [one for one in body["items"] if one["data"]["section"] == "coverage"]
    assert [one["data"]["numerator"] for one in shares] == [one["data"]["numerator"] for one in coverage]
    system = client.get(f"{API}/queries/projects/p04/map").json()
    parts = [one["name"] for one in body["items"] if one["data"]["section"] == "map"]
    assert parts == [one["name"] for one in system["items"] if one["group"] != "unplaced"]
    met = {one["name"]: (one["group"], one["data"]["verified"]) for one in body["items"] if one["type"] == "requirement"
           and one["data"]["section"] == "requirement"}  # fmt: skip
    assert met == {"req1": ("satisfied", "satisfied"), "req2": ("orphan", "orphan"), "req3": ("orphan", "orphan")}


def test_markdown_is_negotiated_and_the_page_says_the_same(sheet: Drawing, desk: Client) -> None:
    whole(sheet)
    text = client_of(Role.REVIEWER).get(f"{API}/projects/p04/overview", headers={"accept": "text/markdown"})
    assert text["Content-Type"] == "text/markdown; charset=utf-8"
    assert text.content.decode() == as_markdown(sheet.project, overview(sheet.project, sheet.actor))
    page = words(desk.get("/projects/p04-gigabit/overview/").content)
    for said in (
        "1 of 3 requirements satisfied, 1 verified. 1 decision in force, 1 at risk. 1 of 1 validation claims without",
        "Decisions on an assumption that turned out wrong dec1 “asm1”",
        "At risk (high).",
        "c1 component",
    ):
        assert said in page, said
    assert desk.get("/projects/p04/overview/").url == "/projects/p04-gigabit/overview/"  # type: ignore[attr-defined]


def test_an_empty_project_has_nothing_to_check_yet(sheet: Drawing, desk: Client) -> None:
    assert "Nothing to check yet" in words(desk.get("/projects/p04-gigabit/overview/").content)
    sheet.put("req1", properties={"level": "L1"})
    sheet.draw("c1 satisfies req1")
    assert "All clear" in words(desk.get("/projects/p04-gigabit/overview/").content)


def test_decisions_of_a_project_and_around_a_part(sheet: Drawing) -> None:
    sheet.put("dec1", properties={"statement": "Use glass."})
    sheet.draw("c1 affected_by_decision dec2")
    other = factories.project("p05", ())
    sheet.put("dec5", project="p05")
    sheet.put("c5", project="p05")
    client = client_of(Role.REVIEWER)

    def names(query: str) -> list[str]:
        return [one["name"] for one in client.get(f"{API}/queries/decisions{query}").json()["items"]]

    assert names("?project=p04") == ["dec2", "dec1"]
    assert names("") == ["dec5", "dec2", "dec1"]
    assert names(f"?project=p04&part={sheet.at['c1'].pk}") == ["dec2"]
    assert names(f"?project=p04&part={sheet.at['c5'].pk}") == []
    assert client_of(Role.READER, on=other).get(f"{API}/queries/decisions?project=p04").status_code == 404
    edit.update(sheet.at["dec1"], {"name": "dec1b"}, actor=sheet.actor)
    assert names("?project=p04&limit=1") == ["dec2"]


def ask(app: LiveApp, token: str, path: str) -> bytes:
    request = urllib.request.Request(f"{app.base_url}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        body: bytes = answer.read()
        return body


def test_two_processes_give_the_same_bytes(tmp_path: Path) -> None:
    """Whatever order their sets and dictionaries have (PYTHONHASHSEED)."""
    seen = []
    with installation(tmp_path) as app:
        app.manage("load_sample")
        token = app.create_token("reader", "reader")
        for seed in ("1", "2"):
            app.environment["PYTHONHASHSEED"] = seed
            app.start()
            text = ask(app, token, "queries/projects/p21-heron/overview/md")
            body = json.loads(ask(app, token, "projects/p21-heron/overview"))
            body.pop("as_of")
            seen.append((text, json.dumps(body)))
            app.stop()
            app.base_url = ""
    assert seen[0] == seen[1]
    assert b"## Needs attention" in seen[0][0]


def test_a_reading_of_exchanges_is_told_as_one() -> None:
    rows = [{"at": f"2026-03-0{day}T07:00:00Z", "action": "extract", "kind": "extraction"} for day in (1, 1, 2)]
    change = Item("c", "change", "", "", group="change", data={"actor": "system:cron", "rows": rows})
    assert [(who, told) for _, who, told in days([change])] == [
        ("cron", "looked through 2 exchanges"),
        ("cron", "looked through 1 exchange"),
    ]


def test_what_is_no_record_is_counted_in_words_too() -> None:
    rows = [{"at": "2026-03-01T07:00:00Z", "action": "name", "kind": "baseline", "title": ""} for _ in range(2)]
    change = Item("c", "change", "", "", group="change", data={"actor": "user:ada", "rows": rows})
    assert [told for _, _, told in days([change])] == ["named 2 baselines"]
