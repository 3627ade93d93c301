"""Promote: a candidate becomes true, by a reviewer, once."""

import pytest

from memories.choices import Role, Status
from memories.errors import Forbidden, Stale, StateConflict
from memories.models import AuditEntry, Memory
from memories.queries import history
from memories.services import edit, lifecycle
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_reviewer_makes_a_candidate_active_and_one_audit_row_says_so() -> None:
    reviewer, row = make.person(name="mara"), make.memory()
    before = AuditEntry.objects.count()

    lifecycle.promote(row, actor=reviewer, version=1, note="measured twice")

    stored = Memory.objects.get(pk=row.pk)
    entry = history.of_record("memory", row.pk).first()
    assert (stored.status, stored.version) == ("active", 2)
    assert AuditEntry.objects.count() == before + 1
    assert entry is not None
    assert (entry.action, entry.actor, entry.note) == ("promote", "user:mara", "measured twice")
    assert entry.before_json["status"] == "candidate"
    assert (entry.after_json["status"], entry.after_json["version"]) == ("active", 2)
    assert entry.after_json["content"] == row.content
    assert entry.request_id == reviewer.request_id


@pytest.mark.parametrize("role", [Role.READER, Role.AGENT])
def test_a_lesser_role_is_refused_and_leaves_no_trace(role: Role) -> None:
    row, before = make.memory(), AuditEntry.objects.filter(action="promote").count()
    with pytest.raises(Forbidden) as refusal:
        lifecycle.promote(row, actor=make.person(role))
    assert refusal.value.data["role_needed"] == "reviewer"
    assert row.fresh().status == Status.CANDIDATE
    assert AuditEntry.objects.filter(action="promote").count() == before


def test_a_reviewer_of_another_project_is_refused() -> None:
    stranger = make.person(on=make.project("p05-neighbour", aliases=()))
    with pytest.raises(Forbidden):
        lifecycle.promote(make.memory(), actor=stranger)


def test_promoting_an_active_row_names_its_state_and_who_made_it_so() -> None:
    row = make.memory()
    lifecycle.promote(row, actor=make.person(name="mara"))
    with pytest.raises(StateConflict) as refusal:
        lifecycle.promote(row.fresh(), actor=make.person(name="otto"))
    assert refusal.value.code == "wrong_state"
    assert (refusal.value.data["status"], refusal.value.data["by"]) == ("active", "user:mara")


def test_of_two_who_saw_the_same_version_one_wins() -> None:
    row = make.memory()
    mine, hers = row.fresh(), row.fresh()
    lifecycle.reject(hers, actor=make.person(name="hera"), version=1)
    with pytest.raises(Stale) as refusal:
        lifecycle.promote(mine, actor=make.person(), version=1)
    assert (refusal.value.data["by"], refusal.value.data["did"]) == ("user:hera", "reject")
    assert row.fresh().status == Status.INVALID


def test_a_decision_on_an_older_version_is_not_taken() -> None:
    row = make.memory()
    edit.update(row.fresh(), {"content": "Another text altogether."}, actor=make.person(), version=1)
    with pytest.raises(Stale):
        lifecycle.promote(row.fresh(), actor=make.person(), version=1)


def test_what_it_proposes_to_replace_is_superseded_with_it() -> None:
    old = make.memory("The slit is 30 um wide.", active=True)
    new = make.memory("The slit is 28 um wide.", proposed_supersedes=str(old.pk))

    lifecycle.promote(new, actor=make.person())

    stored = old.fresh()
    assert (stored.status, stored.superseded_by_id) == ("superseded", new.pk)
    entries = [history.of_record("memory", pk).first() for pk in (new.pk, old.pk)]
    assert [entry.action for entry in entries if entry] == ["promote", "supersede"]
    assert len({entry.decision_id for entry in entries if entry}) == 1


def test_where_the_replaced_row_changed_nothing_happens_at_all() -> None:
    old = make.memory("The slit is 30 um wide.", active=True)
    new = make.memory("The slit is 28 um wide.")
    seen = old.version
    edit.update(old.fresh(), {"confidence": 0.9}, actor=make.person())
    with pytest.raises(Stale):
        lifecycle.promote(new, actor=make.person(), supersedes=old.fresh(), supersedes_version=seen)
    assert new.fresh().status == Status.CANDIDATE
    assert old.fresh().status == Status.ACTIVE
