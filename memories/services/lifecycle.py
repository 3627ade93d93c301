"""The verbs that move a record through its lifecycle, one function a verb, for every registered kind.

Each asks permissions, names the action and hands the change to the write path. No door writes past these.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.errors import Blocked, Invalid
from memories.kinds import Kind, Row, kinds
from memories.models import Record
from memories.services._write import Batch, stale
from memories.services.refusals import wrong_state
from memories.text import clean_text

R = TypeVar("R", bound=Record)

#: What a dead record may point at; cleared when it returns to the queue.
_POINTERS = ("superseded_by_id", "graduated_to_entity_id")


def admit(row: Row, action: str, *, actor: Actor, version: int | None = None) -> Kind:
    """Ask whether the actor may do the action on the row as seen; return the row's kind.

    Raises:
        Forbidden: the actor's role does not reach.
        Stale: `version` is not the row's.
        StateConflict: the action does not apply to the row's status.
    """
    kind = kinds.of(row)
    if action not in kind.lifecycle:
        raise Invalid.field("", f"A {kind.name} knows no verb “{action}”.", "unknown_verb")
    verb = kind.lifecycle.verb(action)
    permissions.require(actor, verb.role, kind.project_id_of(row))
    if version is not None and version != row.version:
        raise stale(kind, row)
    if not kind.lifecycle.allowed(action, row.status):
        raise wrong_state(kind, row, action)
    return kind


def clean_note(note: str) -> str:
    """Return a reason, checked like any other text (at most 4,000 characters)."""
    return clean_text(note, "note", most=4_000, blank=True)


def move(batch: Batch, row: Row, action: str, *, version: int | None = None, note: str = "", **values: Any) -> None:
    """Do one verb on one row inside an open batch: admit, check the rules across rows, write."""
    kind = admit(row, action, actor=batch.actor, version=version)
    status = kind.lifecycle.verb(action).target(row.status)
    if action == "restore":
        values |= {name: None for name in _POINTERS if hasattr(row, name)}
    kind.check(row, action)
    batch.change(kind, row, action, {"status": status, **kind.effects(row, action), **values}, note=note)


def _single(row: R, action: str, *, actor: Actor, version: int | None, note: str, **values: Any) -> R:
    with Batch(actor) as batch:
        move(batch, row, action, version=version, note=clean_note(note), **values)
    return row


def promote(
    row: R,
    *,
    actor: Actor,
    version: int | None = None,
    note: str = "",
    supersedes: R | None = None,
    supersedes_version: int | None = None,
    partners: Sequence[tuple[Record, int | None]] = (),
) -> R:
    """Make a candidate active; what it replaces is superseded by it in the same transaction.

    Args:
        row: the candidate.
        actor: a reviewer.
        version: the version the person saw.
        note: reason.
        supersedes: an active record that this one replaces; default: what it proposed to replace, if that is active.
        supersedes_version: the version of that record the person saw.
        partners: further candidates promoted with it (an entity's ticked links), each with the version seen.
    """
    with Batch(actor) as batch, batch.decision():
        promote_in(
            batch,
            row,
            version=version,
            note=clean_note(note),
            supersedes=supersedes,
            supersedes_version=supersedes_version,
        )
        for partner, seen in partners:
            move(batch, partner, "promote", version=seen)
    return row


def promote_in(
    batch: Batch,
    row: Record,
    *,
    version: int | None,
    note: str,
    supersedes: Record | None = None,
    supersedes_version: int | None = None,
) -> None:
    """Promote inside an open batch (see `promote`)."""
    old = supersedes or _proposed(row)
    move(batch, row, "promote", version=version, note=note)
    if old:
        if old.pk == row.pk:
            raise Invalid.field("supersedes", "A record cannot supersede itself.")
        move(batch, old, "supersede", version=supersedes_version, note=note, superseded_by_id=row.pk)


def _proposed(row: Record) -> Record | None:
    old = getattr(row, "proposed_supersedes", None)
    return old if old is not None and old.status == Status.ACTIVE else None


def auto_promote(row: R, *, actor: Actor, note: str = "") -> R:
    """Make a candidate active by the auto-triage rule (off by default)."""
    return _single(row, "auto_promote", actor=actor, version=None, note=note)


def reject(row: R, *, actor: Actor, version: int | None = None, note: str = "") -> R:
    """Turn a candidate down."""
    return _single(row, "reject", actor=actor, version=version, note=note)


def invalidate(row: R, *, actor: Actor, version: int | None = None, note: str = "") -> R:
    """Declare an active record no longer true, with nothing in its place."""
    return _single(row, "invalidate", actor=actor, version=version, note=note)


def expire(row: R, *, actor: Actor, version: int | None = None, note: str = "") -> R:
    """End a record whose time ran out (the housekeeping command)."""
    return _single(row, "expire", actor=actor, version=version, note=note)


def supersede(row: R, *, actor: Actor, by: R | None = None, version: int | None = None, note: str = "") -> R:
    """Retire an active record, in favour of the active record `by` where there is one.

    Raises:
        Blocked: `by` is not active.
        Invalid: `by` is the record itself or of another kind.
    """
    if by is not None:
        _check_successor(row, by)
    with Batch(actor) as batch:
        move(batch, row, "supersede", version=version, note=clean_note(note), superseded_by_id=by.pk if by else None)
    return row


def _check_successor(row: Record, by: Record) -> None:
    if type(by) is not type(row) or by.pk == row.pk:
        raise Invalid.field("by", "A record is superseded by another record of its own kind.")
    if by.status != Status.ACTIVE:
        raise Blocked(
            f"What supersedes must be active; {by.pk} is {by.status}. Promote it with “supersedes” instead.",
            blockers=[str(by.pk)],
            status=by.status,
        )


def merge(
    row: R,
    into: R,
    *,
    actor: Actor,
    version: int | None = None,
    into_version: int | None = None,
    fields: Mapping[str, Any] | None = None,
    note: str = "",
) -> R:
    """Fold a record into another: that one takes the chosen fields and the union of tags and sources.

    Args:
        row: the record that ends superseded by `into`.
        into: the target, candidate or active.
        actor: a reviewer.
        version: version of `row` the person saw.
        into_version: version of `into` the person saw.
        fields: for each field "source", "target" (as without it) or {"value": …}; only the kind's choosable ones.
        note: reason.

    Returns:
        The target.
    """
    from memories.services.merging import merged_values

    if type(row) is not type(into) or row.pk == into.pk:
        raise Invalid.field("into", "A record is merged into another record of its own kind.")
    with Batch(actor) as batch, batch.decision():
        kind = admit(into, "update", actor=actor, version=into_version)
        values = merged_values(kind, row, into, fields or {}, actor)
        move(batch, row, "merge", version=version, note=clean_note(note), superseded_by_id=into.pk)
        if any(getattr(into, name) != value for name, value in values.items()):
            batch.change(kind, into, "update", values, note=f"merged with {row.pk}")
            kind.check(into, "update")
    return into


def graduate(row: R, *, actor: Actor, entity_id: UUID, version: int | None = None, note: str = "") -> R:
    """Turn a memory into the immutable pointer to the entity it became."""
    return _single(row, "graduate", actor=actor, version=version, note=note, graduated_to_entity_id=entity_id)


def reinforce(row: R, *, actor: Actor, note: str = "") -> R:
    """Count one more use of a memory; its version stays, since its content does."""
    with Batch(actor) as batch:
        count = getattr(row, "reference_count", 0) + 1
        move(batch, row, "reinforce", note=clean_note(note), reference_count=count, last_referenced_at=batch.at)
    return row


def restore(row: R, *, actor: Actor, version: int | None = None, note: str = "") -> R:
    """Put a dead record back in the queue as a candidate; its pointers to successors are cleared."""
    return _single(row, "restore", actor=actor, version=version, note=note)


def annotate(row: R, *, actor: Actor, note: str, version: int | None = None) -> R:
    """Add a note to a record's history (a reject reason given later); the record stays as it is."""
    if not clean_note(note):
        raise Invalid.field("note", "A note needs words.", "blank")
    return _single(row, "annotate", actor=actor, version=version, note=note)


#: Verbs that take nothing but the row, the actor, the version seen and a note.
PLAIN = {"promote": promote, "reject": reject, "invalidate": invalidate, "restore": restore, "annotate": annotate}
