"""What was added, removed and changed in a project between two moments, read out of the audit log.

What is compared is what was true: active records of the project. Set-based: a fixed number of database queries.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from memories.choices import Status
from memories.models import AuditEntry
from memories.queries.history import FieldChange
from memories.queries.moments import Moment

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
#: Columns whose change says nothing about what is true: counters, times of writing, digests.
_NOISE = frozenset(
    {
        "version",
        "created_at",
        "updated_at",
        "reference_count",
        "last_referenced_at",
        "reviewed_fingerprint",
        "proposed_supersedes",
    }
)
_COLUMNS = ("entity_kind", "record_id", "title", "status", "project_id", "after_json")


@dataclass(frozen=True)
class Difference:
    """One record that differs.

    Attributes:
        kind: its kind's name; `record` its id.
        change: added, removed or changed.
        title: what it was called when it last counted.
        status: where it stands at the later of the two moments.
        state: the record as it last counted.
        fields: what changed, old and new; properties one by one.
    """

    kind: str
    record: str
    change: str
    title: str
    status: str
    state: Mapping[str, Any]
    fields: Sequence[FieldChange] = field(default_factory=list)


@dataclass(frozen=True)
class _State:
    title: str
    status: str
    project: UUID | None
    values: Mapping[str, Any]


_Key = tuple[str, str]


def between(project: UUID, first: Moment, second: Moment, kinds: Sequence[str]) -> list[Difference]:
    """Return how the second of two moments of a project differs from the first, in no order. Two queries.

    Args:
        project: whose records.
        first: what is compared with.
        second: what is compared; it may be the earlier one.
        kinds: names of the kinds that are looked at.
    """
    touched = _touched(project, first, second, kinds)
    before, after = _states(first, touched, kinds), _states(second, touched, kinds)
    found = (_difference(key, before.get(key), after.get(key), project) for key in before.keys() | after.keys())
    return [one for one in found if one is not None]


def _touched(project: UUID, first: Moment, second: Moment, kinds: Sequence[str]) -> QuerySet[AuditEntry]:
    """Return the rows that one of the moments takes in and the other does not."""
    apart = (first.rows & second.later) | (second.rows & first.later)
    here = Q(project_id=project) | Q(before_json__project=str(project))
    return AuditEntry.objects.filter(apart, here, entity_kind__in=kinds)


def _states(moment: Moment, touched: QuerySet[AuditEntry], kinds: Sequence[str]) -> dict[_Key, _State]:
    own = AuditEntry.objects.filter(moment.rows, entity_kind__in=kinds, record_id__in=touched.values("record_id"))
    last = own.order_by().values("entity_kind", "record_id").annotate(last=Max("seq")).values("last")
    rows = AuditEntry.objects.filter(seq__in=last).order_by().values_list(*_COLUMNS)
    return {(kind, record): _State(*state) for kind, record, *state in rows}


def _difference(key: _Key, before: _State | None, after: _State | None, project: UUID) -> Difference | None:
    held, holds = _counts(before, project), _counts(after, project)
    stands = after.status if after else ""
    if held and holds and before and after:
        fields = list(_fields(before.values, after.values))
        return Difference(*key, CHANGED, after.title, stands, after.values, fields) if fields else None
    if holds and after:
        return Difference(*key, ADDED, after.title, stands, after.values)
    # Where it went is not told: it may be a project that the reader does not know.
    moved = after is not None and after.project != project
    return Difference(*key, REMOVED, before.title, "" if moved else stands, before.values) if held and before else None


def _counts(state: _State | None, project: UUID) -> bool:
    return state is not None and state.status == Status.ACTIVE and state.project == project


def _fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old == new or name in _NOISE:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            inner = (FieldChange(f"{name}.{key}", old.get(key), new.get(key)) for key in sorted({*old, *new}))
            yield from (change for change in inner if change.old != change.new)
        else:
            yield FieldChange(name, old, new)
