"""Refusals that name who stands in the way: the present state of a record and who brought it there."""

from typing import Any

from memories.errors import StateConflict
from memories.kinds import Kind, Row
from memories.models import AuditEntry

_SILENT = ("reinforce", "annotate")


def present_state(kind: Kind, row: Row) -> dict[str, Any]:
    """Return where a record stands and by whom: id, kind, status, version, did, by, at, words."""
    last = (
        AuditEntry.objects.filter(entity_kind=kind.name, record_id=str(row.pk))
        .exclude(action__in=_SILENT)
        .order_by("-seq")
        .only("action", "actor", "timestamp")
        .first()
    )
    did, by, at = (last.action, last.actor, last.timestamp.isoformat()) if last else ("", "", "")
    words = f"{by} did “{did}” at {at}; it is {row.status} now" if last else f"it is {row.status} now"
    return {
        "id": str(row.pk),
        "kind": kind.name,
        "status": row.status,
        "version": row.version,
        "did": did,
        "by": by,
        "at": at,
        "words": words,
    }


def wrong_state(kind: Kind, row: Row, action: str) -> StateConflict:
    """Build the refusal of a verb that does not apply to where the record stands."""
    state = present_state(kind, row)
    can = kind.lifecycle.actions_from(row.status)
    return StateConflict(
        f"“{action}” does not apply to a {row.status} {kind.name}: {state['words']}. What applies: {', '.join(can)}.",
        action=action,
        allowed=can,
        **state,
    )
