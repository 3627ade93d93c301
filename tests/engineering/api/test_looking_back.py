"""`as_of` over REST, baselines, and one's own mark in the changes of a project."""

from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from engineering.models import Entity
from engineering.queries.catalogue import QUERIES, Query, Scope
from memories.choices import Role
from memories.models import AuditEntry
from memories.services import baselines, edit
from tests import factories
from tests.engineering.queries.drawing import Drawing
from tests.rest import API, client_of, is_problem


@pytest.fixture
def told(sheet: Drawing) -> Drawing:
    """PDR: c1 part of sys. Since then c1 is called mirror, c2 came, and the link's end c1 is invalid."""
    sheet.draw("c1 part_of sys")
    memory = factories.memory("The mirror is heavy.", active=True)
    baselines.name_baseline(sheet.project, "PDR 1", actor=sheet.actor)
    edit.update(Entity.objects.get(name="c1"), {"name": "mirror"}, actor=sheet.actor)
    sheet.end("c1")
    sheet.draw("c2 part_of sys")
    edit.update(memory, {"content": "The mirror is light."}, actor=sheet.actor)
    return sheet


@pytest.fixture
def reader(told: Drawing) -> APIClient:
    return client_of(Role.READER)


@pytest.fixture
def sheet(db: None) -> Drawing:
    return Drawing()


def test_lists_as_they_stood(told: Drawing, reader: APIClient) -> None:
    now = {one["name"] for one in reader.get(f"{API}/entities?project=p04").json()["results"]}
    assert now == {"sys", "c2"}
    then = reader.get(f"{API}/entities", {"project": "p04", "as_of": "pdr 1", "limit": "1"})
    assert [one["name"] for one in then.json()["results"]] == ["sys"]
    assert (then["X-As-Of-Partial"], "ETag" in then) == ("false", False)
    following = urlsplit(then.json()["next"])
    rest = reader.get(f"{following.path}?{following.query}").json()
    assert ([one["name"] for one in rest["results"]], rest["next"]) == (["c1"], None)
    asked = {"project": "p04", "as_of": "PDR 1", "name": "c1", "status": "active", "ordering": "name"}
    assert [one["version"] for one in reader.get(f"{API}/entities", asked).json()["results"]] == [1]
    links = reader.get(f"{API}/relationships", {"project": "p04", "as_of": "PDR 1"}).json()["results"]
    assert [(one["source_entity"]["name"], one["target_entity"]["name"]) for one in links] == [("c1", "sys")]
    memories = reader.get(f"{API}/memories", {"project": "p04", "as_of": "PDR 1"}).json()["results"]
    assert [one["content"] for one in memories] == ["The mirror is heavy."]


def test_a_record_as_it_stood(told: Drawing, reader: APIClient) -> None:
    """Today c1 is invalid, and a reader does not see it; then it was active."""
    address = f"{API}/entities/{told.at['c1'].pk}"
    is_problem(reader.get(address), 404)
    then = reader.get(address, {"as_of": "PDR 1"})
    assert (then.json()["name"], then.json()["status"]) == ("c1", "active")
    assert "ETag" not in then
    links = reader.get(f"{address}/relationships", {"as_of": "PDR 1"}).json()["results"]
    assert len(links) == 1
    near = reader.get(f"{API}/entities/{told.at['sys'].pk}/neighbourhood", {"as_of": "PDR 1"}).json()
    assert {one["name"] for one in near["nodes"]} == {"sys", "c1"}
    newest = AuditEntry.objects.latest("seq").seq
    is_problem(reader.get(address, {"as_of": newest}), 404)
    is_problem(reader.get(f"{API}/entities/{told.at['c2'].pk}", {"as_of": "PDR 1"}), 404)
    assert reader.head(address, {"as_of": "PDR 1"}).status_code == 200


@pytest.mark.parametrize("query", [one for one in QUERIES if one.looks_back], ids=lambda query: query.id)
def test_every_query_takes_it(told: Drawing, reader: APIClient, query: Query) -> None:
    scope, path = query.scope, query.path
    subject = "p04" if scope is Scope.PROJECT else told.at["sys"].pk
    answer = reader.get(f"{API}/queries/{scope.value}/{subject}/{path}", {"as_of": "PDR 1"})
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["partial"] is False
    assert body["as_of"] == answer["X-As-Of"]
    assert "mirror" not in answer.content.decode().replace("The mirror is heavy.", "")


