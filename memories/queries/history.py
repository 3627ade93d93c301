"""Reads of the audit log: a record's history, the rows of a decision, the differences a row holds."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from memories.actors import Actor
from memories.kinds import kinds
from memories.models import AuditEntry

#: Columns a diff does not show: they change with every write, or are digests that nobody reads.
_NOISE = frozenset({"version", "updated_at", "fingerprint", "settled"})


class FieldChange(NamedTuple):
    """One field that an audit row changed."""

    name: str
    old: Any
    new: Any


def of_record(kind_name: str, record_id: UUID | str) -> QuerySet[AuditEntry]:
    """Return a record's audit rows, newest first."""
    return AuditEntry.objects.filter(entity_kind=kind_name, record_id=str(record_id)).order_by("-seq")


def of_decision(decision_id: UUID) -> list[AuditEntry]:
    """Return the audit rows that one decision wrote, in order."""
    return list(AuditEntry.objects.filter(decision_id=decision_id).order_by("seq"))


def of_request(request_id: str) -> QuerySet[AuditEntry]:
    """Return the audit rows of one request, in order."""
    return AuditEntry.objects.filter(request_id=request_id).order_by("seq")


def decisions_of_request(request_id: str) -> list[AuditEntry]:
    """Return the first undoable audit row of each decision of a request, newest decision first."""
    first: dict[UUID, AuditEntry] = {}
    for entry in of_request(request_id):
        if is_decision(entry):
            first.setdefault(entry.decision_id, entry)
    return list(reversed(first.values()))


def is_decision(entry: AuditEntry) -> bool:
    """Tell whether an audit row is a decision that can be undone."""
    if entry.entity_kind not in kinds:
        return False
    lifecycle = kinds.named(entry.entity_kind).lifecycle
    return entry.action in lifecycle and lifecycle.verb(entry.action).decides


def recent_decisions(actor: Actor, most: int = 10) -> list[AuditEntry]:
    """Return the actor's last decisions, newest first, one row a decision."""
    seen: dict[UUID, AuditEntry] = {}
    verbs = {verb.action for kind in kinds for verb in kind.lifecycle if verb.decides}
    own = AuditEntry.objects.filter(actor=actor.label, action__in=verbs).order_by("-seq")
    for entry in own[: most * 5]:
        seen[entry.decision_id] = entry
    return list(seen.values())[:most]


def diff(entry: AuditEntry) -> Sequence[FieldChange]:
    """Return what an audit row changed, field by field; for a creation, every field that was set."""
    after = entry.after_json
    if entry.before_json:
        return [
            FieldChange(name, old, after.get(name)) for name, old in entry.before_json.items() if name not in _NOISE
        ]
    if entry.action in ("create", "import", "capture"):
        return [
            FieldChange(name, None, new)
            for name, new in after.items()
            if new not in (None, "", [], {}) and name not in _NOISE
        ]
    return []
