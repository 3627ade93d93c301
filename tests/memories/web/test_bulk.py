"""Many at once, and taking back."""

from django.test import Client

from memories.choices import Role
from memories.models import AuditEntry, Memory
from memories.services import edit
from tests import factories
from tests.memories.web.conftest import signed_in, words

SCRIPT = {"HX-Request": "true"}


def test_selected_ones_are_decided_and_what_changed_is_skipped_and_stays_selected(reviewer: Client) -> None:
    rows = [factories.memory() for _ in range(3)]
    edit.update(rows[1].fresh(), {"confidence": 0.7}, actor=factories.person(name="ben"))
    items = [f"{row.pk}:1" for row in rows]
    answer = reviewer.post(
        "/triage/bulk/", {"filter": "tab=memories", "verb": "promote", "item": items}, headers=SCRIPT
    )
    assert [row.fresh().status for row in rows] == ["active", "candidate", "active"]
    assert "2 promoted, 1 not" in words(answer.content)
    page = answer.content.decode()
    assert f'value="{rows[1].pk}:2" aria-label="Select" checked' in page
    assert "user:ben" in page
    requests = AuditEntry.objects.filter(action="promote", actor="user:rosa").values_list("request_id", flat=True)
    assert (len(requests), len(set(requests))) == (2, 1)


def test_project_and_type_are_set_in_bulk(reviewer: Client) -> None:
    factories.project("p05-interferometer", aliases=())
    row = factories.memory()
    form = {"filter": "tab=memories", "item": [f"{row.pk}:1"]}
    reviewer.post("/triage/bulk/", form | {"verb": "set-project", "to_project": "p05-interferometer"})
    form["item"] = [f"{row.pk}:2"]
    reviewer.post("/triage/bulk/", form | {"verb": "set-type", "type_field": "memory_type", "to_type": "episodic"})
    changed = Memory.objects.get(pk=row.pk)
    assert (changed.project.name if changed.project else "", changed.memory_type) == ("p05-interferometer", "episodic")


def test_more_than_twenty_are_asked_about_with_their_number(db: None) -> None:
    boss = signed_in(factories.user(Role.MAINTAINER))
    rows = [factories.memory() for _ in range(21)]
    form = {"filter": "tab=memories", "verb": "reject", "item": [f"{row.pk}:1" for row in rows]}
    asked = boss.post("/triage/bulk/", form)
    assert "Reject 21 memories?" in words(asked.content)
    assert Memory.objects.filter(status="candidate").count() == 21
    boss.post("/triage/bulk/", form | {"confirmed": "21"})
    assert Memory.objects.filter(status="invalid").count() == 21


def test_all_in_a_filter_is_asked_about_even_when_few_and_means_the_filter(reviewer: Client) -> None:
    factories.memory("Sure.", confidence=0.9)
    factories.memory("Unsure.", confidence=0.2)
    form = {"filter": "tab=memories&band=low", "verb": "reject", "all": "1"}
    assert "pass the filter" in words(reviewer.post("/triage/bulk/", form).content)
    reviewer.post("/triage/bulk/", form | {"confirmed": "1"})
    assert list(Memory.objects.filter(status="candidate").values_list("content", flat=True)) == ["Sure."]


def test_more_than_twenty_take_a_maintainer(reviewer: Client) -> None:
    rows = [factories.memory() for _ in range(21)]
    form = {"filter": "tab=memories", "verb": "reject", "item": [f"{row.pk}:1" for row in rows], "confirmed": "21"}
    answer = reviewer.post("/triage/bulk/", form)
    assert answer.status_code == 403
    assert "maintainer" in words(answer.content)


def test_nothing_selected_is_said(reviewer: Client) -> None:
    assert reviewer.post("/triage/bulk/", {"filter": "tab=memories", "verb": "promote"}).status_code == 400


def test_a_decision_is_taken_back_and_its_card_comes_back_on_top(reviewer: Client) -> None:
    memory = factories.memory()
    reviewer.post(f"/memories/{memory.pk}/reject/", {"version": 1})
    seq = AuditEntry.objects.get(record_id=str(memory.pk), action="reject").seq
    answer = reviewer.post("/triage/undo/", {"seq": seq, "tab": "memories"}, headers=SCRIPT)
    assert f'id="row-{memory.pk}"' in answer.content.decode()
    assert memory.fresh().status == "candidate"
    assert AuditEntry.objects.filter(record_id=str(memory.pk)).count() == 3


def test_what_something_rests_on_is_not_taken_back_and_that_is_named(reviewer: Client) -> None:
    old, new = factories.memory("Old.", active=True), factories.memory("New.")
    reviewer.post(f"/memories/{new.pk}/promote/", {"version": 1})
    seq = AuditEntry.objects.get(record_id=str(new.pk), action="promote").seq
    reviewer.post(f"/memories/{old.pk}/supersede/", {"version": 1, "by": str(new.pk)})
    answer = reviewer.post("/triage/undo/", {"seq": seq, "tab": "memories"}, headers=SCRIPT)
    assert answer.status_code == 409
    assert str(old.pk) in words(answer.content)
    assert new.fresh().status == "active"


def test_a_whole_bulk_decision_is_taken_back_at_once(reviewer: Client) -> None:
    rows = [factories.memory() for _ in range(3)]
    form = {"filter": "tab=memories", "verb": "promote", "item": [f"{row.pk}:1" for row in rows]}
    answer = reviewer.post("/triage/bulk/", form, headers=SCRIPT)
    reviewer.post("/triage/undo/", {"request": answer.context["request_id"], "next": "/triage/"})
    assert {row.fresh().status for row in rows} == {"candidate"}


def test_the_rail_names_what_undo_takes_next(reviewer: Client) -> None:
    first, second = factories.memory("First."), factories.memory("Second.")
    for memory in (first, second):
        reviewer.post(f"/memories/{memory.pk}/reject/", {"version": 1})
    seq = AuditEntry.objects.get(record_id=str(second.pk), action="reject").seq
    reviewer.post("/triage/undo/", {"seq": seq})
    decisions = reviewer.get("/triage/").context["decisions"]
    assert [(one.entry.record_id, one.undone, one.latest) for one in decisions] == [
        (str(second.pk), True, False),
        (str(first.pk), False, True),
    ]
