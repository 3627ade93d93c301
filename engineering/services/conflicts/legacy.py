"""Conflict rows of older databases: brought to the slot that detection gives them, so that it opens no twin."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from engineering.models import Conflict, ConflictMember
from engineering.queries import around
from engineering.services.conflicts.settle import OPEN, UNKNOWN
from engineering.slots.claims import claims
from engineering.slots.facts import Slot
from memories.kinds import kinds
from memories.services._write import Batch


def adopt(batch: Batch, ids: Sequence[UUID]) -> None:
    """Map imported conflicts to the slots in which their members make claims.

    The older tables named a slot by its kind and by the id of an entity. A decision that came with a row is kept until
    a participant changes.
    """
    kind = kinds.named("conflict")
    rows = {row.pk: row for row in Conflict.objects.filter(pk__in=ids).select_related("project")}
    members: dict[UUID, list[tuple[str, UUID]]] = {}
    found = ConflictMember.objects.filter(conflict__in=rows)
    for conflict, member_kind, member in found.values_list("conflict_id", "member_kind", "member_id"):
        members.setdefault(conflict, []).append((member_kind, member))
    slots = _slots_of({pair for pairs in members.values() for pair in pairs}, batch.at)
    taken = {(row.project_id, row.slot_kind, row.slot_key) for row in rows.values() if row.status == OPEN}
    for row in rows.values():
        values = {} if row.status == OPEN else {"settled": UNKNOWN}
        slot = _best(row, members.get(row.pk, []), slots)
        if slot and (row.status != OPEN or slot not in taken):
            values |= {"slot_kind": slot.kind, "slot_key": slot.key}
            taken.add(slot)
        if values:
            changed = {name: value for name, value in values.items() if getattr(row, name) != value}
            batch.change(kind, row, "detect", {**changed, "status": row.status}, note="mapped to the slot it speaks of")


def _slots_of(members: set[tuple[str, UUID]], at: datetime) -> dict[tuple[str, UUID], set[Slot]]:
    """Return the slots in which each member makes claims."""
    seeds = around.Seeds({pk for kind, pk in members if kind == "entity"})
    seeds.memories = {pk for kind, pk in members if kind == "memory"}
    found: dict[tuple[str, UUID], set[Slot]] = {}
    for slot, said in claims(around.read(seeds, at).facts).items():
        for claim in said:
            found.setdefault((claim.member_kind, claim.member_id), set()).add(slot)
    return found


def _best(row: Conflict, members: Sequence[tuple[str, UUID]], slots: dict[tuple[str, UUID], set[Slot]]) -> Slot | None:
    """Return the slot of the row's kind in which most of its members meet, None where nobody makes such a claim."""
    votes: dict[Slot, int] = {}
    for member in members:
        for slot in slots.get(member, ()):
            if slot.kind == row.slot_kind and slot.project == row.project_id:
                votes[slot] = votes.get(slot, 0) + 1
    return max(votes, key=lambda slot: (votes[slot], slot.key), default=None)
