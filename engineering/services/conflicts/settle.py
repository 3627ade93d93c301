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
from engineering.queries.facts import chunks
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


@dataclass
class Outcome:
    """What a detection did.

    Attributes:
        slots: how many slots were checked.
        opened, changed, closed: conflicts opened (again), brought up to date, and closed.
        open: open conflicts among the slots, by severity.
    """

    slots: int = 0
    opened: int = 0
    changed: int = 0
    closed: int = 0
    open: Counter[str] = field(default_factory=Counter)


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


def settle(batch: Batch, found: Claims, rows: Iterable[Conflict] = (), replaced: Pairs = ()) -> Outcome:
    """Check slots and write what follows.

    Args:
        batch: an open write of the program.
        found: all claims of the slots, complete.
        rows: conflicts whose slots are checked too, claims or none.
        replaced: (older, newer) pairs of entities.
    """
    return _Settling(batch, replaced).run(found, rows)


class _Settling:
    def __init__(self, batch: Batch, replaced: Pairs) -> None:
        self.batch, self.replaced = batch, replaced
        self.kind = kinds.named("conflict")
        self.outcome = Outcome()
        self._aliases: dict[UUID | None, Aliases] = {}
        self._new: list[tuple[Conflict, Sequence[Claim]]] = []
        self._moved: list[tuple[Conflict, Sequence[Claim]]] = []

    def run(self, found: Claims, rows: Iterable[Conflict]) -> Outcome:
        held = {_slot(row): row for row in _preferred(rows)}
        self.outcome.slots = len(found.keys() | held.keys())
        contested = {slot: judged for slot, said in found.items() if (judged := self._judge(slot, said)).contested}
        held |= _rows_of(contested.keys() - held.keys())
        held = self._carried(found, contested, held)
        for slot, judged in contested.items():
            self._contested(slot, judged, held.get(slot))
        for slot, row in held.items():
            if slot not in contested and row.status == OPEN and (row.fingerprint or slot in found):
                self._close(row)
        self._write()
        return self.outcome

    def _judge(self, slot: Slot, said: Sequence[Claim]) -> Found:
        if len(said) < 2:
            return Found(said, Verdict(Result.SAME, ""))
        aliases = self._aliases.setdefault(slot.project, Aliases(slot.project))
        return Found(said, judge(said, aliases, self.replaced))

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
        members = _members_of(row.pk for row in left.values())
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
        projects = _projects({row.project_id for row, _ in self._new})
        for row, _ in self._new:
            row.project = projects.get(row.project_id)
        self.batch.insert_many(self.kind, [row for row, _ in self._new], action="detect")
        self._write_members([*self._new, *self._moved])

    def _write_members(self, pairs: Sequence[tuple[Conflict, Sequence[Claim]]]) -> None:
        weights = trust.weigh({(claim.member_kind, claim.member_id) for _, said in pairs for claim in said})
        wanted = {
            (row.pk, claim.member_kind, claim.member_id): ConflictMember(
                conflict=row,
                member_kind=claim.member_kind,
                member_id=claim.member_id,
                member_layer_trust=_trust_of(weights, claim),
                value_snapshot=claim.value[:_SNAPSHOT],
            )
            for row, said in pairs
            for claim in reversed(said)
        }
        for some in chunks([row.pk for row, _ in self._moved]):
            for member in ConflictMember.objects.filter(conflict__in=some):
                self._bring_up(member, wanted.pop((member.conflict_id, member.member_kind, member.member_id), None))
        ConflictMember.objects.bulk_create(list(wanted.values())[::-1], batch_size=500)

    def _bring_up(self, member: ConflictMember, wanted: ConflictMember | None) -> None:
        if wanted is None:
            values: dict[str, Any] = {"left_at": self.batch.at} if member.left_at is None else {}
        else:
            values = {
                "left_at": None,
                "member_layer_trust": wanted.member_layer_trust,
                "value_snapshot": wanted.value_snapshot,
            }
        changed = {name: value for name, value in values.items() if getattr(member, name) != value}
        if changed:
            ConflictMember.objects.filter(pk=member.pk).update(**changed)


def _trust_of(weights: Mapping[trust.Member, trust.Weight], claim: Claim) -> int:
    weight = weights.get((claim.member_kind, claim.member_id))
    return weight.trust if weight else 0


def _members_of(conflicts: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for some in chunks(conflicts):
        rows = ConflictMember.objects.filter(conflict__in=some, left_at__isnull=True)
        for conflict, member in rows.values_list("conflict_id", "member_id"):
            found.setdefault(conflict, set()).add(member)
    return found


def _projects(ids: set[UUID | None]) -> dict[UUID | None, Any]:
    from memories.models import Project

    wanted = [pk for pk in ids if pk is not None]
    return {project.pk: project for project in Project.objects.filter(pk__in=wanted)} if wanted else {}


def _slot(row: Conflict) -> Slot:
    return Slot(row.project_id, row.slot_kind, row.slot_key)


def _preferred(rows: Iterable[Conflict]) -> list[Conflict]:
    """Return conflicts so that the one to go on with is the last of its slot: an open one, else the newest."""
    return sorted(rows, key=lambda row: (row.status == OPEN, row.detected_at, row.pk))


def _rows_of(slots: Iterable[Slot]) -> dict[Slot, Conflict]:
    wanted = set(slots)
    found: list[Conflict] = []
    for some in chunks(wanted):
        rows = Conflict.objects.filter(slot_key__in={slot.key for slot in some}).select_related("project")
        found += [row for row in rows if _slot(row) in wanted]
    return {_slot(row): row for row in _preferred(found)}
