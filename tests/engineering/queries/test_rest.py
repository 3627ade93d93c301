"""The catalogue over REST: addresses, the envelope, strict parameters, who sees what."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from engineering.api.queries_shapes import AnswerShape, ItemShape
from engineering.queries.catalogue import QUERIES, Query, Scope
from memories.choices import Role
from tests import factories
from tests.engineering.queries.drawing import Drawing
from tests.rest import API, client_of, is_problem


@pytest.fixture
def reviewer(db: None) -> APIClient:
    return client_of(Role.REVIEWER)


def address(sheet: Drawing, query: Query, name: str) -> str:
    subject = "p04" if query.scope is Scope.PROJECT else sheet.at[name].pk
    return f"{API}/queries/{query.scope.value}/{subject}/{query.path}"


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.id)
def test_every_query_answers_in_the_envelope(sheet: Drawing, reviewer: APIClient, query: Query) -> None:
    sheet.draw("c1 part_of sys", "c1 satisfies req1", "dec1 based_on_assumption asm1", "c1 interfaces_with if1")
    with CaptureQueriesContext(connection) as asked:
        answer = reviewer.get(address(sheet, query, "c1"))
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert set(body) == set(AnswerShape().fields)
    assert all(set(one) == set(ItemShape().fields) for one in body["items"])
    assert (body["query"], body["truncated"]) == (query.id, False)
    assert body["rule"].endswith(".")
    assert len(asked) <= 8 + 4  # who asks, and about what


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.id)
def test_nobody_sees_what_is_not_theirs(sheet: Drawing, query: Query) -> None:
    """A reader of another project gets 404 for the subject, and no foreign node through a shared link."""
    other = factories.project("p05", ())
    stranger = client_of(Role.READER, on=other)
    sheet.put("c9", project="p05")
    sheet.draw("c1 part_of c9", "c1 satisfies req1", "c9 interfaces_with c1", "c9 depends_on c1", "c1 supports dec1")
    is_problem(stranger.get(address(sheet, query, "c1")), 404)
    own = "p05" if query.scope is Scope.PROJECT else sheet.at["c9"].pk
    answer = stranger.get(f"{API}/queries/{query.scope.value}/{own}/{query.path}")
    assert answer.status_code == 200
    assert str(sheet.at["c1"].pk) not in answer.content.decode()


def test_parameters_are_taken_strictly(sheet: Drawing, reviewer: APIClient) -> None:
    sheet.draw("c1 part_of sys")
    contents = f"{API}/queries/entities/{sheet.at['sys'].pk}/contents"
    orphans = f"{API}/queries/projects/p04/gaps/orphan-requirements"
    for url in (
        f"{contents}?dept=2",
        f"{contents}?depth=0",
        f"{contents}?limit=20000",
        f"{orphans}?basis=hope",
        f"{orphans}?offset=-1",
    ):
        is_problem(reviewer.get(url), 400)
    is_problem(reviewer.get(f"{orphans}?group=nonsense"), 404)
    is_problem(reviewer.get(f"{API}/queries/projects/nowhere/map"), 404)
    is_problem(APIClient().get(contents), 401)
    cut = reviewer.get(f"{contents}?limit=1").json()
    assert (cut["truncated"], [one["name"] for one in cut["frontier"]]) == (True, ["c1"])
    assert reviewer.get(f"{orphans}/?basis=derived_from&verdict=unrefined").status_code == 200
