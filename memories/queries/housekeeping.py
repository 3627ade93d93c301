"""What housekeeping looks for: rows past their date, candidates that nobody repeated, memories gone cold, old keys.

Conditions only, so that a dry run, a run, a list and a count ask the same.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from memories.choices import LIVE, Status
from memories.kinds import Kind, kinds
from memories.models import DailyFigures, HousekeepingRun
from memories.queries.validity import in_time

#: Who is no assistant: what they proposed waits until somebody decides it.
_PEOPLE = ("user:", "admin:")
_OTHERS = ("import", "cron", "auto-triage", "")


def expiring() -> Iterator[Kind]:
    """Yield the kinds whose records may have an end."""
    for kind in kinds:
        if "expire" in kind.lifecycle and "valid_until" in {one.name for one in kind.model._meta.concrete_fields}:
            yield kind


def past_date(at: datetime) -> Q:
    """Return the condition that a live row's time has run out: what is valid until noon is not valid at noon."""
    return Q(valid_until__lte=at, status__in=LIVE)


def stale(at: datetime) -> Q:
    """Return the condition that a memory waits in vain: an assistant proposed it, it is older than ATOCORE_STALE_DAYS,
    nothing repeated it, and nobody touched it in that time (who takes its expiry back has touched it).

    What people proposed and what an import brought never goes this way, nor what an entity is proposed from.
    """
    cutoff = at - timedelta(days=settings.ATOCORE_STALE_DAYS)
    waits = Q(status=Status.CANDIDATE, created_at__lt=cutoff, updated_at__lt=cutoff)
    alone = Q(reference_count=0) & in_time(at)
    return waits & alone & ~_proposed_by_others() & ~awaited()


def _proposed_by_others() -> Q:
    found = Q(created_by__in=_OTHERS)
    for way in _PEOPLE:
        found |= Q(created_by__startswith=way)
    return found


def awaited() -> Q:
    """Return the condition that something waits that is made out of the memory; another floor can tell."""
    tell: Callable[[], Any] | None = kinds.named("memory").conditions.get("awaited")
    return Q(tell()) if tell else Q(pk__in=[])


def waiting_long(kind: Kind, at: datetime) -> "QuerySet[Any]":
    """Return the candidates of a kind that are older than ATOCORE_STALE_DAYS."""
    cutoff = at - timedelta(days=settings.ATOCORE_STALE_DAYS)
    rows: QuerySet[Any] = kind.model._base_manager.filter(status=Status.CANDIDATE, created_at__lt=cutoff)
    return rows


def cold(at: datetime) -> Q:
    """Return the condition that an active memory has gone cold: nobody used it or touched it for ATOCORE_COLD_DAYS."""
    cutoff = at - timedelta(days=settings.ATOCORE_COLD_DAYS)
    unused = Q(last_referenced_at__isnull=True) | Q(last_referenced_at__lt=cutoff)
    # A row is never touched before it is made: the first bound lets a list by age begin where the cold ones are.
    return Q(status=Status.ACTIVE, created_at__lt=cutoff, updated_at__lt=cutoff) & unused


def due(at: datetime, days: int) -> dict[str, int]:
    """Return how many live rows of each kind run out by some days from now, those that have run out included."""
    until = past_date(at + timedelta(days=days))
    return {kind.plural: kind.model._base_manager.filter(until).count() for kind in expiring()}


def stale_by(at: datetime, days: int) -> int:
    """Return how many memories would have waited in vain some days from now, if nothing repeats or touches them."""
    memory = kinds.named("memory").model
    return memory._base_manager.filter(stale(at + timedelta(days=days))).count()


def runs() -> "QuerySet[HousekeepingRun]":
    """Return the run log, newest first."""
    return HousekeepingRun.objects.order_by("-started_at", "-id")


def daily(project_id: UUID) -> "QuerySet[DailyFigures]":
    """Return the figures of a project, the newest day first."""
    return DailyFigures.objects.filter(project=project_id).order_by("-day")


def last_success() -> datetime | None:
    """Return when the last run that ended without a fault did end, None for never."""
    ended: datetime | None = runs().filter(outcome="done").values_list("finished_at", flat=True).first()
    return ended
