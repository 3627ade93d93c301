"""The triage queue: candidates in order of review value, and what a card shows beside its record."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.kinds import Kind, Row, kinds
from memories.search import index
from memories.search.index import Alike

#: Review value: contested rows, then near duplicates, then by confidence, then the oldest (triage-ux).
_STEP = 1_001


def rank(*, contested: bool, near: bool, confidence: float) -> int:
    """Return a row's place in the triage order, less is sooner; ties are broken by id (oldest first)."""
    group = 0 if contested else 1 if near else 2
    return group * _STEP + 1_000 - round(confidence * 1_000)


def queue(kind_name: str, actor: Actor, *, project_id: UUID | None = None) -> "QuerySet[Row]":
    """Return the candidates of a kind that the actor may decide, in triage order."""
    kind = kinds.named(kind_name)
    waiting = permissions.for_principal(kind.model._base_manager.filter(status=Status.CANDIDATE), actor)
    if project_id:
        waiting = waiting.filter(**{kind.project_paths[0]: project_id})
    return waiting.select_related(*kind.select).order_by("triage_rank", "pk")


def counts(actor: Actor, *, project_id: UUID | None = None) -> dict[str, int]:
    """Return how many candidates wait, by kind's plural name."""
    return {kind.plural: queue(kind.name, actor, project_id=project_id).order_by().count() for kind in kinds.triaged()}


def oldest(actor: Actor, *, project_id: UUID | None = None) -> datetime | None:
    """Return when the longest-waiting candidate came, or None."""
    times = [
        queue(kind.name, actor, project_id=project_id).order_by().aggregate(first=Min("created_at"))["first"]
        for kind in kinds.triaged()
    ]
    return min(filter(None, times), default=None)


def waiting_by_project(kind: Kind, actor: Actor) -> list[tuple[str, int]]:
    """Return (project name, candidates waiting) for a kind, most first."""
    path = f"{kind.project_paths[0]}__name"
    rows = queue(kind.name, actor).order_by().values(path).annotate(waiting=Count("pk")).order_by("-waiting", path)
    return [(row[path] or "", row["waiting"]) for row in rows]


def similar(row: Row, actor: Actor, *, most: int = 5, statuses: Sequence[str] = (Status.ACTIVE.value,)) -> list[Alike]:
    """Return the records most like this one that the actor may see, best first; [] for kinds that are not searched."""
    kind = kinds.of(row)
    if kind.index_text is None:
        return []
    found = index.alike(kind, row, most=most * 2, statuses=statuses)
    seen = permissions.for_principal(kind.model._base_manager.filter(pk__in=[item.row.pk for item in found]), actor)
    allowed = set(seen.values_list("pk", flat=True))
    return [item for item in found if item.row.pk in allowed][:most]
