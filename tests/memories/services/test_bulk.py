"""Bulk: the same rule over many, one audit row each, one result an item."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from memories.choices import Role
from memories.errors import Forbidden, Invalid
from memories.ids import new_id
from memories.models import AuditEntry
from memories.services import bulk, edit, lifecycle
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_each_item_has_its_result_and_its_row_under_one_request() -> None:
    reviewer = make.person()
    fresh, changed, decided = make.memory(), make.memory(), make.memory()
    edit.update(changed, {"confidence": 0.7}, actor=make.person(name="otto"))
    lifecycle.reject(decided, actor=make.person(name="hera"))
    items = [(fresh.pk, 1), (changed.pk, 1), (decided.pk, 2), (new_id(), 1)]

    results = bulk.bulk("memories", "promote", items, actor=reviewer, note="reviewed")

    assert [(item.outcome, item.code) for item in results] == [
        ("done", ""),
        ("skipped", "stale"),
        ("skipped", "wrong_state"),
        ("refused", "not_found"),
    ]
    assert "user:otto" in results[1].message
    written = AuditEntry.objects.filter(request_id=reviewer.request_id)
    assert [(row.record_id, row.action, row.note) for row in written] == [(str(fresh.pk), "promote", "reviewed")]


def test_a_refused_item_leaves_no_trace_and_the_others_go_on() -> None:
    reviewer, old = make.person(), make.memory("The lens has 6 elements.", active=True)
    first = make.memory("The lens has 7 elements.", proposed_supersedes=str(old.pk))
    second = make.memory("The lens has 8 elements.")
    twin_project = [(first.pk, 1), (second.pk, 1)]
    results = bulk.bulk("memory", "update", twin_project, actor=reviewer, fields={"project": "nowhere"})
    assert [item.outcome for item in results] == ["refused", "refused"]
    assert all(item.code == "unknown_project" for item in results)
    assert (first.fresh().version, second.fresh().version) == (1, 1)


def test_set_project_moves_all() -> None:
    make.project("p05-neighbour", aliases=("p05",))
    rows = [make.memory() for _ in range(3)]
    bulk.bulk("memory", "update", [(row.pk, 1) for row in rows], actor=make.person(), fields={"project": "P05"})
    assert {str(row.fresh().project) for row in rows} == {"p05-neighbour"}


def test_more_than_twenty_take_a_maintainer() -> None:
    rows = [make.memory() for _ in range(21)]
    items = [(row.pk, 1) for row in rows]
    with pytest.raises(Forbidden) as refusal:
        bulk.bulk("memory", "reject", items, actor=make.person())
    assert refusal.value.data["role_needed"] == "maintainer"
    done = bulk.bulk("memory", "reject", items, actor=make.person(Role.MAINTAINER))
    assert {item.outcome for item in done} == {"done"}


@pytest.mark.parametrize("verb", ["delete", "undo", "graduate"])
def test_other_verbs_are_refused(verb: str) -> None:
    with pytest.raises(Invalid):
        bulk.bulk("memory", verb, [(make.memory().pk, 1)], actor=make.person())


def test_the_queries_of_an_item_are_few() -> None:
    maintainer = make.person(Role.MAINTAINER)

    def queries(number: int) -> int:
        items = [(make.memory().pk, 1) for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            bulk.bulk("memory", "promote", items, actor=maintainer)
        return len(captured)

    ten, twenty = queries(10), queries(20)
    assert (twenty - ten) / 10 <= 5
