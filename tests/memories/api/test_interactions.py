"""`interactions` over REST: capture, list, get."""

from typing import Any

from rest_framework.test import APIClient

from memories.choices import Role
from memories.models import AuditEntry
from tests.rest import API, client_of, is_problem

SENT = {
    "prompt": "What does M1 weigh?",
    "response": "12.7 kg.",
    "context_pack": {"items": [1]},
    "client": "claude",
    "session_id": "s1",
    "project": "P04",
}


def test_a_client_captures_and_sees_its_own(
    agent: APIClient, reviewer: APIClient, reader: APIClient, p04: object
) -> None:
    made = agent.post(f"{API}/interactions", SENT)
    assert made.status_code == 201, made.content
    assert made.json()["project"] == "p04-gigabit"
    assert agent.get(made["Location"]).json() == made.json()
    other = client_of(Role.AGENT)
    is_problem(other.get(made["Location"]), 404)
    is_problem(reader.get(f"{API}/interactions"), 403)
    assert len(reviewer.get(f"{API}/interactions?session_id=s1&client=claude&project=p04").json()["results"]) == 1
    assert AuditEntry.objects.filter(entity_kind="interaction").count() == 1


def test_an_unknown_project_is_kept_as_sent(agent: APIClient, reviewer: APIClient, p04: object) -> None:
    made = agent.post(f"{API}/interactions", {**SENT, "project": "P99 Nowhere"})
    assert (made.status_code, made.json()["project"], made.json()["project_text"]) == (201, None, "P99 Nowhere")
    found: Any = reviewer.get(f"{API}/interactions?without_project=true").json()["results"]
    assert [row["id"] for row in found] == [made.json()["id"]]


def test_what_is_no_interaction_is_refused(agent: APIClient, reader: APIClient) -> None:
    is_problem(agent.post(f"{API}/interactions", {}), 400)
    is_problem(agent.post(f"{API}/interactions", {"prompt": "x", "created_by": "me"}), 400)
    is_problem(agent.post(f"{API}/interactions", {"prompt": "x", "context_pack": 3}), 400)
    is_problem(reader.post(f"{API}/interactions", SENT), 403)
