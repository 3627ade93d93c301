"""Undo: a decision is taken back with its partners, by a row of its own, unless something came to rest on it."""

import pytest

from memories.errors import Blocked, Forbidden, NotFound
from memories.models import AuditEntry
from memories.queries import history
from memories.services import bulk, edit, lifecycle, undo
from tests import factories as make

pytestmark = pytest.mark.django_db


def last(kind: str, record_id: object) -> AuditEntry:
    entry = history.of_record(kind, str(record_id)).first()
    assert entry is not None
    return entry


def test_it_puts_back_what_stood_before_and_adds_a_row() -> None:
    reviewer, row = make.person(), make.memory()
    lifecycle.reject(row, actor=reviewer)
    rejected = last("memory", row.pk)
    undo.undo(rejected, actor=reviewer)
    assert (row.fresh().status, row.fresh().version) == ("candidate", 3)
    assert last("memory", row.pk).action == "undo"
    assert AuditEntry.objects.filter(pk=rejected.pk).exists()


def test_the_partner_row_comes_back_with_it() -> None:
    reviewer = make.person()
    old, new = make.memory("Gain is 1.2.", active=True), make.memory("Gain is 1.3.")
    lifecycle.promote(new, actor=reviewer, supersedes=old)
    undo.undo(last("memory", new.pk), actor=reviewer)
    assert (old.fresh().status, old.fresh().superseded_by_id, new.fresh().status) == ("active", None, "candidate")


def test_a_later_change_stands_in_the_way_and_is_named() -> None:
    reviewer, row = make.person(name="mara"), make.memory()
    lifecycle.promote(row, actor=reviewer)
    promoted = last("memory", row.pk)
    edit.update(row, {"confidence": 0.8}, actor=reviewer)
    with pytest.raises(Blocked) as refusal:
        undo.undo(promoted, actor=reviewer)
    assert "update" in refusal.value.message
    assert row.fresh().status == "active"


def test_a_promotion_that_something_rests_on_is_kept() -> None:
    reviewer, part, whole = make.person(), make.entity("M1", active=False), make.entity("Primary", "subsystem")
    lifecycle.promote(part, actor=reviewer)
    promoted = last("entity", part.pk)
    link = make.relationship(part, "part_of", whole)
    with pytest.raises(Blocked) as refusal:
        undo.undo(promoted, actor=reviewer)
    assert any(str(link.pk) in words for words in refusal.value.data["blockers"])


def test_an_undo_can_itself_be_undone() -> None:
    reviewer, row = make.person(), make.memory()
    lifecycle.promote(row, actor=reviewer)
    undo.undo(last("memory", row.pk), actor=reviewer)
    undo.undo(last("memory", row.pk), actor=reviewer)
    assert row.fresh().status == "active"


def test_notes_and_creations_are_no_decisions() -> None:
    reviewer, row = make.person(), make.memory()
    with pytest.raises(NotFound):
        undo.undo(last("memory", row.pk), actor=reviewer)
    lifecycle.annotate(row, actor=reviewer, note="hm")
    with pytest.raises(NotFound):
        undo.undo(last("memory", row.pk), actor=reviewer)


def test_an_agent_undoes_nothing() -> None:
    row = make.memory()
    lifecycle.reject(row, actor=make.person())
    with pytest.raises(Forbidden):
        undo.undo(last("memory", row.pk), actor=make.agent())


def test_a_bulk_decision_is_undone_as_one_or_by_item() -> None:
    reviewer = make.person()
    rows = [make.memory() for _ in range(3)]
    bulk.bulk("memory", "promote", [(row.pk, 1) for row in rows], actor=reviewer)
    undo.undo(last("memory", rows[0].pk), actor=make.person())
    assert [row.fresh().status for row in rows] == ["candidate", "active", "active"]
    results = undo.undo_request(reviewer.request_id, actor=make.person())
    assert [row.fresh().status for row in rows] == ["candidate", "candidate", "candidate"]
    assert [refusal is None for _, refusal in results] == [True, True, False]
