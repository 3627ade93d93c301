"""The step that throws away what is no record and of no use any more. History is never purged.

Sign-in links are not stored (they carry a signature and end by themselves), so there are none to purge.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from memories.models import ContextPack, HousekeepingRun, IdempotencyKey
from memories.services.housekeeping.steps import Counts, Keeping, Step, steps
from memories.services.idempotency import KEPT

_AT_ONCE = 1_000


def _old(keeping: Keeping) -> Iterator[tuple[str, "QuerySet[Any]"]]:
    yield "idempotency_keys", IdempotencyKey.objects.filter(created_at__lt=keeping.at - KEPT)
    yield "sessions", Session.objects.filter(expire_date__lt=keeping.at)
    before = keeping.at - timedelta(days=settings.ATOCORE_RUN_LOG_DAYS)
    kept_from = keeping.at - timedelta(days=settings.ATOCORE_PACK_DAYS)
    yield "packs", ContextPack.objects.filter(created_at__lt=kept_from)
    yield "runs", HousekeepingRun.objects.filter(started_at__lt=before)


def purge(keeping: Keeping) -> Counts:
    """Delete stored answers of keyed requests, sessions that ended, old packs and run logs."""
    return {f"{word}_purged": _purged(keeping, rows) for word, rows in _old(keeping)}


def _purged(keeping: Keeping, rows: "QuerySet[Any]") -> int:
    if keeping.dry_run:
        return rows.count()
    total = 0
    while some := list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        with keeping.timed():
            total += rows.filter(pk__in=some).delete()[0]
    return total


PURGE = steps.register(Step("purge", "No longer of use", 70, purge))
