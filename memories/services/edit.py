"""Create and update: what a door received becomes a record, by the rules its kind declares."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from memories import permissions
from memories.actors import Actor
from memories.choices import Role, Status
from memories.errors import Invalid
from memories.kinds import Kind, Row, kinds
from memories.models import Record
from memories.services._write import Batch, serialise, stale
from memories.services.lifecycle import admit, clean_note

R = TypeVar("R", bound=Record)

#: A client proposes; above this only a person's judgement goes.
AGENT_CONFIDENCE = 0.9


class Created(NamedTuple):
    """The record, and whether it is new (False: a live one of the same content answers instead)."""

    row: Any
    created: bool


def create(
    kind_name: str, fields: Mapping[str, Any], *, actor: Actor, status: str | None = None, note: str = ""
) -> Created:
    """Create a record, or answer the live one that it would repeat.

    Args:
        kind_name: "memory", "entity" or "relationship".
        fields: as doors spell them (project by name, references by id).
        actor: an agent creates candidates; a reviewer candidates or active rows.
        status: "candidate" (default) or "active".
        note: reason, kept in the audit row.

    Raises:
        Invalid: a field breaks a rule; all faults at once, each with its pointer.
        Forbidden: the role does not reach, or does not reach for `active`.
    """
    row = prepare(kind_name, fields, actor=actor, status=status)
    with Batch(actor) as batch:
        return insert_in(batch, kinds.named(kind_name), row, note=clean_note(note))


def prepare(kind_name: str, fields: Mapping[str, Any], *, actor: Actor, status: str | None = None) -> Row:
    """Return the record that `create` would write, parsed and admitted, unsaved (arguments and errors as there)."""
    kind = kinds.named(kind_name)
    status = _initial(status)
    permissions.require_anywhere(actor, Role.AGENT)
    row: Row = kind.model(**kind.clean(fields, actor=actor, row=None), status=status, created_by=actor.label)
    _admit_new(kind, row, actor, status)
    return row


def insert_in(batch: Batch, kind: Kind, row: Row, *, note: str = "") -> Created:
    """Insert a prepared row inside an open batch, or answer its twin."""
    row.created_at = row.updated_at = batch.at
    if key := kind.key(row):
        serialise(key)  # before anything is read that the row is compared with
    kind.refresh(row)
    if twin := kind.find_twin(row):
        return Created(twin, False)
    kind.check(row, "create")
    batch.insert(kind, row, note=note, refreshed=True)
    return Created(row, True)


def update(row: R, fields: Mapping[str, Any], *, actor: Actor, version: int | None = None, note: str = "") -> R:
    """Change fields of a candidate or active record; an update that changes nothing writes nothing.

    Args:
        row: the record as read.
        fields: new values, as doors spell them; only the kind's editable ones.
        actor: a reviewer, or the agent that proposed it while it is a candidate.
        version: the version the person saw.
        note: reason.
    """
    values = _new_values(row, fields, actor, version)
    if values:
        with Batch(actor) as batch:
            _change(batch, row, values, clean_note(note))
    return row


def update_in(
    batch: Batch, row: Record, fields: Mapping[str, Any], *, version: int | None = None, note: str = ""
) -> None:
    """Change fields inside an open batch (see `update`)."""
    if values := _new_values(row, fields, batch.actor, version):
        _change(batch, row, values, note)


def _new_values(row: Record, fields: Mapping[str, Any], actor: Actor, version: int | None) -> dict[str, Any]:
    kind = kinds.of(row)
    admit_update(kind, row, actor, version)
    unknown = [name for name in fields if name not in kind.editable]
    if unknown:
        raise Invalid.field(
            unknown[0], f"A {kind.name}'s editable fields are {', '.join(kind.editable)}.", "unknown_field"
        )
    values = kind.clean(fields, actor=actor, row=row)
    admit_move(kind, row, values, actor)
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def _change(batch: Batch, row: Record, values: Mapping[str, Any], note: str) -> None:
    kind = kinds.of(row)
    batch.change(kind, row, "update", values, note=note)
    kind.check(row, "update")


def _initial(status: str | None) -> str:
    chosen = status or Status.CANDIDATE.value
    if chosen not in (Status.CANDIDATE.value, Status.ACTIVE.value):
        raise Invalid.field("status", "A record starts as candidate or active.", "invalid_choice")
    return chosen


def _admit_new(kind: Kind, row: Row, actor: Actor, status: str) -> None:
    project_id = kind.project_id_of(row)
    permissions.require(actor, Role.AGENT if status == Status.CANDIDATE else Role.REVIEWER, project_id)
    _check_confidence(row.confidence if hasattr(row, "confidence") else 0, actor, project_id)


def _check_confidence(confidence: float, actor: Actor, project_id: Any) -> None:
    role = actor.principal.role_on(project_id)
    if confidence > AGENT_CONFIDENCE and not (role and role.includes(Role.REVIEWER)):
        raise Invalid.field(
            "confidence", f"A client proposes with a confidence of at most {AGENT_CONFIDENCE}.", "confidence_range"
        )


def admit_update(kind: Kind, row: Record, actor: Actor, version: int | None) -> None:
    """Ask whether the actor may edit the row as seen: a reviewer, or the proposer of a candidate."""
    role = actor.principal.role_on(kind.project_id_of(row))
    own = row.created_by == actor.label and row.status == Status.CANDIDATE and role and role.includes(Role.AGENT)
    if not own:
        admit(row, "update", actor=actor, version=version)
    elif version is not None and version != row.version:
        raise stale(kind, row)


def admit_move(kind: Kind, row: Record, values: Mapping[str, Any], actor: Actor) -> None:
    """Ask whether the actor may give the row these values: the role on the project it moves to, the confidence."""
    target = values.get("project_id", getattr(row, "project_id", None))
    if "project_id" in values and target != getattr(row, "project_id", None):
        own = row.created_by == actor.label and row.status == Status.CANDIDATE
        permissions.require(actor, Role.AGENT if own else Role.REVIEWER, target)
    if "confidence" in values:
        _check_confidence(values["confidence"], actor, target)
