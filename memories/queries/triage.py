"""The triage queue: candidates in order of review value, and what a card shows beside its record."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.kinds import Kind, Row, kinds
from memories.models import AuditEntry
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


def arrivals(kind_name: str, actor: Actor, *, since: datetime) -> int:
    """Return how many records of a kind came in as candidates since a point in time, whatever became of them."""
    kind = kinds.named(kind_name)
    return permissions.for_principal(kind.model._base_manager.filter(created_at__gt=since), actor).count()


class Decision(NamedTuple):
    """One decision of a person, as the rail shows it.

    Attributes:
        entry: its first audit row.
        undone: whether it was taken back since.
        latest: whether it is the newest one that stands: what undo takes back next.
    """

    entry: AuditEntry
    undone: bool
    latest: bool


def last_decisions(actor: Actor, most: int = 10) -> list[Decision]:
    """Return the actor's last decisions, newest first, one a decision; what took one back is not listed itself."""
    own = AuditEntry.objects.filter(actor=actor.label, action__in=_deciding()).order_by("-seq")
    recent = list(own.defer("before_json", "after_json")[: most * 5])
    first = {entry.decision_id: entry for entry in recent}
    taken_back: Counter[tuple[str, str]] = Counter()
    found: list[Decision] = []
    for entry in first.values():
        subject = (entry.entity_kind, entry.record_id)
        if entry.action == "undo":
            taken_back[subject] += 1
            continue
        undone = taken_back[subject] > 0
        taken_back[subject] -= undone
        found.append(Decision(entry, undone, not undone and not any(one.latest for one in found)))
    return found[:most]


def decided_since(actor: Actor, since: datetime) -> int:
    """Return how many decisions an actor made since a point in time, less those they took back."""
    own = AuditEntry.objects.filter(actor=actor.label, timestamp__gte=since)
    figures = own.aggregate(
        made=Count("decision_id", distinct=True, filter=Q(action__in=_deciding() - {"undo", "update"})),
        undone=Count("decision_id", distinct=True, filter=Q(action="undo")),
    )
    return max(0, int(figures["made"]) - int(figures["undone"]))


def _deciding() -> set[str]:
    return {verb.action for kind in kinds for verb in kind.lifecycle if verb.decides}


def pasts(kind_name: str, ids: Sequence[UUID], *, most: int = 5) -> dict[str, list[AuditEntry]]:
    """Return the newest audit rows of some records by record id, read together."""
    entries = AuditEntry.objects.filter(entity_kind=kind_name, record_id__in=[str(pk) for pk in ids]).order_by("-seq")
    found: dict[str, list[AuditEntry]] = {}
    for entry in entries[: most * 4 * len(ids) + most]:
        rows = found.setdefault(entry.record_id, [])
        if len(rows) < most:
            rows.append(entry)
    return found
