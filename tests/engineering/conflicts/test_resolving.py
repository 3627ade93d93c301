"""What a person's decision on a conflict does, in one transaction, and how it is taken back."""

from typing import Any
from uuid import UUID

import pytest

from engineering.models import Conflict, Entity
from engineering.queries.conflicts import Dispute
from engineering.services.conflicts import aliases, resolve, scan
from memories.choices import Role
from memories.errors import Blocked, Forbidden, Invalid, Stale, StateConflict
from memories.models import AuditEntry, Memory
from memories.queries import history
from memories.services import edit, lifecycle, undo
from tests import factories as make

pytestmark = pytest.mark.django_db
BOSS = make.SETUP


def part(mass: str = "5 kg", name: str = "Bracket", **more: Any) -> Entity:
    return make.entity(name, properties={"mass": mass, **more.pop("properties", {})}, **more)


def said(text: str) -> Memory:
    return make.memory(text, active=True)


def only(slot_kind: str = "component.mass") -> Conflict:
    return Conflict.objects.select_related("project").get(slot_kind=slot_kind)


def members(row: Conflict) -> set[tuple[str, UUID]]:
    return set(row.members.filter(left_at__isnull=True).values_list("member_kind", "member_id"))


def actions(row: Any, kind: str = "conflict") -> list[str]:
    return [entry.action for entry in reversed(history.of_record(kind, row.pk))]


def test_a_promotion_finds_the_conflict_and_is_not_stopped_by_it() -> None:
    bench = part()
    memory = make.memory("Bracket mass is 6 kg.")
    assert not Conflict.objects.exists(), "a candidate claims nothing"
    lifecycle.promote(memory, actor=BOSS)
    row = only()
    assert (row.status, row.severity, row.slot_key) == ("open", "conflict", "bracket")
    assert members(row) == {("entity", bench.pk), ("memory", memory.pk)}
    entry = AuditEntry.objects.get(entity_kind="conflict")
    assert (entry.action, entry.actor) == ("detect", "auto")
    assert entry.request_id == AuditEntry.objects.get(entity_kind="memory", action="promote").request_id


def test_equal_in_another_unit_is_no_conflict_and_memory_against_memory_is_one() -> None:
    part("480 g")
    said("Bracket mass is 0.48 kg.")
    assert not Conflict.objects.exists()
    said("The bracket material is Ti-6Al-4V.")
    said("Bracket material: AISI 304")
    assert only("component.material").severity == "conflict"


def test_keeping_the_entity_supersedes_the_memory_and_one_undo_takes_both_back() -> None:
    bench, memory = part(), said("Bracket mass is 6 kg.")
    row = only()
    reviewer = make.person(Role.REVIEWER)
    resolve.keep(row, bench.pk, actor=reviewer, version=row.version, seen={memory.pk: memory.version}, note="weighed")
    assert (row.fresh().status, row.resolved_by, memory.fresh().status) == ("resolved", reviewer.label, "superseded")
    entry = history.of_record("conflict", row.pk)[0]
    assert {one.entity_kind for one in history.of_decision(entry.decision_id)} == {"conflict", "memory"}
    undo.undo(entry, actor=reviewer)
    assert (row.fresh().status, memory.fresh().status) == ("open", "active")
    assert actions(row) == ["detect", "resolve", "undo"]


def test_keeping_the_memory_corrects_the_entity() -> None:
    bench, memory = part(properties={"material": "Al"}), said("Bracket mass is 6 kg.")
    row = only()
    resolve.keep(row, memory.pk, actor=BOSS)
    assert bench.fresh().properties == {"mass": "6 kg", "material": "Al"}
    assert (row.fresh().status, memory.fresh().status) == ("resolved", "active")
    assert actions(bench, "entity") == ["create", "update"]


def test_members_that_agree_with_the_winner_stay() -> None:
    part("5 kg")
    agrees, differs = said("Bracket mass is 5000 g."), said("Bracket mass is 6 kg.")
    row = only()
    resolve.keep(row, agrees.pk, actor=BOSS)
    assert (agrees.fresh().status, differs.fresh().status) == ("active", "superseded")
    assert differs.fresh().superseded_by_id == agrees.pk


def test_a_value_is_set_on_the_subject_and_the_members_follow() -> None:
    bench, one = part(), said("Bracket mass is 6 kg.")
    row = only()
    words = [effect.words for effect in Dispute(row).set_value("5.62 kg")]
    assert words == ["Bracket: mass becomes 5.62 kg", "“Bracket mass is 6 kg.” is superseded"]
    resolve.set_value(row, "5.62 kg", actor=BOSS)
    assert (bench.fresh().properties["mass"], one.fresh().status) == ("5.62 kg", "superseded")
    assert row.fresh().resolution == "set to 5.62 kg"


