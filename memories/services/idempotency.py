"""Owns the stored answers of requests that carry an Idempotency-Key: an answer and the write it speaks of are one
transaction, so that neither can be there without the other. Knows nothing of HTTP but numbers and headers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from memories.errors import DomainError
from memories.models import IdempotencyKey
from memories.services._write import serialise

KEPT = timedelta(hours=24)


class KeyReused(DomainError):
    """The key stands for another request already."""

    code = "idempotency_key_reused"


@dataclass(frozen=True)
class Answer:
    """What was answered; `replayed` tells that it comes from the store."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    replayed: bool = False


def once(principal: str, key: str, digest: str, act: Callable[[], Answer]) -> Answer:
    """Run `act` the first time a key comes, and give its stored answer every time after, for 24 hours.

    Only an answer that came about is stored: where `act` raises, everything is rolled back and the key is free. Two
    requests with one key at once: the second waits for the first and gets its answer.

    Args:
        principal: who asks; keys of two principals never meet.
        key: the client's key.
        digest: stands for the whole request.
        act: does the work and answers.

    Raises:
        KeyReused: the key came with another request before.
    """
    with transaction.atomic():
        serialise(f"idempotency {principal} {key}")
        IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
        stored = IdempotencyKey.objects.filter(principal=principal, key=key).first()
        if stored:
            return _replay(stored, digest)
        answer = act()
        IdempotencyKey.objects.create(
            principal=principal,
            key=key,
            request_digest=digest,
            status_code=answer.status,
            answer=answer.body,
            headers=answer.headers,
        )
        return answer


def known(principal: str, key: str) -> bool:
    """Tell whether a key of a principal has a stored answer (or one to another request)."""
    since = timezone.now() - KEPT
    return IdempotencyKey.objects.filter(principal=principal, key=key, created_at__gte=since).exists()


def _replay(stored: IdempotencyKey, digest: str) -> Answer:
    if stored.request_digest != digest:
        raise KeyReused("This Idempotency-Key was used for another request in the last 24 hours. Send a new key.")
    return Answer(stored.status_code, stored.answer, dict(stored.headers), replayed=True)
