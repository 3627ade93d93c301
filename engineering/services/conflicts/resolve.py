"""The verbs by which a person settles a conflict, each one transaction with all that follows from it.

The rows that a decision changes share its decision id, so that one undo takes them back together.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from engineering.models import Conflict
from engineering.queries.conflicts import Dispute, Effect
from memories.actors import Actor
from memories.choices import ConflictStatus
from memories.errors import Blocked, Invalid
from memories.kinds import Row, kinds
from memories.services._write import Batch, stale
from memories.services.edit import admit_update
from memories.services.lifecycle import admit, clean_note, move
from memories.text import clean_text

Seen = Mapping[UUID, int]
LOSERS = ("supersede", "correct")


def keep(
    conflict: Conflict,
    winner: UUID,
    *,
    actor: Actor,
    version: int | None = None,
    seen: Seen | None = None,
    losers: str = "",
    note: str = "",
) -> Conflict:
    """Keep one member: the others are superseded by it or, for a property of a shared subject, corrected to its value.

    Args:
        conflict: an open conflict.
        winner: id of the member that stays; those that agree with it stay too.
        actor: a reviewer of every record concerned.
        version: the conflict's version the person saw.
        seen: version of each member the person saw, by id.
        losers: "supersede" or "correct" for entities that claim a property; "correct" where it is not said.
        note: reason.

    Raises:
        Blocked: the members no longer disagree.
        Stale: the conflict or a member changed.
    """
    if losers and losers not in LOSERS:
        raise Invalid.field("losers", f"losers is one of {', '.join(LOSERS)}.", "invalid_choice")
    with Batch(actor) as batch, batch.decision():
        dispute = _admitted(batch, conflict, version, seen or {})
        effects = dispute.keep(winner, losers)
        kind = next(claim.member_kind for claim in dispute.said if claim.member_id == winner)
        _settle(batch, conflict, f"kept {kind}:{winner}", note)
        _carry_out(batch, effects, seen or {}, note)
    return conflict


def set_value(
    conflict: Conflict,
    value: str,
    *,
    actor: Actor,
    version: int | None = None,
    seen: Seen | None = None,
    note: str = "",
) -> Conflict:
    """Write the right value to the subject; members that say otherwise are corrected or superseded (see `keep`).

    Raises:
        Invalid: the slot is no property's, or the property does not take the value.
    """
    text = clean_text(value, "value", most=1_000, single=True)
    with Batch(actor) as batch, batch.decision():
        effects = _admitted(batch, conflict, version, seen or {}).set_value(text)
        _settle(batch, conflict, f"set to {text}"[:200], note)
        _carry_out(batch, effects, seen or {}, note)
    return conflict


def dismiss(
    conflict: Conflict,
    *,
    note: str,
    actor: Actor,
    version: int | None = None,
    seen: Seen | None = None,
    scopes: Mapping[UUID, str] | None = None,
    both_true: bool = False,
) -> Conflict:
    """Say that a conflict is none; it comes back only when a participant changes.

    Args:
        note: why; it must say something.
        scopes: for entity members, the scope that tells them apart (as-designed, a serial number), by id.
        both_true: whether it is because both hold.
    """
    reason = clean_note(note)
    if not reason:
        raise Invalid.field("note", "A dismissal needs words: why is this no conflict?", "blank")
    with Batch(actor) as batch, batch.decision():
        dispute = _admitted(batch, conflict, version, seen or {}, "dismiss")
        word = "both true" if both_true or scopes else "dismissed"
        _decide(batch, conflict, "dismiss", ConflictStatus.DISMISSED, word, reason, settled=conflict.fingerprint)
        _carry_out(batch, _scoped(dispute, scopes or {}), seen or {}, reason)
    return conflict


def reopen(conflict: Conflict, *, actor: Actor, version: int | None = None, note: str = "") -> Conflict:
    """Take a dismissal back.

    Raises:
        Blocked: the members no longer disagree, so there is nothing to decide.
    """
    with Batch(actor) as batch, batch.decision():
        if not _admitted(batch, conflict, version, {}, "reopen").contested:
            raise _settled(conflict)
        values = {"status": ConflictStatus.OPEN.value, "resolution": "", "resolved_at": None, "resolved_by": ""}
        batch.change(kinds.of(conflict), conflict, "reopen", {**values, "settled": ""}, note=clean_note(note))
    return conflict


def annotate(conflict: Conflict, *, note: str, actor: Actor, version: int | None = None) -> Conflict:
    """Add a note and leave the conflict open (`no_action` of earlier versions)."""
    reason = clean_note(note)
    if not reason:
        raise Invalid.field("note", "A note needs words.", "blank")
    with Batch(actor) as batch:
        kind = admit(conflict, "annotate", actor=actor, version=version)
        # A conflict that was dismissed keeps the reason for it; the note stands in its history.
        values = {"note": reason} if conflict.status == ConflictStatus.OPEN else {}
        batch.change(kind, conflict, "annotate", values, note=reason)
    return conflict


def _admitted(batch: Batch, conflict: Conflict, version: int | None, seen: Seen, action: str = "resolve") -> Dispute:
    """Ask whether the actor may decide on the conflict as seen, and that there is something to decide."""
    admit(conflict, action, actor=batch.actor, version=version)
    dispute = Dispute(conflict, batch.at)
    if len(dispute.said) < 2:
        raise _settled(conflict)
    for (name, pk), row in dispute.rows.items():
        if seen.get(pk, row.version) != row.version:
            raise stale(kinds.named(name), row)
    return dispute


def _settled(conflict: Conflict) -> Blocked:
    return Blocked(
        "The members of this conflict no longer disagree; there is nothing to decide.",
        blockers=[],
        status=conflict.status,
        version=conflict.version,
    )


def _settle(batch: Batch, conflict: Conflict, resolution: str, note: str) -> None:
    _decide(batch, conflict, "resolve", ConflictStatus.RESOLVED, resolution, clean_note(note))


def _decide(
    batch: Batch, conflict: Conflict, action: str, status: ConflictStatus, resolution: str, note: str, settled: str = ""
) -> None:
    values: dict[str, Any] = {
        "status": status.value,
        "resolution": resolution,
        "resolved_at": batch.at,
        "resolved_by": batch.actor.label,
        "settled": settled,
    }
    batch.change(kinds.of(conflict), conflict, action, values | ({"note": note} if note else {}), note=note)


def _carry_out(batch: Batch, effects: Sequence[Effect], seen: Seen, note: str) -> None:
    """Do what follows, through the verbs' own rules."""
    for effect in effects:
        version = seen.get(effect.row.pk)
        if effect.verb == "supersede":
            move(batch, effect.row, "supersede", version=version, note=note, **effect.values)
        else:
            _update(batch, effect.row, effect.values, version, note)


def _update(batch: Batch, row: Row, values: Mapping[str, Any], version: int | None, note: str) -> None:
    kind = kinds.of(row)
    admit_update(kind, row, batch.actor, version)
    cleaned = kind.clean(values, actor=batch.actor, row=row)
    batch.change(kind, row, "update", cleaned, note=note)
    kind.check(row, "update")


def _scoped(dispute: Dispute, scopes: Mapping[UUID, str]) -> list[Effect]:
    effects = []
    for pk, text in scopes.items():
        row = dispute.rows.get(("entity", pk))
        if row is None:
            raise Invalid.field("scopes", f"{pk} is no entity of this conflict.", "no_member")
        scope = clean_text(text, "scopes", most=200, single=True)
        values = {"properties": {**row.properties, "scope": scope}}
        effects.append(Effect("entity", row, "update", f"{row.name}: scope becomes {scope}", values))
    return effects
