"""`memories/bulk` over REST: one result an item, pointers into the body, and bodies meant to harm."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from memories.models import AuditEntry, Memory
from tests.rest import API, is_problem, raw

BULK = f"{API}/memories/bulk"
NEW = {"memory_type": "knowledge", "content": "The primary mirror weighs 12.7 kg.", "project": "P04"}


def sent(client: APIClient, *items: Any, **more: Any) -> dict[str, Any]:
    response = client.post(BULK, {"items": list(items), **more})
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def test_each_item_has_its_result(agent: APIClient, p04: object) -> None:
    body = sent(
        agent,
        {**NEW, "external_ref": "turn-1", "session_id": "s", "position": 3, "observed_at": "2026-03-01"},
        {**NEW, "external_ref": "turn-1"},
        {**NEW, "status": "active"},
        {**NEW, "content": ""},
        {**NEW, "project": "p99"},
        note="lab book",
    )
    assert [result["outcome"] for result in body["results"]] == ["created", "existing", "refused", "refused", "refused"]
    assert (body["created"], body["changed"], body["existing"], body["refused"]) == (1, 0, 1, 3)
    first, second, active, blank, nowhere = body["results"]
    assert (first["created"], second["created"], first["id"]) == (True, False, second["id"])
    assert (first["status"], first["version"], first["external_ref"]) == ("candidate", 1, "turn-1")
    assert (active["problem"]["status"], active["problem"]["code"]) == (403, "forbidden")
    assert active["problem"]["data"]["role_needed"] == "reviewer"
    assert blank["problem"]["errors"][0]["pointer"] == "/items/3/content"
    assert (nowhere["problem"]["code"], nowhere["problem"]["errors"][0]["pointer"]) == (
        "unknown_project",
        "/items/4/project",
    )
    assert "no project “p99”" in nowhere["problem"]["detail"]
    assert [entry.record_id for entry in AuditEntry.objects.filter(request_id=body["request_id"])] == [first["id"]]


def test_what_differs_is_named_and_written_only_where_asked(reviewer: APIClient, p04: object) -> None:
    sent(reviewer, {**NEW, "external_ref": "a", "status": "active"})
    newer = {**NEW, "external_ref": "a", "content": "The primary mirror weighs 13 kg.", "status": "active"}
    kept = sent(reviewer, newer)["results"][0]
    assert (kept["outcome"], kept["differs"], kept["version"]) == ("existing", ["content"], 1)
    changed = sent(reviewer, newer, update_existing=True)["results"][0]
    assert (changed["outcome"], changed["version"]) == ("changed", 2)
    assert Memory.objects.get().content == "The primary mirror weighs 13 kg."


def test_the_same_key_gives_the_stored_answer(agent: APIClient, p04: object) -> None:
    first = agent.post(BULK, {"items": [NEW]}, headers={"Idempotency-Key": "k"})
    again = agent.post(BULK, {"items": [NEW]}, headers={"Idempotency-Key": "k"})
    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"[]", 400, ""),
        (b"{}", 400, "/items"),
        (b'{"items": {}}', 400, "/items"),
        (b'{"items": "many"}', 400, "/items"),
        (b'{"items": []}', 400, "/items"),
        (b'{"items": [' + b",".join([b"{}"] * 501) + b"]}", 400, "/items"),
        (b'{"items": [{}], "update_existing": "perhaps"}', 400, "/update_existing"),
        (b'{"items": [{}], "status": "active"}', 400, "/status"),
        (b'{"items": [{"content": NaN}]}', 400, ""),
        (b'{"items": [{"content": "\\ud800"}]}', 400, ""),
        (b'{"items": [' + b"[" * 60 + b"]" * 60 + b"]}", 413, ""),
        (b'{"items": [{"content"', 400, None),
    ],
)
def test_bodies_that_are_refused_as_a_whole(
    agent: APIClient, p04: object, body: bytes, status: int, pointer: str | None
) -> None:
    problem = is_problem(raw(agent, "POST", "/memories/bulk", body), status)
    assert pointer is None or problem["errors"][0]["pointer"] == pointer
    assert not Memory.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"content": ["a"]},
        {"content": "a\u0000b"},
        {"content": "x" * 20_001},
        {"project": ["p04"]},
        {"project": {"name": "p04"}},
        {"external_ref": 7},
        {"external_ref": "a\nb"},
        {"position": 1.5},
        {"position": 2**70},
        {"position": True},
        {"observed_at": "yesterday"},
        {"observed_at": "0001-01-01T00:00:00+14:00"},
        {"domain_tags": "optics"},
        {"domain_tags": [["optics"]]},
        {"entities": ["x"] * 51},
        {"entities": ["x" * 301]},
        {"confidence": "high"},
        {"status": "invalid"},
        {"status": ["active"]},
        {"created_by": "user:somebody"},
        {"version": 3},
        {"note": "of one item"},
        {"": 1},
    ],
)
def test_items_meant_to_harm_are_refused_alone(agent: APIClient, p04: object, fields: dict[str, Any]) -> None:
    body = sent(agent, {**NEW, **fields}, {**NEW, "content": "The good one."})
    assert [result["outcome"] for result in body["results"]] == ["refused", "created"]
    problem = body["results"][0]["problem"]
    assert 400 <= problem["status"] < 500
    assert problem["detail"]
    assert all(error["pointer"].startswith("/items/0") for error in problem["errors"])


def test_the_address_is_no_record(agent: APIClient, p04: object) -> None:
    is_problem(agent.get(BULK), 405)
