"""Idempotency-Key: a POST sent twice is done once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from memories.choices import Role
from memories.models import AuditEntry, IdempotencyKey, Memory
from tests import factories
from tests.rest import API, client_of, is_problem

BODY = {"memory_type": "knowledge", "content": "The shutter closes in 4 ms."}


def send(client: APIClient, key: str, path: str = "/memories", body: Any = BODY) -> Any:
    return client.post(f"{API}{path}", body, headers={"idempotency-key": key})


def test_the_same_key_and_body_give_the_stored_answer(agent: APIClient) -> None:
    first, second = send(agent, "k1"), send(agent, "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert (second["ETag"], second["Location"]) == (first["ETag"], first["Location"])
    assert second["Idempotency-Replayed"] == "true"
    assert (Memory.objects.count(), AuditEntry.objects.filter(action="create", entity_kind="memory").count()) == (1, 1)


def test_the_same_key_with_another_body_is_refused(agent: APIClient) -> None:
    send(agent, "k1")
    other = is_problem(send(agent, "k1", body={**BODY, "content": "Another."}), 422)
    assert other["code"] == "idempotency_key_reused"
    is_problem(send(agent, "k1", path="/interactions", body={"prompt": "x"}), 422)
    assert Memory.objects.count() == 1


def test_a_verb_sent_twice_is_done_once(reviewer: APIClient) -> None:
    row = factories.memory()
    first, second = (send(reviewer, "k2", f"/memories/{row.pk}/promote", {"version": 1}) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    is_problem(reviewer.post(f"{API}/memories/{row.pk}/promote", {"version": 1}), 409)


def test_keys_of_two_clients_never_meet(agent: APIClient) -> None:
    send(agent, "k1")
    other = client_of(Role.AGENT, "other")
    assert send(other, "k1", body={**BODY, "content": "Mine."}).status_code == 201


def test_a_refused_request_leaves_its_key_free(agent: APIClient) -> None:
    is_problem(send(agent, "k3", body={**BODY, "confidence": 7}), 400)
    assert send(agent, "k3").status_code == 201


def test_a_key_is_forgotten_after_a_day(agent: APIClient) -> None:
    send(agent, "k4")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert send(agent, "k4", body={**BODY, "content": "A day later."}).status_code == 201
    assert IdempotencyKey.objects.count() == 1


def test_the_answer_and_the_write_are_one_transaction(agent: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the store failed")

    monkeypatch.setattr(IdempotencyKey.objects, "create", lost)
    agent.raise_request_exception = False
    is_problem(send(agent, "k5"), 500)
    assert not Memory.objects.exists()


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "ä", "a b"])
def test_a_key_that_is_none_is_refused(agent: APIClient, key: str) -> None:
    is_problem(send(agent, key), 400)