def test_a_query_as_it_stood(told: Drawing, reader: APIClient) -> None:
    address = f"{API}/queries/entities/{told.at['sys'].pk}/contents"
    assert [one["name"] for one in reader.get(address).json()["items"]] == ["c2"]
    with CaptureQueriesContext(connection) as asked:
        then = reader.get(address, {"as_of": "PDR 1"}).json()
    assert [one["name"] for one in then["items"]] == ["c1"]
    reads = [one for one in asked if (one["sql"] or "").lstrip().startswith(("SELECT", "WITH"))]
    assert len(reads) <= 8 + 4 + 4  # who asks, about what, which moment, was anything imported since
    table = reader.get(f"{API}/queries/projects/p04/coverage/csv", {"as_of": "PDR 1"})
    assert table.status_code == 200
    assert table["X-As-Of-Partial"] == "false"


def test_what_is_refused(told: Drawing, reader: APIClient) -> None:
    for query, pointer in (
        ("entities?as_of=yesterday", "?as_of"),
        ("entities?as_of=PDR+1", "?as_of"),
        ("entities?as_of=2999-01-01T00:00:00Z", "?as_of"),
        ("entities?as_of=99999999", "?as_of"),
        ("entities?as_of=1&has_similar=true", "?has_similar"),
        ("entities?as_of=1&has_conflict=true", "?has_conflict"),
        ("entities?as_of=1&ordering=triage_rank", "?ordering"),
        ("interactions?as_of=1", "?as_of"),
        ("queries/projects/p04/differences?as_of=1", "?as_of"),
        ("queries/projects/p04/differences?since=nothing", "?since"),
        ("queries/projects/p04/differences?until=2999-01-01", "?until"),
        ("queries/projects/p04/differences?change=lost", "?change"),
    ):
        client = client_of(Role.REVIEWER) if query.startswith("interactions") else reader
        problem = is_problem(client.get(f"{API}/{query}"), 400)
        assert [error["pointer"] for error in problem["errors"]] == [pointer], query
    assert reader.get(f"{API}/entities?as_of=now&has_similar=false").status_code == 200
    stranger = client_of(Role.READER, on=factories.project("p05", ()))
    is_problem(stranger.get(f"{API}/queries/projects/p04/map?as_of=PDR+1"), 404)
    is_problem(stranger.get(f"{API}/entities/{told.at['c1'].pk}?as_of=PDR+1"), 400)
    is_problem(stranger.get(f"{API}/entities/{told.at['c1'].pk}?as_of=1"), 404)
    assert stranger.get(f"{API}/entities?as_of=2026-01-01").json()["results"] == []


def test_baselines_over_rest(told: Drawing, reader: APIClient) -> None:
    reviewer = client_of(Role.REVIEWER)
    address = f"{API}/projects/p04/baselines"
    is_problem(reader.post(address, {"name": "CDR"}, format="json"), 403)
    made = reviewer.post(address, {"name": "CDR", "note": "critical design review"}, format="json")
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["project"]) == ("CDR", "p04-gigabit")
    is_problem(reviewer.post(address, {"name": "cdr"}, format="json"), 409)
    assert is_problem(reviewer.post(address, {"name": "a/b"}, format="json"), 400)["errors"][0]["pointer"] == "/name"
    assert (
        is_problem(reviewer.post(address, {"name": "B", "at": "x"}, format="json"), 400)["errors"][0]["pointer"]
        == "/at"
    )
    assert [one["name"] for one in reader.get(address).json()["results"]] == ["CDR", "PDR 1"]
    assert [one["name"] for one in reader.get(f"{address}?limit=1").json()["results"]] == ["CDR"]
    assert reader.get(f"{address}/pdr 1").json()["name"] == "PDR 1"
    is_problem(reader.get(f"{address}/nothing"), 404)
    diff = reader.get(f"{API}/queries/projects/p04/differences", {"since": "PDR 1", "until": "CDR"}).json()
    assert (diff["counts"]["added"], diff["counts"]["removed"], diff["counts"]["changed"]) == (2, 1, 1)
    table = reader.get(f"{API}/queries/projects/p04/differences/csv", {"since": "PDR 1"})
    assert (
        "changed,memory,knowledge,The mirror is light.,content,The mirror is heavy.,The mirror is light."
        in table.content.decode()
    )


def test_ones_own_mark(told: Drawing, reader: APIClient) -> None:
    mark, changes = f"{API}/projects/p04/reviewed", f"{API}/queries/projects/p04/changes/unreviewed"
    assert reader.get(mark).json() == {"project": "p04-gigabit", "seq": 0, "moved_at": None}
    newest = reader.get(changes).json()["counts"]["newest"]
    assert reader.post(mark, {"seq": newest}, format="json").json()["seq"] == newest
    assert reader.get(changes).json()["items"] == []
    assert client_of(Role.READER).get(changes).json()["items"] != []
    is_problem(reader.post(mark, {"seq": newest + 1000}, format="json"), 400)
    is_problem(reader.post(mark, {"sequence": 1}, format="json"), 400)
    assert reader.post(mark, {}, format="json").status_code == 200
