"""`context` over REST."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from memories.models import Project
from tests import factories as make
from tests.rest import API, is_problem


def test_a_pack_says_what_is_in_it_and_what_was_left_out(agent: APIClient, p04: Project) -> None:
    row = make.memory("The etalon sits on Invar feet.", active=True, external_ref="D1:3")
    for number in range(60):
        make.memory(f"An etalon has its feet in bed {number}. " * 10, active=True)
    asked = {"prompt": "What does the etalon sit on?", "project": "P04"}
    body = agent.post(f"{API}/context", asked, "json").json()
    assert body["project"] == "p04-gigabit"
    item = next(one for one in body["items"] if one["id"] == str(row.pk))
    assert body["text"].splitlines()[item["line"] - 1] == f"- The etalon sits on Invar feet. [memory:{row.pk}]"
    assert (item["section"], item["kind"], item["external_ref"]) == ("memories", "memory", "D1:3")
    assert (item["why"], item["url"]) == ("found by etalon, sits", f"/memories/{row.pk}/")
    assert {one["reason"] for one in body["left_out"]} == {"budget"}
    assert body["tokens"] == {"budget": 4_000, "used": body["tokens"]["used"], "estimated": True}
    assert 0 < body["tokens"]["used"] <= 4_000
    assert body["chars"] == {"budget": None, "used": len(body["text"])}
    assert [one["name"] for one in body["sections"]] == ["identity", "entities", "memories", "elsewhere", "documents"]
    assert sum(one["share"] for one in body["sections"]) == pytest.approx(1)


def test_only_the_sections_asked_for_are_filled(reader: APIClient, p04: Project) -> None:
    make.memory("The etalon hums.", active=True)
    make.entity("Etalon")
    asked = {"prompt": "etalon", "project": "p04", "include": ["entities"], "budget_chars": 2_000}
    body = reader.post(f"{API}/context", asked, "json").json()
    assert {one["section"] for one in body["items"]} == {"entities"}
    assert (body["chars"]["budget"], body["tokens"]["budget"]) == (2_000, None)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"prompt": ""}, "/prompt"),
        ({"prompt": "   "}, "/prompt"),
        ({"prompt": None}, "/prompt"),
        ({"prompt": "a\x00b"}, "/prompt"),
        ({"project": "p99"}, "/project"),
        ({"budget_tokens": 199}, "/budget_tokens"),
        ({"budget_tokens": "4000"}, "/budget_tokens"),
        ({"budget_chars": 400_001}, "/budget_chars"),
        ({"budget_tokens": 1_000, "budget_chars": 4_000}, "/budget_chars"),
        ({"include": ["everything"]}, "/include"),
        ({"include": []}, "/include"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_is_not_taken_is_named(reader: APIClient, p04: Project, change: dict[str, Any], names: str) -> None:
    body = is_problem(reader.post(f"{API}/context", {"prompt": "What is it?", **change}, "json"), 400)
    assert body["errors"][0]["pointer"].startswith(names)


def test_an_unknown_project_names_the_closest(reader: APIClient, p04: Project) -> None:
    body = is_problem(reader.post(f"{API}/context", {"prompt": "a", "project": "p04-gigabyte"}, "json"), 400)
    assert "p04-gigabit" in body["detail"]


@pytest.mark.parametrize(
    "prompt", ["\"'`´ AND OR NOT NEAR(", "½ ² 日本語 🚀", "* : ^ - + ( ) { }", "\u202eabc", "x " * 20_000, "?"]
)
def test_any_words_are_a_prompt(reader: APIClient, p04: Project, prompt: str) -> None:
    assert reader.post(f"{API}/context", {"prompt": prompt}, "json").status_code == 200
