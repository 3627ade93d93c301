"""The step of auto-triage, off unless ATOCORE_AUTO_TRIAGE is on: what independent sessions repeated becomes active.

A machine may say yes only where every doubt is absent: what would replace something, what somebody decided before, what
contradicts anything, and what concerns a person's identity or preferences is left to people.
"""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from memories.choices import MemoryType, Status
from memories.errors import DomainError
from memories.kinds import kinds
from memories.models import AuditEntry, Memory, Reinforcement
from memories.queries import housekeeping as wanted
from memories.queries.reinforcements import independent_sessions
from memories.queries.validity import in_time
from memories.services.housekeeping.steps import BATCH, Counts, Keeping, Step, steps
from memories.services.lifecycle import auto_promote

#: What only a person may say of a person, or of how assistants should behave.
_PERSONAL = (MemoryType.IDENTITY, MemoryType.PREFERENCE, MemoryType.ADAPTATION)
#: Who does these has looked at the record and thought about it, whatever came of it.
_DECIDED = ("promote", "auto_promote", "reject", "invalidate", "supersede", "expire", "restore", "undo", "merge")
_SHOWN = 5


def eligible(keeping: Keeping) -> Q:
    """Return the condition on the memory itself; that others repeated it and nobody decided it is asked after."""
    sure = Q(confidence__gte=settings.ATOCORE_AUTO_TRIAGE_CONFIDENCE, status=Status.CANDIDATE)
    said = Q(reference_count__gte=settings.ATOCORE_AUTO_TRIAGE_SESSIONS) & ~Q(memory_type__in=_PERSONAL)
    alone = Q(proposed_supersedes__isnull=True, rejected_before=False) & ~_dead_twin()
    return sure & said & alone & in_time(keeping.at) & ~wanted.awaited() & ~_contested()


def _dead_twin() -> Q:
    same = Memory.objects.filter(dedupe_key=OuterRef("dedupe_key"), status=Status.INVALID)
    return Q(Exists(same))


def _contested() -> Q:
    tell = kinds.named("memory").conditions.get("in_conflict")
    return Q(tell()) if tell else Q(pk__in=[])


def promote(keeping: Keeping) -> Counts:
    """Promote what the rule allows, each row in a transaction of its own."""
    done: list[UUID] = []
    if settings.ATOCORE_AUTO_TRIAGE:
        found = _repeated(keeping)[: keeping.most]
        if keeping.dry_run:
            with keeping.rehearsal():
                done = _promoted(keeping, found)
            keeping.rehearsals.append(lambda: _again(keeping, done))
            keeping.leaving.update(done)
        else:
            done = _promoted(keeping, found)
    return {"memories_promoted": len(done)}


def _promoted(keeping: Keeping, found: Iterable[UUID]) -> list[UUID]:
    return [pk for pk in found if _one(keeping, pk)]


def _again(keeping: Keeping, done: Iterable[UUID]) -> None:
    for pk in done:
        _one(keeping, pk)


def _repeated(keeping: Keeping) -> list[UUID]:
    """Return the eligible memories that enough independent sessions repeated and nobody ever decided."""
    ids = list(Memory.objects.filter(eligible(keeping)).order_by("pk").values_list("pk", flat=True))
    found: list[UUID] = []
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        sessions = independent_sessions(some)
        decided = AuditEntry.objects.filter(
            entity_kind="memory", record_id__in=[str(pk) for pk in some], action__in=_DECIDED
        )
        known = set(decided.values_list("record_id", flat=True))
        enough = settings.ATOCORE_AUTO_TRIAGE_SESSIONS
        found += [pk for pk in some if sessions[pk] >= enough and str(pk) not in known]
    return found


def _one(keeping: Keeping, pk: UUID) -> bool:
    """Promote one memory, unless it changed meanwhile or would contradict something; tell whether it was promoted."""
    with keeping.timed(), transaction.atomic():
        row = Memory.objects.select_related(*kinds.named("memory").select).filter(eligible(keeping), pk=pk).first()
        if row is None:
            return False
        try:
            with transaction.atomic():
                auto_promote(row, actor=keeping.actor("auto-triage"), note=_evidence(row))
                if getattr(row, "has_news", False):  # a conflict would open: that is for people to weigh
                    transaction.set_rollback(True)
                    return False
        except DomainError:
            return False
        return True


def _evidence(row: Memory) -> str:
    """Return why, in words: how sure, how often, by whom, and the exchanges in which it was said."""
    source = row.source_interaction
    own = {row.created_by, source.created_by if source else ""}
    said = Reinforcement.objects.filter(memory=row).exclude(principal__in=own).order_by("created_at", "pk")
    rows = list(said.values_list("interaction_id", "principal")[:_SHOWN])
    sessions = independent_sessions([row.pk])[row.pk]
    by = ", ".join(sorted({principal for _, principal in rows}))
    exchanges = ", ".join(f"interaction:{interaction}" for interaction, _ in rows)
    return f"confidence {row.confidence:.2f}, repeated in {sessions} independent sessions by {by}: {exchanges}"


PROMOTE = steps.register(Step("promote", "Auto-triage", 10, promote))
