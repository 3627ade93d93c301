"""Brings the conflict rows of some slots in line with what is claimed there now. The program acts, not a person.

A slot has one row: it is opened where the claims disagree, opened again where a participant changed after a person had
decided, and closed where they no longer disagree. Nothing here changes a member.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from engineering.models import Conflict, ConflictMember
from engineering.queries import trust
from engineering.queries.aliases import Aliases
from engineering.queries.around import Around
from engineering.queries.facts import chunks
from engineering.queries.standing import Rows
from engineering.slots.claims import Claims, fingerprint
from engineering.slots.compare import Result, Verdict
from engineering.slots.facts import Claim, Slot
from engineering.slots.judge import Pairs, judge
from memories.actors import Actor
from memories.choices import ConflictStatus
from memories.kinds import kinds
from memories.services._write import Batch

OPEN, RESOLVED, DISMISSED = ConflictStatus.OPEN, ConflictStatus.RESOLVED, ConflictStatus.DISMISSED
NO_LONGER = "no longer incompatible"
#: The fingerprint of a decision that an older database brought: the first detection takes what it finds for it.
UNKNOWN = "?"
_SNAPSHOT = 2_000
_BROUGHT_UP = ("left_at", "member_layer_trust", "value_snapshot")


@dataclass
class Outcome:
    """What a detection did.

    Attributes:
        slots: how many slots were checked.
        opened, changed, closed: conflicts opened (again), brought up to date, and closed.
        open: open conflicts among the slots, by severity.
        members: who says something in a slot that is contested, as (kind, id).
    """

    slots: int = 0
    opened: int = 0
    changed: int = 0
    closed: int = 0
    open: Counter[str] = field(default_factory=Counter)
    members: set[trust.Member] = field(default_factory=set)


def program(batch_actor: Actor, at: datetime) -> Actor:
    """Return the actor of what detection writes: the program, within the request that caused it."""
    return replace(Actor.system("auto", batch_actor.request_id), clock=at)


@dataclass(frozen=True)
class Found:
    """A slot's claims, and what comparing them comes to."""

    said: Sequence[Claim]
    verdict: Verdict

    @property
    def contested(self) -> bool:
        """Tell whether a row is called for."""
        return self.verdict.result is not Result.SAME


Judged = Mapping[Slot, Found]


def contested(found: Claims, replaced: Pairs = (), around: Around | None = None) -> Judged:
    """Return the slots whose claims disagree, with what comparing them comes to. Writes nothing.

    Args:
        found: all claims of the slots, complete.
        replaced: (older, newer) pairs of entities.
        around: what was read for the slots, where aliases are known already.
    """
    known: dict[UUID | None, Aliases] = {}
    disagreeing = {}
    for slot, said in found.items():
        if len(said) < 2:
            continue
        if slot.project not in known:
            known[slot.project] = around.aliases_of(slot.project) if around else Aliases(slot.project)
        judged = Found(said, judge(said, known[slot.project], replaced))
        if judged.contested:
            disagreeing[slot] = judged
    return disagreeing


def settle(batch: Batch, found: Claims, rows: Rows, judged: Judged, around: Around | None = None) -> Outcome:
    """Write what follows from the claims of some slots.

    Args:
        batch: an open write of the program.
        found: all claims of the slots, complete.
        rows: conflicts whose slots are checked too, claims or none.
        judged: those of the slots that are contested.
        around: what was read for the slots, where trust is known already.
    """
    return _Settling(batch, rows, around).run(found, judged)


