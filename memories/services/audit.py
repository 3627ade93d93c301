"""Audit rows: what a record looked like, written beside every mutation and read back by undo.

Owns the JSON form of a record (`snapshot`) and its way back (`revive`). It inserts no row itself; the write path does.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import models

from memories.actors import Actor
from memories.kinds import Kind, Row, kinds
from memories.models import AuditEntry
from memories.models.audit import UNLOGGED

#: Types whose values JSON holds as they are.
_JSON = frozenset({str, int, float, bool, list, dict})


def json_value(value: Any) -> Any:
    """Return a column's value as JSON holds it (UUIDs and times as text)."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value


@cache
def _columns(model: type[models.Model]) -> tuple[tuple[str, ...], Callable[[models.Model], tuple[Any, ...]]]:
    kept = [column for column in model._meta.concrete_fields if column.name not in UNLOGGED]
    return tuple(column.name for column in kept), attrgetter(*(column.attname for column in kept))


def snapshot(row: models.Model) -> dict[str, Any]:
    """Return the full record as JSON, foreign keys as ids, derived columns left out."""
    names, read = _columns(type(row))
    return {
        name: value if value is None or type(value) in _JSON else json_value(value)
        for name, value in zip(names, read(row), strict=True)
    }


def revive(model: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return snapshot values as model values by attribute name (the way back of `snapshot`).

    Columns that the model no longer has are passed over, so that old history stays readable.
    """
    columns = {column.name: column for column in model._meta.concrete_fields}
    revived = {}
    for name, value in values.items():
        if column := columns.get(name):
            target = column.target_field if isinstance(column, models.ForeignKey) else column
            revived[column.attname] = value if isinstance(column, models.JSONField) else target.to_python(value)
    return revived


def entry(
    row: models.Model,
    action: str,
    *,
    actor: Actor,
    decision_id: UUID,
    at: datetime,
    before: Mapping[str, Any],
    note: str = "",
    kind: Kind | None = None,
    kind_name: str = "",
) -> AuditEntry:
    """Build the audit row of one mutation, unsaved.

    Args:
        row: the record as it is now; `before` holds the previous values of what changed, JSON-ready.
        at: when; `decision_id` groups rows changed together.
        kind: the record's kind; `kind_name` is the word for records that are no kind (project, token, …).
    """
    project = kind.project_of(row) if kind else _project_of(row)
    home = project.pk if project else None
    return AuditEntry(
        entity_kind=kind.name if kind else kind_name,
        record_id=str(row.pk),
        action=action,
        actor=actor.label,
        title=(kind.title(row) if kind else str(row))[:200],
        status=getattr(row, "status", ""),
        project_id=home,
        other_project_id=_other_project(row, kind, home, before),
        project_name=project.name if project else "",
        before_json=dict(before),
        after_json=snapshot(row),
        note=note,
        timestamp=at,
        request_id=actor.request_id,
        decision_id=decision_id,
    )


def _project_of(row: Row) -> Any:
    from memories.models import Project

    return row if isinstance(row, Project) else getattr(row, "project", None)


def _other_project(row: Row, kind: Kind | None, home: UUID | None, before: Mapping[str, Any]) -> UUID | None:
    """Return the second project that a change speaks of: the one it left, or that of a link's other end."""
    if before.get("project") and before["project"] != str(home):
        return UUID(before["project"])
    paths = kind.project_paths[1:] if kind else ()
    ends = (attrgetter(f"{path.replace('__', '.')}_id")(row) for path in paths)
    return next((end for end in ends if end != home), None)


def kind_of(audit: AuditEntry) -> Kind | None:
    """Return the registered kind an audit row speaks of, or None."""
    return kinds.named(audit.entity_kind) if audit.entity_kind in kinds else None
