"""Merge: one record is folded into another; nothing is lost on the way."""

import pytest

from memories.errors import Forbidden, Invalid, Stale, StateConflict
from memories.queries import history
from memories.services import lifecycle, undo
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_the_target_takes_the_chosen_fields_and_the_union_of_tags() -> None:
    target = make.memory("Dark current 0.01 e/s.", active=True, domain_tags=["detector"])
    source = make.memory("Dark current is 0.01 e-/s at 150 K.", domain_tags=["detector", "cryo"])
    lifecycle.merge(source, target, actor=make.person(), version=1, into_version=1, fields={"content": "source"})
    kept, gone = target.fresh(), source.fresh()
    assert (kept.content, kept.domain_tags, kept.status) == (source.content, ["detector", "cryo"], "active")
    assert (gone.status, gone.superseded_by_id) == ("superseded", target.pk)


def test_a_typed_value_is_checked_like_any_other() -> None:
    target, source = make.memory(active=True), make.memory()
    with pytest.raises(Invalid):
        lifecycle.merge(source, target, actor=make.person(), fields={"confidence": {"value": 3}})
    assert source.fresh().status == "candidate"


def test_each_changed_record_has_one_row_and_one_decision() -> None:
    target, source = make.memory(active=True, domain_tags=["a"]), make.memory(domain_tags=["b"])
    lifecycle.merge(source, target, actor=make.person())
    rows = [history.of_record("memory", pk).first() for pk in (source.pk, target.pk)]
    assert [row.action for row in rows if row] == ["merge", "update"]
    assert len({row.decision_id for row in rows if row}) == 1


def test_undo_takes_both_back() -> None:
    target, source = make.memory(active=True, domain_tags=["a"]), make.memory(domain_tags=["b"])
    lifecycle.merge(source, target, actor=make.person())
    entry = history.of_record("memory", source.pk).first()
    assert entry is not None
    undo.undo(entry, actor=make.person())
    assert (source.fresh().status, target.fresh().domain_tags) == ("candidate", ["a"])


def test_into_a_dead_row_itself_or_a_changed_one_is_refused() -> None:
    dead, source = make.memory(), make.memory()
    lifecycle.reject(dead, actor=make.person())
    with pytest.raises(StateConflict):
        lifecycle.merge(source, dead, actor=make.person())
    with pytest.raises(Invalid):
        lifecycle.merge(source, source, actor=make.person())
    live = make.memory(active=True)
    with pytest.raises(Stale):
        lifecycle.merge(source, live, actor=make.person(), into_version=7)
    assert source.fresh().status == "candidate"


def test_an_agent_merges_nothing() -> None:
    with pytest.raises(Forbidden):
        lifecycle.merge(make.memory(), make.memory(active=True), actor=make.agent())
