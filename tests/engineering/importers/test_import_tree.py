"""Trees into a project, and again: what is new, what changed, what people decided, what vanished."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engineering.fingerprint import fingerprint
from engineering.importers.mapping import PLAIN, RoleRule
from engineering.importers.records import ForeignItem, ForeignLink, Tree
from engineering.models import Entity, Relationship
from engineering.services.importing import Outcome, import_tree
from memories.actors import SYSTEM, Actor, Principal
from memories.choices import Role
from memories.errors import Blocked, Forbidden
from memories.findings import Place
from memories.models import AuditEntry, IndexRow, Project
from memories.services import edit, lifecycle, projects

pytestmark = pytest.mark.django_db

RULES = replace(
    PLAIN,
    types={"req": "requirement", "part": "component", "doc": "artifact"},
    roles={"refines": RoleRule("derived_from"), "in": RoleRule("member_of"), "meets": RoleRule("satisfies")},
)
IMPORT = Actor.system("import")
PERSON = Actor.user("grace", SYSTEM)
Items = dict[str, dict[str, Any]]
START: Items = {
    "R1": {"text": "The mount shall weigh at most 5 kg.", "level": "1"},
    "R2": {"text": "The arm shall weigh at most 2 kg.", "level": "2"},
    "P1": {"kind": "part", "mass": "1.9 kg"},
}
LINKS = [("R2", "refines", "R1"), ("P1", "meets", "R2")]


@pytest.fixture
def project() -> Project:
    return projects.register("optics", actor=IMPORT)


def tree(items: Items, links: list[tuple[str, str, str]], tool: str = "test") -> Tree:
    made = Tree(tool)
    for ref, fields in items.items():
        rest = {name: value for name, value in fields.items() if name not in ("text", "kind", "name", "active")}
        place = Place("items.jsonl", len(made.items) + 1)
        active = fields.get("active", True)
        name, text = fields.get("name", f"Item {ref}"), fields.get("text", "")
        made.add(ForeignItem(ref, fields.get("kind", "req"), name, place, text, rest, active))
    for source, role, target in links:
        made.link(ForeignLink(source, role, target, Place("links.csv", len(made.links) + 2)))
    return made


@pytest.fixture
def bring(project: Project) -> Callable[..., Outcome]:
    def run(items: Items = START, links: list[tuple[str, str, str]] = LINKS, **options: Any) -> Outcome:
        made = tree(items, links, options.pop("tool", "test"))
        outcome = import_tree(made, RULES, project=project, actor=options.pop("actor", IMPORT), **options)
        assert outcome.total().balanced
        return outcome

    return run


def state() -> tuple[Any, ...]:
    return (
        list(Entity.objects.order_by("pk").values_list("pk", "version", "status", "name", "updated_at")),
        list(Relationship.objects.order_by("pk").values_list("pk", "version", "status", "updated_at")),
        AuditEntry.objects.count(),
    )


def entity(ref: str) -> Entity:
    return Entity.objects.select_related("project").get(external_ref=ref)


def counts(outcome: Outcome) -> dict[str, int]:
    total = outcome.summary()
    return {word: total[word] for word in ("created", "changed", "unchanged", "vanished", "repaired", "refused")}


def only(**expected: int) -> dict[str, int]:
    return {
        word: expected.get(word, 0) for word in ("created", "changed", "unchanged", "vanished", "repaired", "refused")
    }


def test_items_and_links_come_in_as_candidates_with_one_audit_row_each(bring: Callable[..., Outcome]) -> None:
    outcome = bring()
    assert counts(outcome) == only(created=5)
    assert set(Entity.objects.values_list("status", flat=True)) == {"candidate"}
    first = entity("R1")
    assert first.properties["statement"] == "The mount shall weigh at most 5 kg."
    assert first.source_refs == ["doc:items.jsonl#R1"]
    link = Relationship.objects.get(origin_role="refines")
    assert (link.relationship_type, link.source_entity.external_ref) == ("derived_from", "R2")
    for kind, rows in (("entity", Entity), ("relationship", Relationship)):
        entries = AuditEntry.objects.filter(entity_kind=kind)
        assert {(e.record_id, e.action, e.actor) for e in entries} == {
            (str(pk), "import", "import") for pk in rows.objects.values_list("pk", flat=True)
        }
    assert AuditEntry.objects.get(record_id=str(first.pk)).after_json["name"] == "Item R1"
    assert IndexRow.objects.filter(record_id=first.pk, text__contains="mount").exists()


def test_the_same_tree_again_changes_nothing(bring: Callable[..., Outcome]) -> None:
    bring()
    before = state()
    assert counts(bring()) == only(unchanged=5)
    assert state() == before


def test_only_what_the_source_changed_is_written(bring: Callable[..., Outcome]) -> None:
    bring()
    later = {**START, "R1": {"text": "The mount shall weigh at most 4 kg.", "level": "1"}}
    assert counts(bring(later)) == only(changed=1, unchanged=4)
    assert (entity("R1").version, entity("R2").version) == (2, 1)
    entry = AuditEntry.objects.filter(record_id=str(entity("R1").pk)).latest("seq")
    assert entry.action == "update"
    assert entry.before_json["properties"]["statement"] == "The mount shall weigh at most 5 kg."


def test_what_people_made_of_a_field_stays_until_the_source_changes_that_field(bring: Callable[..., Outcome]) -> None:
    bring()
    mine = entity("R1").properties | {"priority": "high", "level": "system"}
    edit.update(entity("R1"), {"name": "Mass of the mount", "properties": mine}, actor=PERSON)
    later = {**START, "R1": {"text": "The mount shall weigh at most 4 kg.", "level": "1"}}
    assert counts(bring(later)) == only(changed=1, unchanged=4)
    assert entity("R1").name == "Mass of the mount"
    assert entity("R1").properties["priority"] == "high"
    assert entity("R1").properties["level"] == "system"
    assert entity("R1").properties["statement"] == "The mount shall weigh at most 4 kg."
    assert counts(bring({**later, "R1": {**later["R1"], "level": "3"}})) == only(changed=1, unchanged=4)
    assert entity("R1").properties["level"] == "3"
    assert entity("R1").name == "Mass of the mount"
    assert counts(bring({**later, "R1": {**later["R1"], "level": "3"}})) == only(unchanged=5)


def test_a_property_that_the_source_drops_goes(bring: Callable[..., Outcome]) -> None:
    bring()
    bring({**START, "P1": {"kind": "part"}})
    assert "mass" not in entity("P1").properties


def test_a_rejected_record_stays_rejected(bring: Callable[..., Outcome]) -> None:
    bring()
    lifecycle.reject(entity("R2"), actor=PERSON, note="not ours")
    later = {**START, "R2": {"text": "Another arm.", "level": "2"}}
    outcome = bring(later)
    assert entity("R2").status == "invalid"
    assert entity("R2").properties["statement"] == "The arm shall weigh at most 2 kg."
    assert [found.rule for found in outcome.findings if found.outcome == "note"] == ["decided"]
    assert counts(outcome)["created"] == 0


def test_a_rejected_link_is_not_proposed_again(bring: Callable[..., Outcome]) -> None:
    bring()
    link = Relationship.objects.select_related("source_entity__project", "target_entity").get(origin_role="refines")
    lifecycle.reject(link, actor=PERSON)
    before = state()
    bring()
    assert state() == before


def test_a_promoted_record_is_kept_up_to_date(bring: Callable[..., Outcome]) -> None:
    bring()
    lifecycle.promote(entity("R1"), actor=PERSON)
    bring({**START, "R1": {"text": "The mount shall weigh at most 4 kg.", "level": "1"}})
    assert entity("R1").status == "active"
    assert entity("R1").properties["statement"] == "The mount shall weigh at most 4 kg."


def test_what_vanished_is_marked_once_and_comes_back(bring: Callable[..., Outcome]) -> None:
    bring()
    less = {ref: fields for ref, fields in START.items() if ref != "P1"}
    outcome = bring(less, LINKS[:1])
    assert counts(outcome) == only(unchanged=3, vanished=2)
    assert entity("P1").status == "candidate"
    assert "origin_vanished" in entity("P1").properties
    link = Relationship.objects.get(origin_role="meets")
    assert link.status == "candidate"
    noted = AuditEntry.objects.filter(record_id=str(link.pk)).latest("seq")
    assert (noted.action, noted.note) == ("annotate", "no longer in test")
    before = state()
    assert counts(bring(less, LINKS[:1])) == only(unchanged=3)
    assert state() == before
    assert counts(bring()) == only(changed=1, unchanged=4)
    assert "origin_vanished" not in entity("P1").properties


def test_nothing_counts_as_vanished_when_an_item_without_id_could_not_be_read(
    bring: Callable[..., Outcome], project: Project
) -> None:
    bring()
    torn = tree({"R1": START["R1"]}, [])
    torn.refuse_item("", "unreadable_row", "broken JSON", Place("items.jsonl", 2))
    outcome = import_tree(torn, RULES, project=project, actor=IMPORT)
    assert outcome.total().vanished == 0
    assert outcome.total().balanced
    assert "origin_vanished" not in entity("R2").properties


def test_an_item_that_cannot_be_read_any_more_is_not_taken_for_gone(
    bring: Callable[..., Outcome], project: Project
) -> None:
    bring()
    torn = tree({"R1": START["R1"], "P1": START["P1"]}, [])
    torn.refuse_item("R2", "unreadable_file", "broken YAML", Place("R2.yml", 3))
    assert import_tree(torn, RULES, project=project, actor=IMPORT).total().vanished == 0


def test_another_tree_of_the_same_tool_must_be_named(bring: Callable[..., Outcome]) -> None:
    bring()
    other: Items = {"X1": {"text": "Other."}}
    with pytest.raises(Blocked, match="--source"):
        bring(other, [])
    assert counts(bring(other, [], source="second")) == only(created=1)
    assert counts(bring()) == only(unchanged=5)
    assert counts(bring(tool="third")) == only(changed=3, unchanged=2)


def test_active_brings_active_records_but_not_what_the_tool_switched_off(bring: Callable[..., Outcome]) -> None:
    bring({**START, "R2": {**START["R2"], "active": False}}, LINKS, active=True)
    assert {row.external_ref: row.status for row in Entity.objects.all()} == {
        "R1": "active",
        "R2": "candidate",
        "P1": "active",
    }
    assert set(Relationship.objects.values_list("status", flat=True)) == {"candidate"}
    bring(source="b", items={"B1": {}, "B2": {}}, links=[("B1", "refines", "B2")], active=True)
    link = Relationship.objects.get(source_entity__external_ref="B1")
    assert link.status == "active"
    assert link.reviewed_fingerprint


def test_a_link_whose_stored_fingerprint_no_longer_fits_comes_in_suspect(project: Project) -> None:
    made = tree({"A": {}, "B": {}, "C": {}}, [])
    made.link(ForeignLink("B", "refines", "A", Place("B.yml"), "old", suspect=True))
    made.link(ForeignLink("C", "refines", "A", Place("C.yml"), "new", suspect=False))
    outcome = import_tree(made, RULES, project=project, actor=IMPORT, active=True)
    assert outcome.facts["suspect"] == 1
    suspect = {
        row.source_entity.external_ref: row.reviewed_fingerprint != fingerprint(row.target_entity)
        for row in Relationship.objects.select_related("source_entity", "target_entity")
    }
    assert suspect == {"B": True, "C": False}
    assert entity("B").properties["reviewed_links"] == {"A": "old"}


def test_a_dry_run_keeps_nothing_and_says_the_same(bring: Callable[..., Outcome]) -> None:
    before = state()
    dry = bring(dry_run=True)
    assert dry.dry_run
    assert state() == before
    assert IndexRow.objects.count() == 0
    assert counts(bring()) == counts(dry)


def test_a_value_that_its_property_does_not_take_is_kept_as_written(bring: Callable[..., Outcome]) -> None:
    outcome = bring({"R1": {"comparator": "at most", "level": "1"}}, [])
    assert entity("R1").properties["as_written"] == {"comparator": "at most"}
    assert counts(outcome) == only(repaired=1)


def test_a_change_of_type_that_its_links_do_not_allow_is_refused(bring: Callable[..., Outcome]) -> None:
    bring()
    outcome = bring({**START, "P1": {"kind": "doc", "mass": "1.9 kg"}}, LINKS[:1])
    assert entity("P1").entity_type == "component"
    assert [found.rule for found in outcome.findings if found.outcome == "refused"] == ["update_refused"]


def test_a_link_to_what_the_project_holds_from_elsewhere_is_made(bring: Callable[..., Outcome]) -> None:
    edit.create(
        "entity",
        {"entity_type": "requirement", "name": "By hand", "project": "optics", "external_ref": "HAND"},
        actor=PERSON,
    )
    outcome = bring(START, [("R1", "refines", "HAND"), ("R1", "refines", "NOWHERE")])
    assert counts(outcome) == only(created=4, refused=1)
    assert Relationship.objects.filter(target_entity__external_ref="HAND").count() == 1


def test_a_ring_with_a_link_made_by_hand_is_not_closed(bring: Callable[..., Outcome]) -> None:
    bring(START, [])
    ends = {"source_entity": str(entity("R1").pk), "target_entity": str(entity("R2").pk)}
    edit.create("relationship", {**ends, "relationship_type": "derived_from"}, actor=PERSON)
    outcome = bring(START, LINKS[:1])
    assert [found.rule for found in outcome.findings] == ["closes_ring"]
    assert Relationship.objects.get(origin_role="refines").relationship_type == "refers_to"


def test_a_reviewer_may_import_and_an_agent_may_not(bring: Callable[..., Outcome], project: Project) -> None:
    agent = Actor.agent("scout", Principal(by_project={project.pk: Role.AGENT}))
    with pytest.raises(Forbidden):
        bring(actor=agent)
    reviewer = Actor.user("ada", Principal(by_project={project.pk: Role.REVIEWER}))
    assert counts(bring(actor=reviewer)) == only(created=5)