def test_two_entities_of_one_subject_and_the_losers_of_one_are_superseded() -> None:
    first, second = part("5 kg"), part("6 kg", "bracket")
    assert set(Conflict.objects.values_list("slot_kind", flat=True)) == {"component.mass", "component.identity"}
    resolve.keep(only("component.identity"), second.pk, actor=BOSS)
    assert (first.fresh().status, first.fresh().superseded_by_id) == ("superseded", second.pk)
    assert {row.status for row in Conflict.objects.all()} == {"resolved"}
    assert only().resolution == "no longer incompatible"
    assert only().resolved_by == "auto"


def test_losers_that_claim_a_property_may_be_superseded_instead() -> None:
    first, second = part("5 kg"), part("6 kg", "bracket")
    resolve.keep(only(), first.pk, actor=BOSS, losers="supersede")
    assert second.fresh().status == "superseded"


def test_both_are_true_in_another_scope() -> None:
    first, second = part("5 kg"), part("6 kg", "bracket")
    row = only()
    with pytest.raises(Invalid):
        resolve.dismiss(row, actor=BOSS, note=" ")
    scopes = {first.pk: "as-designed", second.pk: "as-measured"}
    resolve.dismiss(row, actor=BOSS, note="design and scale", scopes=scopes)
    assert (row.fresh().status, row.fresh().resolution) == ("dismissed", "both true")
    assert first.fresh().properties["scope"] == "as-designed"
    assert only("component.identity").status == "resolved", "they are told apart now"
    assert not Conflict.objects.filter(status="open").exists()


def test_a_dismissal_holds_until_a_participant_changes() -> None:
    bench, memory = part(), said("Bracket mass is 6 kg.")
    row = only()
    resolve.dismiss(row, actor=BOSS, note="a rounding")
    scan.detect(actor=BOSS)
    edit.update(bench.fresh(), {"description": "milled"}, actor=BOSS)
    assert row.fresh().status == "dismissed"
    third = said("Bracket mass is 7 kg.")
    assert row.fresh().status == "open"
    lifecycle.invalidate(third, actor=BOSS)
    assert row.fresh().status == "dismissed", "what is left was dismissed before"
    edit.update(memory.fresh(), {"content": "Bracket mass is 8 kg."}, actor=BOSS)
    assert row.fresh().status == "open"


def test_a_dismissal_is_taken_back() -> None:
    part(), said("Bracket mass is 6 kg.")
    row = only()
    resolve.dismiss(row, actor=BOSS, note="a rounding")
    resolve.reopen(row, actor=BOSS)
    scan.detect(actor=BOSS)
    assert row.fresh().status == "open"
    with pytest.raises(StateConflict):
        resolve.reopen(row, actor=BOSS)


def test_it_closes_itself_when_the_members_stop_disagreeing() -> None:
    bench = part()
    said("Bracket mass is 6 kg.")
    edit.update(bench, {"properties": {"mass": "6000 g"}}, actor=BOSS)
    row = only()
    assert (row.status, row.resolution, row.resolved_by) == ("resolved", "no longer incompatible", "auto")
    edit.update(bench, {"properties": {"mass": "7 kg"}}, actor=BOSS)
    assert row.fresh().status == "open", "one row a slot: it comes back"
    assert Conflict.objects.count() == 1


def test_a_change_that_the_person_did_not_see_refuses_the_decision() -> None:
    bench, memory = part(), said("Bracket mass is 6 kg.")
    row = only()
    edit.update(bench, {"description": "milled"}, actor=BOSS)
    with pytest.raises(Stale):
        resolve.keep(row, memory.pk, actor=BOSS, seen={bench.pk: 1})
    with pytest.raises(Stale):
        resolve.keep(row, memory.pk, actor=BOSS, version=row.version + 1)
    assert row.fresh().status == "open"


def test_who_may_decide() -> None:
    bench, memory = part(), said("Bracket mass is 6 kg.")
    row = only()
    for role in (Role.READER, Role.AGENT):
        with pytest.raises(Forbidden):
            resolve.keep(row, bench.pk, actor=make.person(role))
    with pytest.raises(Invalid, match="no member"):
        resolve.keep(row, row.pk, actor=BOSS)
    assert memory.fresh().status == "active"


