"""Housekeeping ends what is past its time, leaves everything else alone, and says the same before and after."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engineering.models import Conflict, Entity
from engineering.services import graduation
from memories.actors import Actor
from memories.choices import LIVE, MemoryType, Role
from memories.errors import Forbidden, Stale
from memories.kinds import kinds
from memories.models import AuditEntry, DailyFigures, HousekeepingRun, IdempotencyKey, Memory
from memories.queries import history
from memories.queries import housekeeping as wanted
from memories.services import edit, lifecycle, undo
from memories.services.housekeeping import ending
from memories.services.housekeeping.run import Report, housekeep
from memories.services.housekeeping.steps import Counts, Keeping, Step, steps
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 15, 3, 30, tzinfo=UTC)
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


def keep(at: datetime = NOW, **options: Any) -> Report:
    return housekeep(actor=Actor.system("cron", clock=at), **options)


def ago(days: float, by: Actor | None = None) -> Actor:
    """An assistant (or whoever is given) who acts some days before NOW."""
    return replace(by or make.agent(), clock=NOW - days * DAY)


def memory(age: float, by: Actor | None = None, **fields: Any) -> Memory:
    return make.memory(by=ago(age, by), **fields)


# -- past their date


@pytest.mark.parametrize(("until", "ends"), [(-MOMENT, True), (timedelta(0), True), (MOMENT, False)])
@pytest.mark.parametrize("active", [False, True])
def test_a_row_ends_at_the_moment_it_is_valid_until(until: timedelta, ends: bool, active: bool) -> None:
    boss = make.person(Role.ADMIN)
    rows = [
        make.memory(by=ago(1, boss), valid_until=NOW + until, active=active),
        make.entity(by=ago(1, boss), valid_until=NOW + until, active=active),
    ]
    report = keep()
    assert [row.fresh().status for row in rows] == (
        ["invalid"] * 2 if ends else ["active" if active else "candidate"] * 2
    )
    assert report.counts["expire"] == {"memories_expired": int(ends), "entities_expired": int(ends)}


def test_a_time_counts_in_its_own_zone() -> None:
    """03:30 UTC is 05:30 in Helsinki: half past four there is over, half past six is not."""
    helsinki = timezone(timedelta(hours=2))
    over, not_yet = (memory(1, valid_until=datetime(2026, 3, 15, hour, 30, tzinfo=helsinki)) for hour in (4, 6))
    keep()
    assert (over.fresh().status, not_yet.fresh().status) == ("invalid", "candidate")


def test_an_expiry_is_one_audit_row_of_cron_and_can_be_taken_back() -> None:
    rows = [memory(1, valid_until=NOW - DAY) for _ in range(3)]
    report = keep()
    entries = [history.of_record("memory", row.pk)[0] for row in rows]
    assert {(one.action, one.actor, one.note) for one in entries} == {
        ("expire", "cron", "valid until 2026-03-14 03:30 UTC")
    }
    assert report.row is not None
    assert {one.request_id for one in entries} == {report.row.request_id}
    undo.undo(entries[0], actor=make.person())
    assert [row.fresh().status for row in rows] == ["candidate", "invalid", "invalid"]


def test_a_conflict_closes_with_its_member() -> None:
    make.entity("Stage", properties={"mass": "5 kg"})
    make.memory("Stage mass is 6 kg.", active=True, valid_until=NOW - MOMENT, by=ago(1, make.person(Role.ADMIN)))
    keep(NOW - DAY)
    assert Conflict.objects.get().status == "open"
    before = keep(dry_run=True)
    report = keep()
    assert Conflict.objects.get().status == "resolved"
    assert before.counts == report.counts
    assert report.counts["conflicts"] == {"conflicts_opened": 0, "conflicts_closed": 1, "conflicts_open": 0}


# -- proposed long ago


@pytest.mark.parametrize(("more", "ends"), [(MOMENT, True), (timedelta(0), False), (-MOMENT, False)])
def test_older_than_fourteen_days_is_not_exactly_fourteen(more: timedelta, ends: bool) -> None:
    row = make.memory(by=replace(make.agent(), clock=NOW - 14 * DAY - more))
    keep()
    assert row.fresh().status == ("invalid" if ends else "candidate")


def test_the_threshold_is_a_setting(settings: Any) -> None:
    row = memory(20)
    settings.ATOCORE_STALE_DAYS = 21
    keep()
    assert row.fresh().status == "candidate"


def test_what_is_repeated_touched_or_not_an_assistants_stays() -> None:
    kept = {
        "repeated": memory(20),
        "edited": memory(20),
        "a person's": memory(20, by=make.person()),
        "an import's": memory(20, by=make.SETUP),
        "active": make.memory(active=True, by=ago(20, make.person(Role.ADMIN))),
        "becoming an entity": memory(20),
    }
    lifecycle.reinforce(kept["repeated"], actor=ago(19, make.person()))
    edit.update(kept["edited"], {"confidence": 0.6}, actor=ago(2, make.person()))
    fields = {"entity_type": "component", "name": "Chuck"}
    graduation.propose(kept["becoming an entity"], fields, actor=ago(18, make.person()))
    gone = memory(20)
    keep()
    assert {name: row.fresh().status for name, row in kept.items() if row.fresh().status == "invalid"} == {}
    assert gone.fresh().status == "invalid"


def test_an_expiry_that_was_taken_back_does_not_come_again_the_next_night() -> None:
    row = memory(20)
    keep()
    undo.undo(history.of_record("memory", row.pk)[0], actor=replace(make.person(), clock=NOW))
    keep(NOW + DAY)
    assert row.fresh().status == "candidate"


def test_what_waits_of_other_kinds_is_counted_and_left() -> None:
    """A tree of requirements that was imported three weeks ago is still there for its team."""
    part, whole = (make.entity(active=False, by=ago(21)) for _ in range(2))
    link = make.relationship(part, "part_of", whole, active=False, by=ago(21))
    kept = memory(21, by=make.person())
    report = keep()
    assert {row.fresh().status for row in (part, whole, link, kept)} == {"candidate"}
    assert report.counts["stale"] == {
        "memories_expired": 0,
        "memories_waiting": 1,
        "documents_waiting": 0,
        "entities_waiting": 2,
        "relationships_waiting": 1,
    }


# -- a run


def scene() -> None:
    """Some of everything that housekeeping looks for, and some that it must leave alone."""
    boss = make.person(Role.ADMIN)
    for age in (1, 13, 15, 100):
        memory(age)
        memory(age, by=boss)
        make.memory(active=True, by=ago(age, boss), valid_until=NOW - DAY if age == 13 else None)
        make.entity(by=ago(age, boss), valid_until=NOW - DAY if age == 15 else NOW + DAY)
    make.entity("Stage", properties={"mass": "5 kg"})
    make.memory("Stage mass is 6 kg.", active=True, valid_until=NOW - MOMENT, by=ago(1, boss))
    for key, at in (("b", NOW - 2 * DAY), ("d", NOW)):
        given = {"principal": "a", "request_digest": "c", "status_code": 200, "answer": {}}
        IdempotencyKey.objects.create(key=key, created_at=at, **given)
    for number in range(3):
        Session.objects.create(session_key=f"s{number}", session_data="", expire_date=NOW + (number - 1) * DAY)
    HousekeepingRun.objects.create(started_at=NOW - 401 * DAY, who="cron", request_id="old", outcome="done")


def test_a_dry_run_says_what_the_run_does_and_changes_nothing() -> None:
    scene()
    before = everything()
    said = keep(dry_run=True)
    assert everything() == before
    assert (said.row, HousekeepingRun.objects.filter(request_id="old").count()) == (None, 1)
    report = keep()
    assert report.outcome == "done"
    assert said.counts == report.counts
    assert report.changed > 5


def everything() -> list[Any]:
    written = (AuditEntry, IdempotencyKey, Session, DailyFigures, HousekeepingRun)
    tables: list[Any] = [*(kind.model for kind in kinds), *written]
    return [list(model._base_manager.order_by("pk").values_list()) for model in tables]


def test_a_second_run_does_nothing_more() -> None:
    scene()
    keep()
    before = everything()[:-1]
    assert keep().changed == 0
    assert everything()[:-1] == before


def test_history_is_never_purged_and_a_session_that_lives_stays() -> None:
    scene()
    rows = AuditEntry.objects.count()
    report = keep(NOW)
    assert AuditEntry.objects.count() > rows
    assert sorted(Session.objects.values_list("session_key", flat=True)) == ["s1", "s2"]
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["d"]
    purged = {"idempotency_keys_purged": 1, "sessions_purged": 1, "packs_purged": 0, "runs_purged": 1}
    assert report.counts["purge"] == purged


def test_a_step_that_fails_is_on_record_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(keeping: Keeping) -> Counts:
        raise RuntimeError("the disk is full")

    monkeypatch.setitem(steps._by_name, "stale", Step("stale", "Fails", 30, fail))
    row = memory(1, valid_until=NOW - DAY)
    report = keep()
    assert (report.outcome, report.errors) == ("failed", {"stale": "RuntimeError: the disk is full"})
    assert row.fresh().status == "invalid"
    assert "purge" in report.counts
    stored = HousekeepingRun.objects.get()
    assert (stored.outcome, stored.error) == ("failed", "stale: RuntimeError: the disk is full")
    assert stored.finished_at is not None


def test_a_run_that_was_killed_is_told_from_one_under_way() -> None:
    HousekeepingRun.objects.create(started_at=NOW - DAY, who="cron", request_id="killed")
    keep()
    assert HousekeepingRun.objects.get(request_id="killed").outcome == "broken off"


def test_only_who_maintains_all_projects_may() -> None:
    for actor in (make.person(), make.person(Role.MAINTAINER, on=make.project()), make.agent()):
        with pytest.raises(Forbidden):
            housekeep(actor=actor, dry_run=True)
    boss = make.person(Role.MAINTAINER)
    report = housekeep(actor=boss)
    assert report.row is not None
    assert (report.row.who, report.row.request_id) == (boss.label, boss.request_id)


def test_a_bounded_run_leaves_the_rest_for_the_next() -> None:
    for _ in range(5):
        memory(1, valid_until=NOW - DAY)
    assert keep(most=3).counts["expire"] == {"memories_expired": 3, "entities_expired": 0, "left": 2}
    assert keep(most=3).counts["expire"] == {"memories_expired": 2, "entities_expired": 0}


def test_a_row_decided_in_between_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person prolongs a row between its being found and its turn, another is decided at the very same time."""
    prolonged, decided, gone = (memory(1, valid_until=NOW - DAY) for _ in range(3))
    really = ending._batch

    def late(keeping: Keeping, kind: Any, *rest: Any) -> int:
        if kind.name == "memory":
            edit.update(prolonged, {"valid_until": NOW + DAY}, actor=make.person())
        return really(keeping, kind, *rest)

    def beaten(batch: Any, row: Any, *rest: Any, **more: Any) -> None:
        if row.pk == decided.pk:
            raise Stale("somebody was faster")
        lifecycle.move(batch, row, *rest, **more)

    monkeypatch.setattr(ending, "_batch", late)
    monkeypatch.setattr(ending, "move", beaten)
    assert keep().counts["expire"]["memories_expired"] == 1
    assert [row.fresh().status for row in (prolonged, decided, gone)] == ["candidate", "candidate", "invalid"]