class _Settling:
    def __init__(self, batch: Batch, rows: Rows, around: Around | None) -> None:
        self.batch, self.rows, self.around = batch, rows, around
        self.kind = kinds.named("conflict")
        self.outcome = Outcome()
        self._new: list[tuple[Conflict, Sequence[Claim]]] = []
        self._moved: list[tuple[Conflict, Sequence[Claim]]] = []

    def run(self, found: Claims, contested: Judged) -> Outcome:
        self.outcome.members = {
            (claim.member_kind, claim.member_id) for judged in contested.values() for claim in judged.said
        }
        held = {_slot(row): row for row in _preferred(self.rows.load(contested.keys()))}
        self.outcome.slots = len(found.keys() | held.keys())
        held = self._carried(found, contested, held)
        for slot, judged in contested.items():
            self._contested(slot, judged, held.get(slot))
        for slot, row in held.items():
            if slot not in contested and row.status == OPEN and (row.fingerprint or slot in found):
                self._close(row)
        self._write()
        return self.outcome

    def _carried(
        self, found: Claims, contested: Mapping[Slot, Found], held: dict[Slot, Conflict]
    ) -> dict[Slot, Conflict]:
        """Take rows along whose subject was moved or renamed: the same members meet under another key now."""
        left = {
            slot: row for slot, row in held.items() if slot not in found and row.fingerprint and row.status != RESOLVED
        }
        homeless = {slot: judged for slot, judged in contested.items() if slot not in held}
        if not left or not homeless:
            return held
        members = {
            pk: {member.member_id for member in all_of if member.left_at is None}
            for pk, all_of in self.rows.members(row.pk for row in left.values()).items()
        }
        for slot, judged in homeless.items():
            ids = {claim.member_id for claim in judged.said}
            for old, row in left.items():
                if (old.project, old.kind) == (slot.project, slot.kind) and len(ids & members.get(row.pk, set())) > 1:
                    values = {"slot_key": slot.key, "status": row.status}
                    self.batch.change(self.kind, row, "detect", values, note="its subject goes by another name")
                    held[slot] = held.pop(old)
                    del left[old]
                    break
        return held

    def _contested(self, slot: Slot, judged: Found, row: Conflict | None) -> None:
        digest, severity = fingerprint(judged.said), judged.verdict.result.severity
        if row is None:
            self._open(slot, judged, digest, severity)
        elif row.status == OPEN:
            self._keep_open(row, judged, digest, severity)
        elif row.settled == UNKNOWN:
            self._change(row, judged, {"settled": digest, "fingerprint": digest, "severity": severity})
        elif row.settled != digest:
            again = {"status": OPEN, "resolution": "", "resolved_at": None, "resolved_by": ""}
            self._change(row, judged, {**again, "fingerprint": digest, "severity": severity}, "a participant changed")
            self.outcome.opened += 1
            self.outcome.open[severity] += 1

    def _open(self, slot: Slot, judged: Found, digest: str, severity: str) -> None:
        row = Conflict(
            slot_kind=slot.kind,
            slot_key=slot.key,
            project_id=slot.project,
            severity=severity,
            fingerprint=digest,
            detected_at=self.batch.at,
            updated_at=self.batch.at,
        )
        self._new.append((row, judged.said))
        self.outcome.opened += 1
        self.outcome.open[severity] += 1

    def _keep_open(self, row: Conflict, judged: Found, digest: str, severity: str) -> None:
        if digest == row.settled:
            back = {"status": DISMISSED, "resolution": "dismissed before", "resolved_at": self.batch.at}
            by = {"resolved_by": self.batch.actor.label}
            self._change(row, judged, {**back, **by, "fingerprint": digest, "severity": severity})
            self.outcome.changed += 1
            return
        self.outcome.open[severity] += 1
        if (row.fingerprint, row.severity) != (digest, severity):
            self._change(row, judged, {"fingerprint": digest, "severity": severity})
            self.outcome.changed += 1

    def _change(self, row: Conflict, judged: Found, values: Mapping[str, Any], note: str = "") -> None:
        self.batch.change(self.kind, row, "detect", values, note=note or judged.verdict.reason)
        self._moved.append((row, judged.said))

    def _close(self, row: Conflict) -> None:
        values = {"status": RESOLVED, "resolution": NO_LONGER, "resolved_at": self.batch.at, "fingerprint": ""}
        self.batch.change(self.kind, row, "close", {**values, "resolved_by": self.batch.actor.label}, note=NO_LONGER)
        self.outcome.closed += 1

    def _write(self) -> None:
        """Write new rows, and the members of all that changed."""
        projects = self.rows.project_of({row.project_id for row, _ in self._new})
        for row, _ in self._new:
            row.project = projects.get(row.project_id)
        if self._new:
            self.batch.insert_many(self.kind, [row for row, _ in self._new], action="detect")
        self._write_members([*self._new, *self._moved])

    def _write_members(self, pairs: Sequence[tuple[Conflict, Sequence[Claim]]]) -> None:
        trusted = self._trust({(claim.member_kind, claim.member_id) for _, said in pairs for claim in said})
        wanted = {
            (row.pk, claim.member_kind, claim.member_id): ConflictMember(
                conflict=row,
                member_kind=claim.member_kind,
                member_id=claim.member_id,
                member_layer_trust=trusted.get((claim.member_kind, claim.member_id), 0),
                value_snapshot=claim.value[:_SNAPSHOT],
            )
            for row, said in pairs
            for claim in reversed(said)
        }
        left: list[UUID] = []
        changed: list[ConflictMember] = []
        for members in self.rows.members(row.pk for row, _ in self._moved).values():
            for member in members:
                new = wanted.pop((member.conflict_id, member.member_kind, member.member_id), None)
                if new is not None and _bring_up(member, new):
                    changed.append(member)
                elif new is None and member.left_at is None:
                    left.append(member.pk)
        for some in chunks(left):
            ConflictMember.objects.filter(pk__in=some).update(left_at=self.batch.at)
        if changed:
            ConflictMember.objects.bulk_update(changed, _BROUGHT_UP, batch_size=300)
        if wanted:
            ConflictMember.objects.bulk_create(list(wanted.values())[::-1], batch_size=500)

    def _trust(self, members: set[trust.Member]) -> dict[trust.Member, int]:
        if self.around:
            return {member: self.around.trust_of(*member) for member in members}
        return {member: weight.trust for member, weight in trust.weigh(members).items()}


def _bring_up(member: ConflictMember, wanted: ConflictMember) -> bool:
    """Bring a member up to date; tell whether anything of it changed."""
    before = [getattr(member, name) for name in _BROUGHT_UP]
    for name in _BROUGHT_UP:
        setattr(member, name, getattr(wanted, name))
    return before != [getattr(member, name) for name in _BROUGHT_UP]


def _slot(row: Conflict) -> Slot:
    return Slot(row.project_id, row.slot_kind, row.slot_key)


def _preferred(rows: Iterable[Conflict]) -> list[Conflict]:
    """Return conflicts so that the one to go on with is the last of its slot: an open one, else the newest."""
    return sorted(rows, key=lambda row: (row.status == OPEN, row.detected_at, row.pk))
