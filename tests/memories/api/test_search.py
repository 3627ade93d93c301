"""`search` over REST."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests import factories
from tests.rest import API, is_problem


def test_a_hit_says_what_it_is_and_why_it_was_found(reader: APIClient, p04: Any) -> None:
    row = factories.memory(
        "The etalon sits on Invar feet.", active=True, external_ref="D1:3", session_id="D1", position=3
    )
    body = reader.get(f"{API}/search?q=what+does+the+etalon+sit+on&project=p04&kinds=memory,entity").json()
    assert body["query"] == "what does the etalon sit on"
    hit = body["results"][0]
    assert (hit["kind"], hit["id"], hit["external_ref"], hit["position"]) == ("memory", str(row.pk), "D1:3", 3)
    assert hit["why"]["terms"] == ["etalon", "sits"]
    assert (hit["project"], hit["status"], hit["type"]) == ("p04-gigabit", "active", "knowledge")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "?q"),
        ("?q=%20", "?q"),
        ("?q=a&kinds=memory,banana", "?kinds"),
        ("?q=a&limit=0", "?limit"),
        ("?q=a&limit=201", "?limit"),
        ("?q=a&limit=1e9", "?limit"),
        ("?q=a&candidates=perhaps", "?candidates"),
        ("?q=a&project=p99", "?project"),
        ("?q=a&colour=red", "?colour"),
        ("?q=a&q=b", "?q"),
        ("?q=%00", "?q"),
    ],
)
def test_what_is_not_taken_is_named(reader: APIClient, p04: Any, query: str, names: str) -> None:
    body = is_problem(reader.get(f"{API}/search{query}"), 400)
    assert body["errors"][0]["pointer"] == names


@pytest.mark.parametrize(
    "q", ["\"'`´ AND OR NOT NEAR(", "x" * 1_900, "½ ² 日本語 🚀", "* : ^ - + ( ) { }", "\u202eabc"]
)
def test_any_words_are_a_question(reader: APIClient, p04: Any, q: str) -> None:
    assert reader.get(f"{API}/search", {"q": q}).status_code == 200