def test_many_rows_go_in_many_short_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "BATCH", 2)
    told: list[tuple[str, int, int]] = []
    rows = [memory(1, valid_until=NOW - DAY) for _ in range(5)]
    report = keep(tell=lambda *what: told.append(what))
    assert {row.fresh().status for row in rows} == {"invalid"}
    assert told == [("memories_expired", done, 5) for done in (2, 4, 5)]
    assert 0 < report.longest < 5


# -- gone cold


def test_a_memory_is_cold_when_nobody_used_or_touched_it_for_ninety_days() -> None:
    boss = make.person(Role.ADMIN)
    cold, young, exactly, used, touched = (
        make.memory(active=True, by=ago(age, boss)) for age in (91, 89, 90, 200, 200)
    )
    lifecycle.reinforce(used, actor=ago(10, boss))
    edit.update(touched, {"confidence": 0.8}, actor=ago(10, boss))
    memory(1)
    found = Memory.objects.filter(wanted.cold(NOW))
    assert list(found) == [cold]
    report = keep()
    assert report.counts["cold"] == {"memories_cold": 1}
    assert {row.fresh().status for row in (cold, young, exactly)} == {"active"}


# -- the one rule that must never break

_ages = st.sampled_from([0.5, 13.9, 14, 14.1, 89, 91, 400])
_ends = st.sampled_from([None, -100, -1, 0, 1, 100])
_rows = st.tuples(st.sampled_from(MemoryType.values), _ages, _ends, st.booleans(), st.booleans(), st.booleans())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_rows, min_size=1, max_size=8))
def test_no_active_memory_is_touched_but_those_past_their_date(
    rows: list[tuple[str, float, int | None, bool, bool, bool]],
) -> None:
    boss = make.person(Role.ADMIN)
    made: list[tuple[Memory, Memory, bool]] = []
    for memory_type, age, end, active, by_agent, repeated in rows:
        until = None if end is None else NOW + end * DAY
        by = ago(age, boss if active or not by_agent else None)
        row = make.memory(by=by, active=active, memory_type=memory_type, valid_until=until)
        if repeated:
            lifecycle.reinforce(row, actor=ago(age, boss))
        made.append((row, row.fresh(), end is not None and end <= 0))
    keep()
    for row, before, over in made:
        now = row.fresh()
        if over and before.status in LIVE:
            assert now.status == "invalid"
        elif before.status == "active":
            assert vars_of(now) == vars_of(before)


def vars_of(row: Memory | Entity) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
