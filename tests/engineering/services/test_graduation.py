"""From a memory to its entity and back: who wins, what is refused, what is undone."""

from typing import Any

import pytest

from engineering.models import Entity
from engineering.services import graduation
from memories.choices import Role
from memories.errors import Blocked, Duplicate, Forbidden, Invalid, Stale, StateConflict
from memories.models import AuditEntry, Memory
from memories.queries import history
from memories.services import bulk, edit, lifecycle, undo
from tests import factories as make

pytestmark = pytest.mark.django_db
BENCH = {"entity_type": "component", "name": "Bench"}


def proposed(memory: Memory, name: str = "Bench", **fields: Any) -> Entity:
    """An entity that waits to be made of a memory."""
    row: Entity = graduation.propose(memory, {**BENCH, "name": name, **fields}, actor=make.person()).row
    return row


def test_a_proposal_takes_what_is_left_out_from_the_memory() -> None:
    memory = make.memory("The bench weighs 5.4 kg.", active=True, confidence=0.8)
    row = proposed(memory)
    assert (row.description, row.confidence, row.project) == (memory.content, 0.8, memory.project)
    assert (row.source_refs, row.status, row.graduates_memory) == ([f"memory:{memory.pk}"], "candidate", memory)
    assert (memory.fresh().status, memory.fresh().version) == ("active", 1)


def test_both_ways_are_written_in_one_decision() -> None:
    memory = make.memory(active=True)
    row = lifecycle.promote(proposed(memory), actor=make.person())
    assert (memory.fresh().graduated_to_entity_id, row.graduates_memory_id) == (row.pk, memory.pk)
    decisions = AuditEntry.objects.filter(action__in=["promote", "graduate"], record_id__in=[row.pk, memory.pk])
    assert len(set(decisions.values_list("decision_id", flat=True))) == 1


def test_in_one_go_it_is_both_or_neither() -> None:
    memory, boss = make.memory(), make.person()
    row = graduation.graduate(memory, BENCH, actor=boss, version=1)
    assert (row.status, memory.fresh().status) == ("active", "graduated")
    other = make.memory()
    with pytest.raises(Duplicate):
        graduation.graduate(other, BENCH, actor=boss, version=1)
    assert (other.fresh().status, Entity.objects.count()) == ("candidate", 1)


def test_the_first_of_two_proposals_wins_and_the_second_says_where_it_went() -> None:
    memory = make.memory(active=True)
    first, second = proposed(memory), proposed(memory, "Table")
    lifecycle.promote(first, actor=make.person())
    with pytest.raises(Blocked, match="graduated already, into the component “Bench”"):
        lifecycle.promote(second, actor=make.person())
    assert (second.fresh().status, memory.fresh().graduated_to_entity_id) == ("candidate", first.pk)
    assert lifecycle.reject(second.fresh(), actor=make.person()).status == "invalid"


def test_in_bulk_too_one_is_promoted_and_the_other_skipped() -> None:
    memory = make.memory(active=True)
    rows = [proposed(memory), proposed(memory, "Table")]
    results = bulk.bulk("entity", "promote", [(row.pk, 1) for row in rows], actor=make.person())
    assert [result.outcome for result in results] == ["done", "skipped"]


def test_a_memory_that_died_meanwhile_stops_its_entity() -> None:
    memory = make.memory()
    row = proposed(memory)
    lifecycle.reject(memory, actor=make.person())
    with pytest.raises(Blocked, match="Its memory is invalid by now"):
        lifecycle.promote(row, actor=make.person())
    lifecycle.restore(memory.fresh(), actor=make.person())
    assert lifecycle.promote(row.fresh(), actor=make.person()).status == "active"
    assert memory.fresh().status == "graduated"


def test_rejecting_the_entity_leaves_the_memory_as_it_was() -> None:
    memory = make.memory(active=True)
    lifecycle.reject(proposed(memory), actor=make.person())
    assert (memory.fresh().status, memory.fresh().version) == ("active", 1)


