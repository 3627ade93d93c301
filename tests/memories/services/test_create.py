"""Create and update: what a client sends becomes a candidate, by the rules, once."""

import pytest

from memories.choices import Role
from memories.errors import Blocked, Forbidden, Invalid, UnknownProject
from memories.models import AuditEntry, Memory
from memories.queries import history
from memories.queries import projects as project_reads
from memories.services import edit, lifecycle, projects
from tests import factories as make

pytestmark = pytest.mark.django_db

GOOD = {"memory_type": "knowledge", "content": "M1 has a clear aperture of 1200 mm.", "project": "p04"}


def test_an_agent_proposes_by_alias_and_the_canonical_name_is_stored() -> None:
    make.project()
    row, created = edit.create(
        "memory", {**GOOD, "project": "P04", "domain_tags": ["Optics", "optics"]}, actor=make.agent()
    )
    assert created
    assert (row.status, row.project.name, row.created_by, row.domain_tags) == (
        "candidate",
        "p04-gigabit",
        "agent:claude",
        ["optics"],
    )
    entry = history.of_record("memory", row.pk).get()
    assert (entry.action, entry.before_json, entry.project_name) == ("create", {}, "p04-gigabit")


def test_an_agent_makes_nothing_active_and_is_not_too_sure() -> None:
    make.project()
    with pytest.raises(Forbidden):
        edit.create("memory", GOOD, actor=make.agent(), status="active")
    with pytest.raises(Invalid):
        edit.create("memory", {**GOOD, "confidence": 0.95}, actor=make.agent())
    assert not Memory.objects.exists()


@pytest.mark.parametrize("name", ["status", "created_by", "version", "reference_count", "dedupe_key"])
def test_what_only_the_house_sets_is_no_field(name: str) -> None:
    make.project()
    with pytest.raises(Invalid) as refusal:
        edit.create("memory", {**GOOD, name: "active"}, actor=make.agent())
    assert [fault.code for fault in refusal.value.errors] == ["unknown_field"]


def test_an_unknown_project_is_refused_with_the_closest() -> None:
    make.project()
    make.project("p05-interferometer", aliases=("p05",))
    with pytest.raises(Invalid) as refusal:
        edit.create("memory", {**GOOD, "project": "p04-gigabyte"}, actor=make.agent())
    assert "p04-gigabit" in refusal.value.errors[0].detail
    with pytest.raises(UnknownProject):
        project_reads.resolve("nothing-like-it", make.agent())


def test_a_project_one_may_not_see_is_unknown_and_not_named_as_close() -> None:
    make.project()
    outsider = make.agent(on=make.project("q9-other", aliases=()))
    with pytest.raises(Invalid) as refusal:
        edit.create("memory", GOOD, actor=outsider)
    assert "p04" not in refusal.value.errors[0].detail.replace("“p04”", "")


def test_the_same_again_answers_the_row_that_is_there() -> None:
    make.project()
    first = edit.create("memory", GOOD, actor=make.agent())
    rows = AuditEntry.objects.count()
    again = edit.create(
        "memory", {**GOOD, "content": "m1 has  a clear aperture of 1200 MM."}, actor=make.agent("other")
    )
    assert (again.created, again.row.pk, AuditEntry.objects.count() - rows) == (
        False,
        first.row.pk,
        2,
    )  # 2: the second agent itself


def test_superscripts_and_case_of_units_tell_rows_apart() -> None:
    make.project()
    one = edit.create("memory", {**GOOD, "content": "Area is 10² mm."}, actor=make.agent())
    two = edit.create("memory", {**GOOD, "content": "Area is 102 mm."}, actor=make.agent())
    assert one.row.pk != two.row.pk


def test_after_a_rejection_the_same_content_comes_back_marked() -> None:
    row = make.memory("The gimbal is made of zerodur.")
    lifecycle.reject(row, actor=make.person())
    again = make.memory("The gimbal is made of zerodur.")
    assert again.pk != row.pk
    assert again.fresh().rejected_before


def test_a_near_duplicate_is_marked_and_comes_first() -> None:
    make.memory("The collimator has a focal length of 450 mm and an f/3.6 beam.", active=True)
    far = make.memory("Cable chains are ordered from a vendor in Lyon.", confidence=0.9)
    near = make.memory("The collimator has a focal length of 455 mm and an f/3.6 beam.", confidence=0.2)
    assert near.fresh().near_overlap >= 0.8
    assert far.fresh().near_overlap == 0
    assert near.fresh().triage_rank < far.fresh().triage_rank


def test_its_proposer_edits_a_candidate_and_nothing_more() -> None:
    make.project()
    mine, other = make.agent("one"), make.agent("two")
    row = edit.create("memory", GOOD, actor=mine).row
    edit.update(row, {"content": "M1 has a clear aperture of 1198 mm."}, actor=mine)
    with pytest.raises(Forbidden):
        edit.update(row.fresh(), {"content": "Nonsense."}, actor=other)
    lifecycle.promote(row.fresh(), actor=make.person())
    with pytest.raises(Forbidden):
        edit.update(row.fresh(), {"content": "Later thought."}, actor=mine)


def test_an_update_without_a_change_writes_nothing() -> None:
    row, before = make.memory("Same."), AuditEntry.objects.count()
    edit.update(row, {"content": "Same."}, actor=make.SETUP)
    assert (row.fresh().version, AuditEntry.objects.count()) == (1, before)


def test_a_restored_twin_is_blocked_by_the_live_one() -> None:
    row = make.memory("Twin.")
    lifecycle.reject(row, actor=make.person())
    live = make.memory("Twin.")
    with pytest.raises(Blocked) as refusal:
        lifecycle.restore(row.fresh(), actor=make.person())
    assert refusal.value.data["blockers"] == [str(live.pk)]


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refusal:
        edit.create(
            "memory",
            {"memory_type": "x", "confidence": float("nan"), "valid_until": "2026-01-01T00:00"},
            actor=make.agent(),
        )
    assert {fault.pointer for fault in refusal.value.errors} == {
        "/content",
        "/memory_type",
        "/confidence",
        "/valid_until",
    }


def test_a_maintainer_registers_renames_and_archives() -> None:
    boss = make.person(Role.MAINTAINER)
    made = projects.register("p07-probe", actor=boss, aliases=["p07"])
    projects.rename(made, "p07-sounder", actor=boss)
    assert [project_reads.find(name) == made for name in ("P07-PROBE", "p07", "p07-sounder")] == [True] * 3
    projects.archive(made.__class__.objects.get(pk=made.pk), actor=boss)
    actions = list(history.of_record("project", made.pk).values_list("action", flat=True))
    assert actions == ["archive", "rename", "register"]
