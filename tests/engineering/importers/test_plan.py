"""From a tree to what is written: by the mapping and the ontology, every item and link accounted for."""

from dataclasses import replace

from engineering.importers import mapping
from engineering.importers.cycles import drop_cycles
from engineering.importers.plan import Known, Plan, build
from engineering.importers.records import ForeignItem, ForeignLink, Tree
from memories.findings import Place

HERE = Place("items.jsonl", 1)
RULES = replace(
    mapping.PLAIN,
    types={"req": "requirement", "test": "process", "part": "component", "doc": "artifact"},
    roles={
        "refines": mapping.RoleRule("derived_from"),
        "checks": mapping.RoleRule("validated_by", turned=True),
        "in": mapping.RoleRule("member_of"),
        "group": mapping.RoleRule("member_of"),
        "replaces": mapping.RoleRule("supersedes"),
    },
)


def item(ref: str, kind: str = "req", name: str = "", text: str = "", **properties: object) -> ForeignItem:
    return ForeignItem(ref, kind, name or ref, HERE, text, dict(properties))


def link(source: str, role: str, target: str) -> ForeignLink:
    return ForeignLink(source, role, target, HERE)


def planned(items: list[ForeignItem], links: list[ForeignLink], known: Known | None = None) -> Plan:
    tree = Tree("test")
    for each in items:
        tree.add(each)
    for one in links:
        tree.link(one)
    return build(tree, RULES, known or Known())


def edges(plan: Plan) -> set[tuple[str, str, str]]:
    return {(one.source, one.type, one.target) for one in plan.links}


def rules(plan: Plan) -> list[tuple[str, str]]:
    return [(found.outcome, found.rule) for found in plan.findings]


def test_a_text_becomes_the_statement_where_the_type_has_one() -> None:
    plan = planned([item("R", text="Below 5 kg."), item("D", "doc", text="About.")], [])
    requirement, document = plan.entities
    assert (requirement.properties, requirement.description) == ({"statement": "Below 5 kg."}, "")
    assert (document.properties, document.description) == ({}, "About.")


def test_an_item_without_a_title_is_named_by_its_first_sentence() -> None:
    text = "The mount shall carry\nthe mirror at any angle: " + "word " * 30 + ". Second."
    unnamed = ForeignItem("R", "req", "", HERE, text)
    [entity] = planned([unnamed], []).entities
    assert entity.name == "The mount shall carry the mirror at any angle:"
    [bare] = planned([ForeignItem("R", "req", "", HERE)], []).entities
    assert bare.name == "R"


def test_a_role_may_be_turned_round_and_what_does_not_fit_refers() -> None:
    items = [item("R1"), item("R2"), item("T", "test"), item("C", "part")]
    links = [link("R2", "refines", "R1"), link("T", "checks", "R1"), link("C", "refines", "R1"), link("T", "x", "C")]
    plan = planned(items, links)
    assert edges(plan) == {
        ("R2", "derived_from", "R1"),
        ("R1", "validated_by", "T"),
        ("C", "refers_to", "R1"),
        ("T", "refers_to", "C"),
    }
    assert {one.origin_role for one in plan.links} == {"refines", "checks", "x"}
    assert plan.findings == []


def test_a_turned_role_that_does_not_fit_keeps_its_own_direction() -> None:
    plan = planned([item("R1"), item("R2")], [link("R1", "checks", "R2")])
    assert edges(plan) == {("R1", "refers_to", "R2")}


def test_an_import_never_supersedes_by_itself() -> None:
    assert edges(planned([item("R1"), item("R2")], [link("R1", "replaces", "R2")])) == {("R1", "refers_to", "R2")}


def test_repeated_links_are_taken_once_and_a_second_role_is_kept() -> None:
    items = [item("A", "doc"), item("B", "doc")]
    plan = planned(
        items, [link("A", "in", "B"), link("A", "in", "B"), link("A", "group", "B"), link("A", "group", "B")]
    )
    assert edges(plan) == {("A", "member_of", "B"), ("A", "refers_to", "B")}
    assert rules(plan) == [("repaired", "repeated_link"), ("repaired", "second_role"), ("repaired", "repeated_link")]
    assert len(plan.folded) == 2


def test_links_to_nowhere_and_to_oneself_are_refused() -> None:
    plan = planned([item("R1")], [link("R1", "refines", "R9"), link("R1", "refines", "R1")])
    assert rules(plan) == [("refused", "dangling_link"), ("refused", "self_link")]


def test_a_link_may_end_at_what_the_project_has() -> None:
    plan = planned([item("R1")], [link("R1", "refines", "OLD")], Known(types={"OLD": "requirement"}))
    assert edges(plan) == {("R1", "derived_from", "OLD")}


def test_the_link_that_closes_a_ring_is_kept_as_a_reference_naming_the_ring() -> None:
    items = [item(ref) for ref in ("A", "B", "C")]
    plan = planned(items, [link("A", "refines", "B"), link("B", "refines", "C"), link("C", "refines", "A")])
    assert edges(plan) == {("A", "derived_from", "B"), ("B", "derived_from", "C"), ("C", "refers_to", "A")}
    [finding] = plan.findings
    assert (finding.rule, finding.outcome) == ("closes_ring", "repaired")
    assert "→" in finding.reason


def test_a_ring_with_what_stands_already_drops_the_new_link() -> None:
    known = Known(types={"A": "requirement", "B": "requirement"}, edges=[("derived_from", "A", "B")])
    plan = planned([], [link("B", "refines", "A")], known)
    assert edges(plan) == {("B", "refers_to", "A")}


def test_rings_are_broken_at_the_link_that_came_last() -> None:
    given = [("d", "a", "b"), ("d", "b", "a"), ("d", "b", "c"), ("d", "c", "a")]
    assert [edge for edge, _ in drop_cycles([], given)] == [("d", "b", "a"), ("d", "c", "a")]


def test_a_chain_of_ten_thousand_links_is_no_ring() -> None:
    chain = [("d", str(number), str(number + 1)) for number in range(10_000)]
    assert list(drop_cycles([], chain)) == []
    assert [edge for edge, _ in drop_cycles(chain, [("d", "10000", "0")])] == [("d", "10000", "0")]


def test_unknown_types_repeated_and_unusable_ids_are_refused() -> None:
    items = [item("A"), item("A"), item("B", "glossary"), item("x" * 301), item("a\nb"), item("N", bad=float("nan"))]
    plan = planned(items, [])
    assert [entity.external_ref for entity in plan.entities] == ["A"]
    assert [found.rule for found in plan.findings] == [
        "repeated_ref",
        "unknown_type",
        "unusable_ref",
        "unusable_ref",
        "unreadable_value",
    ]
    assert {"A", "B", "N"} <= plan.present


def test_control_characters_and_long_names_are_repaired() -> None:
    plan = planned([item("A", name="a\x00b"), item("B", name="n" * 400, text="t\ud800t")], [])
    first, second = plan.entities
    assert first.name == "a\ufffdb"
    assert len(second.name) == 300
    assert second.properties == {"title": "n" * 400, "statement": "t\ufffdt"}
    assert {found.rule for found in plan.findings} == {"control_characters", "name_cut"}
    assert plan.repaired_refs == {"A", "B"}
