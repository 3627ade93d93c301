"""Looks whether the store is whole: rows as their last audit rows say, the index as the rows say, no broken reference.

Reads only. Each look takes the database it reads, so that a copy can be looked at as well as the one in use.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import Max

from memories.kinds import Kind, Row, kinds
from memories.models import AuditEntry, IndexRow
from memories.search import index, sketch
from memories.services.audit import snapshot

_AT_ONCE, _SHOWN = 500, 10


@dataclass
class Look:
    """What a look found: how many were looked at, how many are wrong, and the first of these in words."""

    seen: int = 0
    wrong: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, words: str) -> None:
        """Count one that is wrong."""
        self.wrong += 1
        if len(self.examples) < _SHOWN:
            self.examples.append(words)


def audit_look(using: str = "default") -> Look:
    """Compare every record of every kind with its last audit row."""
    look = Look()
    for kind in kinds:
        for rows in _chunks(kind, using):
            look.seen += len(rows)
            suspects = _differing(kind, rows, using)
            # Somebody may have written between the two reads: what is wrong is still wrong on a second look.
            again = _rows(kind, using).filter(pk__in=suspects) if suspects else []
            for pk, words in _differing(kind, list(again), using).items():
                look.add(f"{kind.name} {pk}: {words}")
    return look


def _rows(kind: Kind, using: str) -> Any:
    return kind.model._base_manager.using(using).select_related(*kind.select).order_by("pk")


def _chunks(kind: Kind, using: str) -> Iterator[list[Row]]:
    rows = _rows(kind, using).iterator(chunk_size=_AT_ONCE)
    while some := list(islice(rows, _AT_ONCE)):
        yield some


def _differing(kind: Kind, rows: Sequence[Row], using: str) -> dict[UUID, str]:
    """Return what is wrong with each of some rows, in words."""
    if not rows:
        return {}
    entries = AuditEntry.objects.using(using).filter(entity_kind=kind.name)
    own = entries.filter(record_id__in=[str(row.pk) for row in rows]).order_by().values("record_id")
    last = [one["last"] for one in own.annotate(last=Max("seq"))]
    after = dict(entries.filter(seq__in=last).values_list("record_id", "after_json"))
    found = {}
    for row in rows:
        said = after.get(str(row.pk))
        if said is None:
            found[row.pk] = "has no audit row"
        elif differing := _unlike(said, row):
            found[row.pk] = f"differs from its last audit row in {', '.join(differing)}"
    return found


def _unlike(said: dict[str, Any], row: Row) -> list[str]:
    now = json.loads(json.dumps(snapshot(row)))
    # A column that is younger than the audit row is not held against it.
    return [name for name, value in now.items() if name in said and said[name] != value]


def index_look(using: str = "default") -> Look:
    """Compare the search index with the records whose words it holds."""
    look = Look()
    for kind in index.indexed_kinds():
        held = IndexRow.objects.using(using).filter(kind=kind.name)
        for rows in _chunks(kind, using):
            look.seen += len(rows)
            kept = held.filter(record_id__in=[row.pk for row in rows]).values_list("record_id", *_INDEXED)
            found = {pk: values for pk, *values in kept}
            for row in rows:
                if differing := _unlike_index(kind, row, found.get(row.pk)):
                    look.add(f"{kind.name} {row.pk}: {differing}")
        strays = held.exclude(record_id__in=_rows(kind, using).order_by().values("pk")).count()
        if strays:
            look.wrong += strays
            look.examples.append(f"{strays} index rows of {kind.plural} that are no more")
    return look


#: Columns of the index that a record alone determines; the words of its neighbours come from others.
_INDEXED = ("text", "lead", "marks", *(f"band_{number}" for number in range(sketch.BANDS)))


def _unlike_index(kind: Kind, row: Row, held: Sequence[Any] | None) -> str:
    """Return in words what the index holds wrong of a record; "" where it is as the write path would write it."""
    if held is None:
        return "missing"
    wanted = index.index_row(kind, row)
    differing = [name for name, value in zip(_INDEXED, held, strict=True) if value != getattr(wanted, name)]
    if differing:
        return "other words" if "text" in differing else f"another {differing[0]}"
    return ""


def database_look(using: str = "default", *, deep: bool = True) -> list[str]:
    """Let the database look at itself: its pages, indexes and foreign keys. Returns what it finds wrong, in words."""
    if connections[using].vendor == "sqlite":
        faults = [row[0] for row in _ask(f"PRAGMA {'integrity_check' if deep else 'quick_check'}", using)]
        broken = [f"{row[0]} row {row[1]} names no {row[2]}" for row in _ask("PRAGMA foreign_key_check", using)]
        return [*(fault for fault in faults if fault != "ok"), *broken]
    invalid = _ask("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid", using)
    unproved = _ask("SELECT conname FROM pg_constraint WHERE NOT convalidated", using)
    return [*(f"index {row[0]} is not valid" for row in invalid), *(f"{row[0]} is not validated" for row in unproved)]


def _ask(sql: str, using: str) -> Iterable[Sequence[Any]]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql)
        found: list[Sequence[Any]] = cursor.fetchall()
        return found
