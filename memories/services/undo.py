"""Undo: a decision is taken back by a compensating audit row, never by deleting one.

The rows that one decision changed are undone together or not at all. Every rule is checked again; what stands in the
way is named.
"""

from collections.abc import Sequence
from typing import Any

from memories import permissions
from memories.actors import Actor
from memories.choices import Role, Status
from memories.errors import Blocked, DomainError, NotFound
from memories.kinds import Kind, Row
from memories.models import AuditEntry
from memories.queries import history
from memories.services import audit
from memories.services._write import Batch
from memories.services.refusals import present_state


def undo(entry: AuditEntry, *, actor: Actor, note: str = "") -> list[Row]:
    """Take back the decision that an audit row belongs to, its partner rows with it.

    Args:
        entry: an audit row of the decision.
        actor: a reviewer of all records concerned.
        note: reason.

    Returns:
        The records as they stand now.

    Raises:
        Blocked: a record was changed since, or something came to depend on it; `blockers` names what.
        NotFound: the row is no decision (a note, a reinforcement, an import, a creation).
    """
    decision = [row for row in history.of_decision(entry.decision_id) if _undoable(row)]
    if not decision:
        raise NotFound(f"Audit row {entry.seq} ({entry.action}) is no decision that can be undone.")
    with Batch(actor) as batch, batch.decision():
        return [_undo_one(batch, row, note) for row in reversed(decision)]


def undo_request(request_id: str, *, actor: Actor, note: str = "") -> list[tuple[AuditEntry, DomainError | None]]:
    """Take back every decision of one request (a bulk one), newest first.

    Returns:
        For each decision its first audit row and the refusal, None where it was undone.
    """
    results: list[tuple[AuditEntry, DomainError | None]] = []
    for entry in history.decisions_of_request(request_id):
        try:
            undo(entry, actor=actor, note=note)
            results.append((entry, None))
        except DomainError as refusal:
            results.append((entry, refusal))
    return results


def _undoable(entry: AuditEntry) -> bool:
    kind = audit.kind_of(entry)
    return kind is not None and entry.action in kind.lifecycle and kind.lifecycle.verb(entry.action).decides


def _undo_one(batch: Batch, entry: AuditEntry, note: str) -> Row:
    kind = audit.kind_of(entry)
    if kind is None:
        raise NotFound(f"Audit row {entry.seq} is of no kind that can be undone.")
    row = kind.model._base_manager.select_related(*kind.select).filter(pk=entry.record_id).first()
    if row is None:
        raise NotFound(f"The {kind.name} {entry.record_id} is gone.")
    permissions.require(batch.actor, Role.REVIEWER, kind.project_id_of(row))
    _check_untouched(kind, row, entry)
    values = audit.revive(
        kind.model, {name: old for name, old in entry.before_json.items() if name not in ("version", "updated_at")}
    )
    _check_dependants(kind, row, entry, values)
    batch.change(kind, row, "undo", values, note=note or f"undo of {entry.action} (#{entry.seq})")
    kind.check(row, "undo")
    return row


def _check_untouched(kind: Kind, row: Row, entry: AuditEntry) -> None:
    if row.version != entry.after_json.get("version"):
        state = present_state(kind, row)
        raise Blocked(f"“{entry.action}” cannot be undone: {state['words']}.", blockers=[state["words"]], **state)


def _check_dependants(kind: Kind, row: Row, entry: AuditEntry, values: dict[str, Any]) -> None:
    if row.status != Status.ACTIVE or values.get("status", Status.ACTIVE) == Status.ACTIVE:
        return
    partners = set(_partner_ids(entry))
    blockers = [words for record_id, words in kind.blockers(row) if record_id not in partners]
    if blockers:
        raise Blocked(
            f"“{entry.action}” cannot be undone while something rests on it: {'; '.join(blockers[:5])}.",
            blockers=blockers,
            **present_state(kind, row),
        )


def _partner_ids(entry: AuditEntry) -> Sequence[str]:
    return [row.record_id for row in history.of_decision(entry.decision_id)]