def test_a_note_leaves_it_open() -> None:
    part(), said("Bracket mass is 6 kg.")
    row = only()
    resolve.annotate(row, actor=BOSS, note="asked the workshop")
    assert (row.fresh().status, row.fresh().note) == ("open", "asked the workshop")


def test_a_note_keeps_the_reason_of_a_dismissal() -> None:
    part(), said("Bracket mass is 6 kg.")
    row = only()
    resolve.dismiss(row, actor=BOSS, note="two brackets, one name")
    resolve.annotate(row.fresh(), actor=BOSS, note="asked the workshop")
    assert row.fresh().note == "two brackets, one name"


def test_the_trusted_side_is_proposed_with_its_reason() -> None:
    person = make.person(Role.REVIEWER)
    bench = make.entity("Bracket", properties={"mass": "5 kg"}, by=person)
    memory = said("Bracket mass is 6 kg.")
    dispute = Dispute(only())
    assert [(side.trust, side.row.pk) for side in dispute.sides] == [(60, bench.pk), (20, memory.pk)]
    proposal = dispute.proposal()
    assert proposal.member_id == bench.pk
    assert "approved or corrected by a person (60)" in proposal.reason
    make.memory("Bracket material: Al", active=True)
    make.memory("Bracket material: Ti", active=True)
    assert Dispute(only("component.material")).proposal().member_id is None, "members of one layer get none"


def test_what_a_document_says_now_is_proposed_before_what_it_said() -> None:
    def taken(text: str) -> Memory:
        document = make.document(f"# Bracket\n\n{text}\n", "bracket.md")
        piece = document.chunks.get(removed_at__isnull=True)
        return make.memory(text, active=True, source_chunk=str(piece.pk))

    make.entity("Bracket")
    old, new = taken("Bracket mass is 6 kg."), taken("Bracket mass is 5 kg.")
    assert old.source_chunk_id != new.source_chunk_id
    proposal = Dispute(only()).proposal()
    assert proposal.member_id == new.pk
    assert "The present version of their document says it" in proposal.reason
    other = make.memory("Bracket mass is 4 kg.", active=True)
    assert Dispute(only()).proposal().member_id is None, "another source speaks too: a person decides"
    lifecycle.invalidate(other, actor=BOSS)
    taken("The bracket is painted.")
    assert Dispute(only()).proposal().member_id is None, "the document says neither now"


def test_a_second_parent_is_a_conflict_that_keeping_one_settles() -> None:
    child, one, other = make.entity("Lid"), make.entity("A", "subsystem"), make.entity("B", "subsystem")
    kept = make.relationship(child, "part_of", one)
    lost = make.relationship(other, "contains", child)
    row = only("component.part_of")
    assert members(row) == {("relationship", kept.pk), ("relationship", lost.pk)}
    with pytest.raises(Invalid):
        resolve.set_value(row, "A", actor=BOSS)
    resolve.keep(row, kept.pk, actor=BOSS)
    assert (lost.fresh().status, lost.fresh().superseded_by_id) == ("superseded", kept.pk)


def test_parts_of_one_name_in_two_places_are_two_subjects() -> None:
    one, other = make.entity("A", "subsystem"), make.entity("B", "subsystem")
    first = part("5 kg")
    make.relationship(first, "part_of", one)
    second = part("6 kg", "bracket")
    assert Conflict.objects.filter(status="open").count() == 2, "one that stands nowhere is taken for the one that does"
    make.relationship(second, "part_of", other)
    assert not Conflict.objects.filter(status="open").exists()


def test_a_conflict_goes_with_its_subject_when_that_is_moved() -> None:
    whole, bench = make.entity("A", "subsystem"), part()
    said("Bracket mass is 6 kg.")
    row = only()
    resolve.dismiss(row, actor=BOSS, note="a rounding")
    make.relationship(bench, "part_of", whole)
    assert (row.fresh().slot_key, row.fresh().status) == ("bracket in a", "dismissed")
    assert Conflict.objects.count() == 1


def test_results_against_what_they_stand_for() -> None:
    wanted = make.entity("Cooling", "requirement")
    failed = make.entity("Run 1", "result", properties={"passed": False})
    claim = make.entity("It cools", "validation_claim")
    make.relationship(make.entity("Cooler"), "satisfies", wanted)
    make.relationship(wanted, "validated_by", failed)
    make.relationship(failed, "supports", claim)
    assert set(Conflict.objects.values_list("slot_kind", flat=True)) == {
        "requirement.validation",
        "validation_claim.support",
    }
    passed = make.entity("Run 2", "result", properties={"passed": True})
    make.relationship(wanted, "validated_by", passed)
    assert only("requirement.validation").status == "resolved"


