"""`triage` over REST: one queue of all kinds, and many decisions at once."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from memories.choices import Role
from memories.models import AuditEntry, Memory
from tests import factories
from tests.rest import API, client_of, is_problem


def ids(client: APIClient, query: str = "") -> list[str]:
    return [item["record"]["id"] for item in client.get(f"{API}/triage{query}").json()["results"]]


@pytest.fixture
def queue(p04: object) -> list[Any]:
    """Candidates of three kinds, most confident first as the queue shows them."""
    one, two = factories.entity("Tip bearing"), factories.entity("Hexapod strut")
    return [
        factories.memory("The primary mirror blank weighs 12.7 kg.", confidence=0.9),
        factories.entity("Polishing spindle", active=False, confidence=0.8),
        factories.relationship(one, "depends_on", two, active=False),
        factories.memory("Coolant is changed twice a year.", confidence=0.1),
    ]


def test_the_queue_mixes_kinds_in_order_of_review_value(reviewer: APIClient, queue: list[Any]) -> None:
    body = reviewer.get(f"{API}/triage").json()
    assert [item["kind"] for item in body["results"]] == ["memory", "entity", "relationship", "memory"]
    assert [item["record"]["id"] for item in body["results"]] == [str(row.pk) for row in queue]
    assert body["results"][0]["url"] == f"/memories/{queue[0].pk}/"
    assert body["next"] is None


def test_pages_of_the_mixed_queue(reviewer: APIClient, queue: list[Any]) -> None:
    first = reviewer.get(f"{API}/triage?limit=3").json()
    second = reviewer.get(first["next"]).json()
    assert [item["record"]["id"] for item in second["results"]] == [str(queue[3].pk)]
    back = reviewer.get(second["previous"]).json()
    assert back["results"] == first["results"]
    assert back["previous"] is None


def test_the_queue_takes_the_filters_of_its_kinds(reviewer: APIClient, queue: list[Any]) -> None:
    memories = [str(queue[0].pk), str(queue[3].pk)]
    assert ids(reviewer, "?kind=memories") == memories
    assert ids(reviewer, "?kind=entities") == [str(queue[1].pk)]
    assert ids(reviewer, "?confidence_min=0.8") == [str(queue[0].pk), str(queue[1].pk)]
    assert ids(reviewer, "?project=p04&kind=memory") == memories
    assert ids(reviewer, "?type=knowledge&kind=memories") == memories
    assert ids(reviewer, "?source_entity=" + str(queue[2].source_entity_id)) == [str(queue[2].pk)]
    is_problem(reviewer.get(f"{API}/triage?source_entity={uuid4()}&kind=memories"), 400)
    is_problem(reviewer.get(f"{API}/triage?kind=spoons"), 400)
    is_problem(reviewer.get(f"{API}/triage?knid=memories"), 400)


def test_agents_and_readers_have_no_queue(agent: APIClient, reader: APIClient) -> None:
    for client in (agent, reader):
        assert is_problem(client.get(f"{API}/triage"), 403)["data"]["role_needed"] == "reviewer"
        is_problem(client.post(f"{API}/triage/bulk", {"verb": "promote", "items": []}), 403)


def test_bulk_decides_each_and_skips_what_changed(reviewer: APIClient, queue: list[Any]) -> None:
    factories.person(Role.REVIEWER, "ada")
    reviewer.patch(f"{API}/memories/{queue[3].pk}", {"content": "Changed meanwhile."})
    items = [{"id": str(row.pk), "version": 1} for row in queue] + [{"id": str(uuid4()), "version": 1}]
    response = reviewer.post(f"{API}/triage/bulk", {"verb": "promote", "items": items, "note": "batch"})
    assert response.status_code == 200, response.content
    body = response.json()
    assert (body["done"], body["skipped"], body["refused"]) == (3, 1, 1)
    outcome = {result["id"]: result for result in body["results"]}
    assert outcome[str(queue[3].pk)]["outcome"] == "skipped"
    assert "agent:reviewer" in outcome[str(queue[3].pk)]["message"]
    assert outcome[str(queue[0].pk)]["status"] == "active"
    entries = AuditEntry.objects.filter(action="promote")
    assert {entry.request_id for entry in entries} == {body["request_id"]}
    assert entries.count() == 3


def test_bulk_by_filter_needs_the_count_that_was_shown(reviewer: APIClient, queue: list[Any]) -> None:
    body = {"verb": "reject", "kind": "memories", "filter": {"project": "p04"}, "expected_count": 5}
    refusal = is_problem(reviewer.post(f"{API}/triage/bulk", body), 409)
    assert (refusal["code"], refusal["data"]["count"]) == ("count_changed", 2)
    done = reviewer.post(f"{API}/triage/bulk", {**body, "expected_count": 2}).json()
    assert done["done"] == 2
    assert set(Memory.objects.values_list("status", flat=True)) == {"invalid"}


def test_bulk_sets_a_field_on_many(reviewer: APIClient, queue: list[Any]) -> None:
    items = [{"id": str(queue[0].pk), "version": 1}, {"id": str(queue[3].pk), "version": 1}]
    body = {"verb": "update", "items": items, "fields": {"memory_type": "episodic"}}
    assert reviewer.post(f"{API}/triage/bulk", body).json()["done"] == 2
    assert set(Memory.objects.values_list("memory_type", flat=True)) == {"episodic"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"verb": "promote"},
        {"verb": "promote", "items": [], "filter": {}},
        {"verb": "promote", "filter": {}},
        {"verb": "promote", "filter": {"statsu": "x"}, "expected_count": 0},
        {"verb": "promote", "filter": {"project": ""}, "expected_count": 0},
        {"verb": "promote", "items": [{"id": "x"}]},
        {"verb": "promote", "items": [{"version": 1}]},
        {"verb": "explode", "items": [{"id": str(uuid4())}]},
        {"verb": "promote", "items": [{"id": str(uuid4()), "force": True}]},
        {"verb": 3, "items": [{"id": str(uuid4())}]},
    ],
)
def test_bulk_bodies_are_read_strictly(reviewer: APIClient, p04: object, body: dict[str, Any]) -> None:
    is_problem(reviewer.post(f"{API}/triage/bulk", body), 400)


def test_more_than_twenty_take_a_maintainer(reviewer: APIClient, maintainer: APIClient, p04: object) -> None:
    items = [{"id": str(factories.memory().pk), "version": 1} for _ in range(21)]
    body = {"verb": "promote", "items": items}
    assert is_problem(reviewer.post(f"{API}/triage/bulk", body), 403)["data"]["role_needed"] == "maintainer"
    assert maintainer.post(f"{API}/triage/bulk", body).json()["done"] == 21


def test_a_member_decides_nothing_of_other_projects(p04: Any) -> None:
    row = factories.memory()
    member = client_of(Role.REVIEWER, on=factories.project("p05-other", ()))
    response = member.post(f"{API}/triage/bulk", {"verb": "promote", "items": [{"id": str(row.pk), "version": 1}]})
    assert response.json()["refused"] == 1
    assert Memory.objects.get().status == "candidate"
