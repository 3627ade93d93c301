"""Lists: pages, orderings, filters; strict in all."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from memories.choices import Role
from tests import factories
from tests.rest import API, client_of, is_problem


def walk(client: APIClient, path: str, link: str = "next") -> list[list[str]]:
    """Follow a list's links to its end; returns the ids of each page."""
    pages = []
    url: str | None = f"{API}{path}"
    while url:
        body = client.get(url).json()
        pages.append([row["id"] for row in body["results"]])
        last, url = body, body[link]
    if link == "next" and last["previous"]:
        back = client.get(last["previous"]).json()
        assert [row["id"] for row in back["results"]] == pages[-2]
    return pages


@pytest.mark.parametrize("ordering", ["-created_at", "created_at", "confidence", "-confidence", "id", "triage_rank"])
def test_pages_hold_every_row_once_and_lead_back(reviewer: APIClient, p04: object, ordering: str) -> None:
    rows = [factories.memory(confidence=0.5 if number % 3 else 0.7) for number in range(7)]
    pages = walk(reviewer, f"/memories?limit=2&ordering={ordering}")
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    seen = [row for page in pages for row in page]
    assert sorted(seen) == sorted(str(row.pk) for row in rows)
    values = {str(row.pk): getattr(row, ordering.lstrip("-")) for row in rows}
    ordered = [values[row] for row in seen]
    assert ordered == sorted(ordered, reverse=ordering.startswith("-"))


def test_a_row_that_arrives_meanwhile_shifts_nothing(reviewer: APIClient, p04: object) -> None:
    for _ in range(4):
        factories.memory()
    first = reviewer.get(f"{API}/memories?limit=2").json()
    factories.memory()
    second = reviewer.get(first["next"]).json()
    assert not {row["id"] for row in first["results"]} & {row["id"] for row in second["results"]}
    assert second["next"] is None


@pytest.mark.parametrize(
    "query",
    [
        "statsu=active",
        "status=dead",
        "limit=0",
        "limit=201",
        "limit=ten",
        "limit=²",
        "ordering=content",
        "cursor=xxx",
        "cursor=W10",
        "project=p99",
        "created_after=yesterday",
        "created_after=0001-01-01T00:00:00%2B14:00",
        "confidence_min=NaN",
        "confidence_min=2",
        "has_similar=banana",
        "source_chunk=7",
        "project=p04&project=p04",
        "created_by=%00",
        "format=json",
        "status=",
        "project=",
        "cursor=",
        "created_by=" + "x" * 3000,
    ],
)
def test_what_a_parameter_does_not_take_is_refused_by_name(reviewer: APIClient, p04: object, query: str) -> None:
    body = is_problem(reviewer.get(f"{API}/memories?{query}"), 400)
    assert body["errors"][0]["pointer"] == f"?{query.split('=')[0]}"


def test_an_unknown_parameter_is_told_the_known_ones(reviewer: APIClient) -> None:
    detail = is_problem(reviewer.get(f"{API}/memories?statsu=active"), 400)["detail"]
    assert "Did you mean “status”?" in detail
    assert "created_after" in detail


def test_a_cursor_belongs_to_its_ordering(reviewer: APIClient, p04: object) -> None:
    for _ in range(3):
        factories.memory()
    cursor = reviewer.get(f"{API}/memories?limit=1").json()["next"].split("cursor=")[1].split("&")[0]
    is_problem(reviewer.get(f"{API}/memories?limit=1&ordering=id&cursor={cursor}"), 400)


def found(client: APIClient, query: str) -> set[str]:
    return {row["id"] for row in client.get(f"{API}/memories?{query}").json()["results"]}


def test_filters_narrow(reviewer: APIClient, p04: Any) -> None:
    plain = factories.memory(confidence=0.2)
    active = factories.memory(active=True, memory_type="episodic", domain_tags=["optics", "m1 ä"], project=None)
    assert found(reviewer, "project=P04") == {str(plain.pk)}
    assert found(reviewer, "without_project=true") == {str(active.pk)}
    assert found(reviewer, "status=active&status=invalid") == {str(active.pk)}
    assert found(reviewer, "type=episodic") == {str(active.pk)}
    assert found(reviewer, "tag=Optics") == {str(active.pk)}
    assert found(reviewer, "tag=m1 ä") == {str(active.pk)}
    assert found(reviewer, "tag=opt") == set()
    assert found(reviewer, "confidence_max=0.3") == {str(plain.pk)}
    assert found(reviewer, "created_before=2020-01-01T00:00:00Z") == set()
    assert found(reviewer, "created_after=2020-01-01&rejected_before=false&has_similar=false") == {
        str(plain.pk),
        str(active.pk),
    }
    assert found(reviewer, "created_by=import") == {str(plain.pk), str(active.pk)}


def test_a_project_that_one_may_not_see_is_unknown(p04: Any) -> None:
    other = factories.project("p05-other", ())
    member = client_of(Role.REVIEWER, on=other)
    factories.memory()
    is_problem(member.get(f"{API}/memories?project=p04"), 400)
    assert member.get(f"{API}/memories").json()["results"] == []


def queries(client: APIClient, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(f"{API}{path}").status_code == 200
    return len(seen)


def test_a_page_costs_the_same_queries_whatever_it_holds(reviewer: APIClient, p04: Any) -> None:
    paths = (
        "/memories",
        "/audit",
        "/projects",
        "/interactions",
        "/triage",
        "/triage?kind=memories",
        "/memories?project=p04",
    )
    for path in paths:
        reviewer.get(f"{API}{path}")  # the token's last use is noted once a minute
    fill(5, p04)
    few = {path: queries(reviewer, path) for path in paths}
    fill(10, p04)
    many = {path: queries(reviewer, path) for path in paths}
    assert many == few
    assert {path: count for path, count in many.items() if count > 6} == {}


def fill(number: int, p04: Any) -> None:
    from memories.services.capture import capture
    from tests.rest import SYSTEM

    for place in range(number):
        factories.memory(active=bool(place % 2))
        factories.project(f"p{place}-x{number}", (f"a{place}-{number}",))
        capture({"prompt": "What does it weigh?", "project": "p04"}, actor=SYSTEM)
