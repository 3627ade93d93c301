"""Figures: how many records there are of each kind, by status and type, and what waits."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.db.models import Count

from memories import permissions
from memories.actors import Actor
from memories.kinds import Kind, kinds
from memories.queries import triage


def figures(actor: Actor, *, project_id: UUID | None = None) -> dict[str, Any]:
    """Return {plural: {total, by_status, by_type}} for each kind, and `triage`: {waiting, oldest}.

    Args:
        actor: only rows they may see are counted.
        project_id: only rows of this project.
    """
    counted: dict[str, Any] = {kind.plural: of_kind(kind, actor, project_id) for kind in kinds}
    waiting = sum(triage.counts(actor, project_id=project_id).values())
    return {**counted, "triage": {"waiting": waiting, "oldest": triage.oldest(actor, project_id=project_id)}}


def of_kind(kind: Kind, actor: Actor, project_id: UUID | None = None) -> dict[str, Any]:
    """Return {total, by_status} of a kind, and by_type where its records have one. One query."""
    rows = permissions.for_principal(kind.model._base_manager.all(), actor)
    if project_id:
        rows = rows.filter(**{kind.project_paths[0]: project_id})
    typed = f"{kind.name}_type" in {column.name for column in kind.model._meta.concrete_fields}
    groups = ["status", f"{kind.name}_type"] if typed else ["status"]
    by_status: Counter[str] = Counter()
    by_type: Counter[str] = Counter()
    for *values, number in rows.order_by().values_list(*groups).annotate(number=Count("pk")):
        by_status[values[0]] += number
        if typed:
            by_type[values[1]] += number
    found = {"total": by_status.total(), "by_status": dict(by_status)}
    return {**found, "by_type": dict(by_type)} if typed else found
