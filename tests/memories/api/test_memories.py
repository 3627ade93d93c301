"""`memories` over REST: create, get, change, decide."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from memories.choices import Role
from memories.models import AuditEntry, Memory
from tests import factories
from tests.rest import API, client_of, is_problem

NEW = {"memory_type": "knowledge", "content": "The primary mirror weighs 12.7 kg.", "project": "P04"}


def made(client: APIClient, **fields: Any) -> Any:
    response = client.post(f"{API}/memories", {**NEW, **fields})
    assert response.status_code in (200, 201), response.content
    return response


def test_an_agent_proposes_under_an_alias_and_gets_the_canonical_name(agent: APIClient, p04: object) -> None:
    response = made(agent, domain_tags=["Mass"], confidence=0.8)
    body = response.json()
    assert response.status_code == 201
    assert (body["status"], body["project"], body["created"]) == ("candidate", "p04-gigabit", True)
    assert body["domain_tags"] == ["mass"]
    assert body["created_by"] == "agent:scribe"
    assert response["ETag"] == '"1"'
    assert response["Location"].endswith(f"/api/v1/memories/{body['id']}")
    assert agent.get(response["Location"]).json() == {key: value for key, value in body.items() if key != "created"}


def test_the_same_content_again_answers_the_row_that_stands(agent: APIClient, p04: object) -> None:
    first, second = made(agent), made(agent, content="The primary  mirror weighs 12.7 kg.")
    assert second.status_code == 200
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["created"] is False
    assert Memory.objects.count() == 1


def test_an_agent_makes_nothing_active(agent: APIClient, p04: object) -> None:
    body = is_problem(agent.post(f"{API}/memories", {**NEW, "status": "active"}), 403)
    assert body["data"]["role_needed"] == "reviewer"
    assert not Memory.objects.exists()


@pytest.mark.parametrize("name", ["created_by", "version", "reference_count", "triage_rank", "actor"])
def test_what_the_server_sets_is_not_taken(agent: APIClient, p04: object, name: str) -> None:
    body = is_problem(agent.post(f"{API}/memories", {**NEW, name: 1}), 400)
    assert name in body["errors"][0]["pointer"] or body["errors"][0]["code"] == "unknown_field"
    assert not Memory.objects.exists()


def test_all_faults_of_a_body_come_at_once_with_their_pointers(agent: APIClient, p04: object) -> None:
    bad = {"memory_type": "gossip", "content": " ", "project": "p40", "confidence": 3}
    body = is_problem(agent.post(f"{API}/memories", bad), 400)
    assert {error["pointer"] for error in body["errors"]} == {"/memory_type", "/content", "/project", "/confidence"}


def test_an_unknown_project_is_refused_with_the_closest(agent: APIClient, reviewer: APIClient, p04: object) -> None:
    body = is_problem(reviewer.post(f"{API}/memories", {**NEW, "project": "p05"}), 400)
    assert body["code"] == "unknown_project"
    assert "p04-gigabit" in body["detail"]


def test_a_change_counts_the_version_up(agent: APIClient, p04: object) -> None:
    row = made(agent).json()
    response = agent.patch(
        f"{API}/memories/{row['id']}", {"content": "It weighs 13 kg.", "note": "weighed", "version": 1}
    )
    assert response.status_code == 200, response.content
    assert (response.json()["content"], response["ETag"]) == ("It weighs 13 kg.", '"2"')
    entry = AuditEntry.objects.get(action="update")
    assert (entry.note, entry.request_id) == ("weighed", response["X-Request-ID"])


def test_promote_answers_the_row_and_leaves_one_audit_row(reviewer: APIClient, agent: APIClient, p04: object) -> None:
    row = made(agent).json()
    response = reviewer.post(f"{API}/memories/{row['id']}/promote", {"note": "checked", "version": 1})
    assert response.status_code == 200, response.content
    assert response.json()["status"] == "active"
    entry = AuditEntry.objects.get(action="promote")
    assert (entry.actor, entry.note, entry.record_id) == ("agent:reviewer", "checked", row["id"])


@pytest.mark.parametrize("verb", ["promote", "reject", "restore", "invalidate", "supersede", "merge"])
def test_an_agent_decides_nothing(agent: APIClient, p04: object, verb: str) -> None:
    row, other = made(agent).json(), made(agent, content="Something else entirely.").json()
    body = {"into": other["id"]} if verb == "merge" else {}
    refusal = is_problem(agent.post(f"{API}/memories/{row['id']}/{verb}", body), 403)
    assert refusal["data"]["role_needed"] == "reviewer"
    assert not AuditEntry.objects.filter(action=verb).exists()


def test_promoting_twice_names_who_was_first(reviewer: APIClient, p04: object) -> None:
    row = factories.memory()
    assert reviewer.post(f"{API}/memories/{row.pk}/promote").status_code == 200
    second = client_of(Role.REVIEWER, "late")
    body = is_problem(second.post(f"{API}/memories/{row.pk}/promote"), 409)
    assert (body["data"]["status"], body["data"]["by"], body["data"]["did"]) == ("active", "agent:reviewer", "promote")
    assert body["retryable"] is False


def test_promote_may_supersede_what_it_replaces(reviewer: APIClient, p04: object) -> None:
    old, new = factories.memory(active=True), factories.memory()
    body = {"supersedes": str(old.pk), "supersedes_version": old.version}
    assert reviewer.post(f"{API}/memories/{new.pk}/promote", body).status_code == 200
    assert reviewer.get(f"{API}/memories/{old.pk}").json()["superseded_by"] == str(new.pk)


def test_supersede_merge_restore_invalidate_annotate_reinforce(reviewer: APIClient, p04: object) -> None:
    old, new, third = factories.memory(active=True), factories.memory(active=True), factories.memory(active=True)
    post = reviewer.post
    assert post(f"{API}/memories/{old.pk}/supersede", {"by": str(new.pk)}).json()["status"] == "superseded"
    assert post(f"{API}/memories/{old.pk}/restore").json()["status"] == "candidate"
    merged = post(f"{API}/memories/{third.pk}/merge", {"into": str(new.pk), "fields": {"content": "source"}})
    assert merged.status_code == 200, merged.content
    assert (merged.json()["id"], merged.json()["content"]) == (str(new.pk), third.content)
    assert post(f"{API}/memories/{new.pk}/annotate", {"note": "seen in the lab"}).status_code == 200
    assert post(f"{API}/memories/{new.pk}/reinforce").json()["reference_count"] == 1
    assert post(f"{API}/memories/{new.pk}/invalidate", {"note": "wrong"}).json()["status"] == "invalid"
    actions = [entry["action"] for entry in reviewer.get(f"{API}/memories/{new.pk}/audit").json()["results"]]
    assert actions == ["invalidate", "reinforce", "annotate", "update", "create"]


def test_verb_bodies_are_read_strictly(reviewer: APIClient, p04: object) -> None:
    row = factories.memory()
    body = is_problem(reviewer.post(f"{API}/memories/{row.pk}/promote", {"nota": "x"}), 400)
    assert body["errors"][0]["pointer"] == "/nota"
    for wrong in ("1", True, 1.5, 0):
        is_problem(reviewer.post(f"{API}/memories/{row.pk}/promote", {"version": wrong}), 400)
    is_problem(reviewer.post(f"{API}/memories/{row.pk}/promote", ["note"]), 400)
    dangling = is_problem(reviewer.post(f"{API}/memories/{row.pk}/merge", {"into": str(factories.entity().pk)}), 400)
    assert dangling["errors"][0]["pointer"] == "/into"


def test_similar_shows_what_resembles_it(reviewer: APIClient, p04: object) -> None:
    active = factories.memory("The primary mirror blank weighs 12.7 kg after polishing.", active=True)
    row = factories.memory("The primary mirror blank weighs 12.9 kg after polishing.")
    found = reviewer.get(f"{API}/memories/{row.pk}/similar").json()["results"]
    assert [item["record"]["id"] for item in found] == [str(active.pk)]
    assert found[0]["kind"] == "memory"
    assert found[0]["overlap"] > 0.6


def test_candidates_of_others_are_invisible_to_agents_and_readers(
    agent: APIClient, reader: APIClient, p04: object
) -> None:
    row = factories.memory()
    for client in (agent, reader):
        is_problem(client.get(f"{API}/memories/{row.pk}"), 404)
        is_problem(client.get(f"{API}/memories/{row.pk}/audit"), 404)
        is_problem(client.post(f"{API}/memories/{row.pk}/promote"), 404)
        assert client.get(f"{API}/memories").json()["results"] == []
    own = made(agent).json()
    assert [item["id"] for item in agent.get(f"{API}/memories").json()["results"]] == [own["id"]]


def test_an_address_may_end_with_a_slash(reviewer: APIClient, p04: object) -> None:
    row = factories.memory()
    for path in ("/memories", f"/memories/{row.pk}", f"/memories/{row.pk}/audit"):
        assert reviewer.get(f"{API}{path}").json() == reviewer.get(f"{API}{path}/").json()
