"""`entities` and `relationships` over REST, and how a memory graduates."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from memories.models import AuditEntry
from memories.services import edit
from tests import factories
from tests.rest import API, is_problem

MIRROR = {"entity_type": "component", "name": "M1", "project": "p04", "properties": {"mass": "12.7 kg"}}


def test_an_agent_proposes_a_reviewer_promotes(agent: APIClient, reviewer: APIClient, p04: object) -> None:
    made = agent.post(f"{API}/entities", MIRROR)
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["status"], body["properties"], body["project"]) == ("candidate", {"mass": "12.7 kg"}, "p04-gigabit")
    assert agent.post(f"{API}/entities", MIRROR).status_code == 200
    is_problem(agent.post(f"{API}/entities/{body['id']}/promote"), 403)
    assert reviewer.post(f"{API}/entities/{body['id']}/promote").json()["status"] == "active"
    history = reviewer.get(f"{API}/entities/{body['id']}/audit").json()["results"]
    assert [entry["action"] for entry in history] == ["promote", "create"]


def test_the_ontology_is_kept_at_this_door(agent: APIClient, p04: object) -> None:
    is_problem(agent.post(f"{API}/entities", {**MIRROR, "entity_type": "spaceship"}), 400)
    bad = {**MIRROR, "entity_type": "requirement", "properties": {"comparator": "about"}}
    assert is_problem(agent.post(f"{API}/entities", bad), 400)["errors"][0]["pointer"].startswith(
        "/properties/comparator"
    )
    part, material = factories.entity(), factories.entity(entity_type="material")
    edge = {"source_entity": str(material.pk), "relationship_type": "uses_material", "target_entity": str(part.pk)}
    assert "component" in is_problem(agent.post(f"{API}/relationships", edge), 400)["detail"]


def test_promoting_an_entity_takes_the_ticked_links_with_it(reviewer: APIClient, p04: object) -> None:
    row, part, other = factories.entity(active=False), factories.entity(), factories.entity()
    ticked = factories.relationship(row, "part_of", part, active=False)
    left = factories.relationship(row, "depends_on", other, active=False)
    foreign = factories.relationship(part, "depends_on", other, active=False)
    path = f"{API}/entities/{row.pk}/promote"
    is_problem(reviewer.post(path, {"links": [{"id": str(foreign.pk), "version": 1}]}), 400)
    is_problem(reviewer.post(path, {"links": [{"id": str(ticked.pk)}]}), 400)
    is_problem(reviewer.post(path, {"links": [{"id": str(ticked.pk), "version": 2}]}), 409)
    assert reviewer.post(path, {"links": [{"id": str(ticked.pk), "version": 1}]}).status_code == 200
    ticked.refresh_from_db()
    left.refresh_from_db()
    assert (ticked.status, left.status) == ("active", "candidate")
    assert len({entry.request_id for entry in AuditEntry.objects.filter(action="promote")}) == 1


def test_links_of_an_entity_and_what_stands_around_it(reviewer: APIClient, p04: object) -> None:
    middle, near, far = factories.entity("middle"), factories.entity("near"), factories.entity("far")
    factories.relationship(near, "part_of", middle)
    factories.relationship(far, "part_of", near)
    links = reviewer.get(f"{API}/entities/{middle.pk}/relationships").json()["results"]
    assert [(link["source_entity"]["name"], link["target_entity"]["name"]) for link in links] == [("near", "middle")]
    one = reviewer.get(f"{API}/entities/{middle.pk}/neighbourhood").json()
    assert {node["name"]: node["steps"] for node in one["nodes"]} == {"middle": 0, "near": 1}
    two = reviewer.get(f"{API}/entities/{middle.pk}/neighbourhood?depth=2").json()
    assert {node["name"]: node["steps"] for node in two["nodes"]} == {"middle": 0, "near": 1, "far": 2}
    assert (len(two["edges"]), two["truncated"]) == (2, False)
    cut = reviewer.get(f"{API}/entities/{middle.pk}/neighbourhood?depth=2&limit=2").json()
    assert (len(cut["nodes"]), cut["truncated"]) == (2, True)
    is_problem(reviewer.get(f"{API}/entities/{middle.pk}/neighbourhood?depth=3"), 400)
    is_problem(reviewer.get(f"{API}/entities/{middle.pk}/neighbourhood?dept=1"), 400)
    is_problem(reviewer.get(f"{API}/entities/{middle.pk}/relationships?statsu=active"), 400)


def test_a_relationship_lives_its_life(agent: APIClient, reviewer: APIClient, p04: object) -> None:
    part, whole = factories.entity(), factories.entity(entity_type="subsystem")
    edge = {"source_entity": str(part.pk), "relationship_type": "part_of", "target_entity": str(whole.pk)}
    made = agent.post(f"{API}/relationships", edge)
    assert made.status_code == 201, made.content
    turned = {"source_entity": str(whole.pk), "relationship_type": "contains", "target_entity": str(part.pk)}
    assert agent.post(f"{API}/relationships", turned).json()["created"] is False
    path = f"{API}/relationships/{made.json()['id']}"
    assert reviewer.post(f"{path}/promote").json()["status"] == "active"
    assert reviewer.post(f"{path}/confirm").status_code == 200
    is_problem(reviewer.patch(path, {"confidence": 0.1}), 405)
    is_problem(reviewer.post(f"{path}/merge", {"into": str(uuid4())}), 404)
    assert reviewer.post(f"{path}/invalidate").json()["status"] == "invalid"
    actions = [entry["action"] for entry in reviewer.get(f"{path}/audit").json()["results"]]
    assert actions == ["invalidate", "confirm", "promote", "create"]
    assert len(reviewer.get(f"{API}/relationships?entity={part.pk}&project=p04").json()["results"]) == 1
    assert reviewer.get(f"{API}/relationships?type=satisfies").json()["results"] == []


def test_a_memory_graduates_by_its_entity(reviewer: APIClient, agent: APIClient, p04: object) -> None:
    memory = factories.memory("The spindle is balanced to G2.5.", active=True)
    body = {"entity_type": "requirement", "name": "Spindle balance"}
    is_problem(agent.post(f"{API}/memories/{memory.pk}/graduate", body), 403)
    made = reviewer.post(f"{API}/memories/{memory.pk}/graduate", body)
    assert made.status_code == 201, made.content
    assert made.json()["graduates_memory"] == str(memory.pk)
    assert reviewer.get(f"{API}/memories/{memory.pk}").json()["status"] == "active"
    reviewer.post(f"{API}/entities/{made.json()['id']}/promote")
    after = reviewer.get(f"{API}/memories/{memory.pk}").json()
    assert (after["status"], after["graduated_to_entity"]) == ("graduated", made.json()["id"])


def test_filters_of_entities(reviewer: APIClient, p04: object) -> None:
    row = factories.entity("M1", source_refs=["https://example.org/m1"], external_ref="X-1")
    factories.entity("M2", "decision")
    for query in (
        "type=component",
        "name=M1",
        "external_ref=X-1",
        "source_ref=https://example.org/m1",
        "status=active&type=component",
    ):
        found = reviewer.get(f"{API}/entities?{query}").json()["results"]
        assert [item["id"] for item in found] == [str(row.pk)], query
    assert reviewer.get(f"{API}/entities?has_conflict=true").json()["results"] == []
    names = [item["name"] for item in reviewer.get(f"{API}/entities?ordering=-name").json()["results"]]
    assert names == ["M2", "M1"]


def test_conflicts_are_read(reviewer: APIClient, agent: APIClient) -> None:
    assert reviewer.get(f"{API}/conflicts?status=open").json() == {"results": [], "next": None, "previous": None}
    is_problem(reviewer.get(f"{API}/conflicts/{uuid4()}"), 404)
    is_problem(agent.post(f"{API}/conflicts", {}), 405)


@pytest.mark.parametrize(
    "path",
    ["/entities", "/relationships", "/conflicts", "/entities/{}/relationships", "/entities/{}/neighbourhood?depth=2"],
)
def test_a_page_costs_the_same_queries_whatever_it_holds(reviewer: APIClient, p04: object, path: str) -> None:
    middle = factories.entity()
    url = f"{API}{path.format(middle.pk)}"

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert reviewer.get(url).status_code == 200
        return len(seen)

    def grow(number: int) -> Any:
        for _ in range(number):
            factories.relationship(factories.entity(), "part_of", factories.entity())
            factories.relationship(factories.entity(), "depends_on", middle)

    reviewer.get(url)  # the token's last use is noted once a minute
    grow(3)
    few = count()
    grow(8)
    assert count() == few <= 6


def test_many_suspect_links_are_confirmed_in_one_request(reviewer: APIClient, p04: object) -> None:
    need = factories.entity("Mass limit", "requirement")
    links = [factories.relationship(factories.entity(), "satisfies", need) for _ in range(2)]
    edit.update(need.fresh(), {"description": "At most 12 kg."}, actor=factories.person())
    suspect = f"{API}/queries/projects/p04/suspect-links"
    assert reviewer.get(suspect).json()["counts"]["suspect"] == 2
    items = [{"id": str(link.pk), "version": 1} for link in links]
    answer = reviewer.post(f"{API}/triage/bulk", {"verb": "confirm", "items": items}).json()
    assert [result["outcome"] for result in answer["results"]] == ["done", "done"]
    assert reviewer.get(suspect).json()["counts"]["suspect"] == 0
    memory = {"verb": "confirm", "items": [{"id": str(factories.memory(active=True).pk), "version": 1}]}
    assert reviewer.post(f"{API}/triage/bulk", memory).json()["results"][0]["outcome"] == "refused"
