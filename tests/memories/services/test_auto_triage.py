"""Auto-triage promotes only where every doubt is absent, and says on what evidence."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engineering.models import Conflict
from engineering.services import graduation
from memories.actors import Actor
from memories.models import AuditEntry, Memory
from memories.queries import history
from memories.services import edit, lifecycle, undo
from memories.services.capture import capture
from memories.services.housekeeping.run import Report, housekeep
from tests import factories as make

pytestmark = pytest.mark.django_db
FACT = "The primary mirror M1 is polished to 12.7 nm rms."
ANSWER = "As measured in March, the primary mirror M1 was polished to 12.7 nm rms, which is enough."


@pytest.fixture(autouse=True)
def _on(settings: Any) -> None:
    settings.ATOCORE_AUTO_TRIAGE = True


def keep(**options: Any) -> Report:
    return housekeep(actor=Actor.system("cron"), **options)


def repeat(sessions: int, answer: str = ANSWER, by: Actor | None = None) -> None:
    """Let so many sessions, each of another assistant unless told otherwise, repeat it."""
    for number in range(sessions):
        sent = {
            "prompt": "And?",
            "response": f"{answer} ({number})",
            "session_id": f"session {number}",
            "project": "p04",
        }
        capture(sent, actor=by or make.agent(f"other{number}"))


def candidate(content: str = FACT, **fields: Any) -> Memory:
    return make.memory(content, by=make.agent("scribe"), **{"confidence": 0.8, **fields})


def test_it_is_off_unless_somebody_turns_it_on(settings: Any) -> None:
    settings.ATOCORE_AUTO_TRIAGE = False
    row = candidate()
    repeat(3)
    assert keep().counts["promote"] == {"memories_promoted": 0}
    assert row.fresh().status == "candidate"


def test_what_three_sessions_of_others_repeated_becomes_active_and_says_why() -> None:
    row = candidate()
    repeat(3)
    said = keep(dry_run=True)
    assert row.fresh().status == "candidate"
    report = keep()
    assert said.counts == report.counts
    assert report.counts["promote"] == {"memories_promoted": 1}
    entry = history.of_record("memory", row.pk)[0]
    assert (entry.action, entry.actor, entry.status) == ("auto_promote", "auto-triage", "active")
    assert "confidence 0.80, repeated in 3 independent sessions by agent:other0, agent:other1" in entry.note
    assert entry.note.count("interaction:") == 3
    assert keep().changed == 0


def test_thresholds_are_exact_and_are_settings(settings: Any) -> None:
    at, below = candidate(confidence=0.7), candidate("Stage drift of the hexapod is 3 nm an hour.", confidence=0.69)
    repeat(3)
    repeat(3, "The hexapod stage drift is 3 nm in an hour.")
    keep()
    assert (at.fresh().status, below.fresh().status) == ("active", "candidate")
    settings.ATOCORE_AUTO_TRIAGE_CONFIDENCE = 0.6
    settings.ATOCORE_AUTO_TRIAGE_SESSIONS = 4
    keep()
    assert below.fresh().status == "candidate"
    settings.ATOCORE_AUTO_TRIAGE_SESSIONS = 3
    keep()
    assert below.fresh().status == "active"


def test_two_sessions_or_ones_own_are_not_enough() -> None:
    row, own = candidate(), make.agent("scribe")
    repeat(2)
    repeat(5, by=own)
    assert Memory.objects.get(pk=row.pk).reference_count >= 3
    keep()
    assert row.fresh().status == "candidate"


@pytest.mark.parametrize("memory_type", ["identity", "preference", "adaptation"])
def test_what_is_personal_is_left_to_people(memory_type: str) -> None:
    row = candidate(memory_type=memory_type)
    repeat(4)
    keep()
    assert row.fresh().status == "candidate"


def test_what_would_replace_something_is_left_to_people() -> None:
    old = make.memory("The primary mirror M1 is polished to 20 nm rms.", active=True)
    row = candidate(proposed_supersedes=str(old.pk))
    repeat(4)
    keep()
    assert (row.fresh().status, old.fresh().status) == ("candidate", "active")


def test_what_would_contradict_something_is_left_to_people_and_opens_no_conflict() -> None:
    make.entity("Stage", properties={"mass": "5 kg"})
    row = candidate("Stage mass is 6 kg.")
    repeat(3, "We weighed it: the stage mass is 6 kg.")
    assert Memory.objects.get(pk=row.pk).reference_count == 3
    assert keep(dry_run=True).counts["promote"] == keep().counts["promote"] == {"memories_promoted": 0}
    assert row.fresh().status == "candidate"
    assert not Conflict.objects.exists()
    assert not AuditEntry.objects.filter(action="auto_promote").exists()


def test_of_two_that_contradict_one_another_one_is_promoted() -> None:
    make.entity("Stage")
    rows = [candidate(f"Stage mass is {mass} kg.") for mass in (5, 6)]
    repeat(3, "Stage mass is 5 kg, or the stage mass is 6 kg.")
    said, report = keep(dry_run=True), keep()
    assert said.counts == report.counts
    assert sorted(row.fresh().status for row in rows) == ["active", "candidate"]
    assert not Conflict.objects.filter(status="open").exists()


def test_what_was_rejected_before_is_left_to_people() -> None:
    itself, twin = candidate(), candidate("The dome motor hums at 50 Hz while it turns.")
    lifecycle.reject(itself, actor=make.person())
    lifecycle.restore(itself, actor=make.person())
    lifecycle.reject(twin, actor=make.person())
    again = candidate("The dome motor hums at 50 Hz while it turns.")
    repeat(3)
    repeat(3, "Note that the dome motor hums at 50 Hz while it turns.")
    keep()
    assert (itself.fresh().status, again.fresh().status) == ("candidate", "candidate")


def test_what_a_person_took_back_is_not_promoted_again() -> None:
    row = candidate()
    repeat(3)
    keep()
    undo.undo(history.of_record("memory", row.pk)[0], actor=make.person())
    keep()
    assert row.fresh().status == "candidate"


def test_what_an_entity_is_proposed_from_or_is_past_its_date_is_left() -> None:
    row = candidate()
    graduation.propose(row, {"entity_type": "component", "name": "M1"}, actor=make.person())
    late = candidate("The dome motor hums at 50 Hz while it turns.")
    repeat(3)
    repeat(3, "Note that the dome motor hums at 50 Hz while it turns.")
    edit.update(late, {"valid_until": datetime.now(UTC) - timedelta(days=1)}, actor=make.person())
    keep()
    assert (row.fresh().status, late.fresh().status) == ("candidate", "invalid")


def test_what_is_promoted_no_longer_counts_as_waiting_before_and_after() -> None:
    row = make.memory(
        FACT, by=Actor("user:ada", make.SETUP.principal, clock=datetime.now(UTC) - timedelta(days=30)), confidence=0.8
    )
    repeat(3)
    assert keep(dry_run=True).counts == keep().counts
    assert row.fresh().status == "active"