@pytest.mark.parametrize("active", [True, False])
def test_undo_brings_both_back_to_where_they_stood(active: bool) -> None:
    memory, boss = make.memory(active=active), make.person()
    row = lifecycle.promote(proposed(memory), actor=boss)
    entry = history.of_record("memory", memory.pk).first()
    assert entry is not None
    undo.undo(entry, actor=boss)
    assert (memory.fresh().status, memory.fresh().graduated_to_entity_id) == ("active" if active else "candidate", None)
    assert row.fresh().status == "candidate"
    assert lifecycle.promote(row.fresh(), actor=boss).status == "active"


def test_nothing_but_a_note_restore_and_undo_touches_a_graduated_memory() -> None:
    memory, boss = make.memory(active=True), make.person()
    lifecycle.promote(proposed(memory), actor=boss)
    row = memory.fresh()
    for attempt in (
        lambda: edit.update(row, {"content": "Changed."}, actor=boss),
        lambda: lifecycle.promote(row, actor=boss),
        lambda: lifecycle.invalidate(row, actor=boss),
        lambda: lifecycle.merge(row, make.memory(active=True), actor=boss),
        lambda: lifecycle.reinforce(row, actor=boss),
        lambda: graduation.propose(row, BENCH, actor=boss),
        lambda: graduation.support(row, make.entity(), actor=boss, version=row.version, entity_version=1),
    ):
        with pytest.raises(StateConflict, match="graduated"):
            attempt()
    lifecycle.annotate(row, actor=boss, note="seen")
    assert lifecycle.restore(row, actor=boss).status == "candidate"
    assert (row.fresh().graduated_to_entity_id, row.fresh().content) == (None, memory.content)


def test_a_memory_seen_in_another_version_is_not_graduated() -> None:
    memory, boss = make.memory(), make.person()
    edit.update(memory.fresh(), {"confidence": 0.6}, actor=boss)
    for verb in (graduation.propose, graduation.graduate):
        with pytest.raises(Stale):
            verb(memory.fresh(), BENCH, actor=boss, version=1)
    with pytest.raises(Stale):
        graduation.graduate(memory, BENCH, actor=boss, version=1)
    assert not Entity.objects.exists()


def test_a_memory_becomes_an_entity_of_its_own_project_only() -> None:
    other, boss = make.project("p05-other", ()), make.person()
    memory = make.memory(active=True)
    with pytest.raises(Invalid, match="belongs to p04-gigabit"):
        graduation.propose(memory, {**BENCH, "project": other.name}, actor=boss)
    row = proposed(memory)
    with pytest.raises(Invalid, match="belongs to p04-gigabit"):
        edit.update(row, {"project": other.name}, actor=boss)
    edit.update(memory, {"project": other.name}, actor=boss)
    with pytest.raises(Blocked, match="belongs to p05-other"):
        lifecycle.promote(row.fresh(), actor=boss)
    everywhere = make.memory(active=True, project=None)
    assert graduation.graduate(everywhere, {**BENCH, "project": other.name}, actor=boss, version=1).project == other


def test_it_takes_a_reviewer_of_the_memorys_project() -> None:
    make.project("p05-other", ())
    memory = make.memory(active=True)
    stranger = make.person(Role.REVIEWER, on=make.project("p05-other"))
    for actor in (stranger, make.person(Role.READER), make.agent()):
        with pytest.raises(Forbidden):
            graduation.propose(memory, BENCH, actor=actor)
        with pytest.raises(Forbidden):
            graduation.support(memory, make.entity(), actor=actor, version=1, entity_version=1)


def test_a_source_is_added_once_and_only_within_the_project() -> None:
    bench, boss = make.entity("Bench"), make.person()
    memory = make.memory(active=True)
    graduation.support(memory, bench, actor=boss, version=1, entity_version=1)
    graduation.support(memory, bench.fresh(), actor=boss, version=1, entity_version=2)
    assert (bench.fresh().source_refs, bench.fresh().version) == ([f"memory:{memory.pk}"], 2)
    make.project("p05-other", ())
    foreign = make.entity("Table", project="p05-other")
    with pytest.raises(Blocked):
        graduation.support(memory, foreign, actor=boss, version=1, entity_version=1)