def test_a_dead_parent_no_longer_disagrees() -> None:
    child, one, other = make.entity("Lid"), make.entity("A", "subsystem"), make.entity("B", "subsystem")
    make.relationship(child, "part_of", one)
    make.relationship(child, "part_of", other)
    lifecycle.supersede(other, actor=BOSS)
    assert only("component.part_of").status == "resolved"


def test_requirements_of_one_name_that_contradict() -> None:
    make.entity("Mass", "requirement", properties={"statement": "HERON shall weigh at most 18 kg."}, external_ref="R-1")
    second = make.entity(
        "mass", "requirement", properties={"statement": "HERON shall weigh at most 20 kg."}, external_ref="R-2"
    )
    row = only("requirement.statement")
    assert row.severity == "conflict"
    edit.update(second, {"properties": {"statement": "The whole of HERON shall weigh at most 18 kg."}}, actor=BOSS)
    assert (row.fresh().status, row.fresh().severity) == ("open", "review"), "another wording is a revision"


def test_an_alias_closes_what_it_settles_and_taking_it_back_opens_it() -> None:
    part(properties={"material": "SS304"})
    said("Bracket material is AISI 304.")
    row = only("component.material")
    maintainer = make.person(Role.MAINTAINER)
    with pytest.raises(Forbidden):
        aliases.add_alias("SS304", "AISI 304", actor=make.person(Role.REVIEWER), project=make.project())
    alias = aliases.add_alias("SS304", "AISI 304", actor=maintainer, project=make.project())
    assert row.fresh().status == "resolved"
    aliases.remove_alias(alias, actor=maintainer)
    assert row.fresh().status == "open"


def test_nothing_is_left_to_decide() -> None:
    part()
    memory = said("Bracket mass is 6 kg.")
    row = only()
    resolve.dismiss(row, actor=BOSS, note="a rounding")
    lifecycle.invalidate(memory, actor=BOSS)
    with pytest.raises(Blocked):
        resolve.reopen(row.fresh(), actor=BOSS)


def test_a_twin_that_finds_its_place_takes_the_others_along() -> None:
    part("5 kg")
    said("Bracket mass is 6 kg.")
    twin = make.entity("bracket", properties={})
    make.relationship(twin, "part_of", make.entity("A", "subsystem"))
    assert [row.slot_key for row in Conflict.objects.filter(slot_kind="component.mass", status="open")] == [
        "bracket in a"
    ]


def test_taking_a_dismissal_back_leaves_no_conflict_open_whose_members_agree() -> None:
    bench, _ = part(), said("Bracket mass is 6 kg.")
    row = only()
    resolve.dismiss(row, actor=BOSS, note="weighed twice")
    dismissal = history.of_record("conflict", row.pk)[0]
    edit.update(bench.fresh(), {"properties": {"mass": "6 kg"}}, actor=BOSS)
    with pytest.raises(Blocked, match="no longer disagree"):
        resolve.reopen(row.fresh(), actor=BOSS)
    undo.undo(dismissal, actor=BOSS)
    assert (row.fresh().status, row.fresh().resolution) == ("resolved", "no longer incompatible")


def test_taking_a_dismissal_back_where_a_side_is_gone_closes_it_too() -> None:
    part()
    memory, row = said("Bracket mass is 6 kg."), only()
    resolve.dismiss(row, actor=BOSS, note="weighed twice")
    dismissal = history.of_record("conflict", row.pk)[0]
    lifecycle.invalidate(memory.fresh(), actor=BOSS)
    undo.undo(dismissal, actor=BOSS)
    assert row.fresh().status == "resolved", "nobody could decide it: one side says nothing any more"


def test_a_slot_is_not_called_after_what_stands_in_another_project() -> None:
    make.project("p99-secret", ())
    bench = part()
    for name in ("Hidden rig", "Hidden hall"):
        make.relationship(bench, "part_of", make.entity(name, "subsystem", project="p99-secret"))
    said("Bracket mass is 6 kg.")
    make.relationship(bench, "conflicts_with", make.entity("Hidden rod", project="p99-secret"))
    keys = set(Conflict.objects.filter(project=bench.project).values_list("slot_kind", "slot_key"))
    assert len(keys) > 1
    assert not [key for _, key in keys if "hidden" in key]
    done = scan.detect(actor=BOSS)
    assert (done.opened, done.changed, done.closed) == (0, 0, 0)
