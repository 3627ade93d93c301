"""Relationships: only what the ontology allows, written once from either side, no cycle, both ends alive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engineering import ontology
from engineering.models import Relationship
from memories.choices import Role
from memories.errors import Blocked, DomainError, Invalid
from memories.services import edit, lifecycle
from tests import factories as make

TYPES = st.sampled_from(ontology.ENTITY_TYPES)
WORDS = st.sampled_from(list(ontology.RELATIONSHIP_TYPES))


@pytest.mark.django_db
def test_ends_outside_the_ontology_are_refused_with_what_is_allowed() -> None:
    part, vendor = make.entity("Lens"), make.entity("Glassworks", "vendor")
    with pytest.raises(Invalid) as refusal:
        make.relationship(vendor, "satisfies", part)
    assert refusal.value.errors[0].code == "ends_not_allowed"
    assert "requirement, constraint" in refusal.value.errors[0].detail


@pytest.mark.django_db
def test_contains_and_part_of_are_one_edge() -> None:
    part, whole = make.entity("Lens"), make.entity("Camera", "subsystem")
    first = make.relationship(part, "part_of", whole)
    assert make.relationship(whole, "contains", part).pk == first.pk
    assert Relationship.objects.count() == 1


@pytest.mark.django_db
def test_a_symmetric_edge_is_one_from_either_side() -> None:
    one, other = make.entity("Lens"), make.entity("Barrel")
    assert make.relationship(one, "interfaces_with", other).pk == make.relationship(other, "interfaces_with", one).pk


@pytest.mark.django_db
@pytest.mark.parametrize("closing", ["part_of", "contains"])
def test_a_cycle_is_refused_with_its_path(closing: str) -> None:
    a, b, c = (make.entity(name, "subsystem") for name in "ABC")
    make.relationship(a, "part_of", b)
    make.relationship(c, "contains", b)
    with pytest.raises(Invalid) as refusal:
        make.relationship(*((c, closing, a) if closing == "part_of" else (a, closing, c)))
    assert refusal.value.errors[0].code == "cycle"
    assert all(name in refusal.value.errors[0].detail for name in "ABC")


@pytest.mark.django_db
def test_rings_of_depends_on_are_let_in() -> None:
    a, b = make.entity("A"), make.entity("B")
    make.relationship(a, "depends_on", b)
    assert make.relationship(b, "depends_on", a).status == "active"


@pytest.mark.django_db
def test_a_self_loop_is_refused() -> None:
    a = make.entity("A")
    with pytest.raises(Invalid):
        make.relationship(a, "depends_on", a)


@pytest.mark.django_db
def test_a_link_waits_for_its_ends() -> None:
    reviewer = make.person()
    waiting, whole = make.entity("A", active=False), make.entity("B", "subsystem")
    link = make.relationship(waiting, "part_of", whole, active=False)
    with pytest.raises(Blocked):
        lifecycle.promote(link, actor=reviewer)
    lifecycle.promote(waiting, actor=reviewer, partners=[(link, 1)])
    assert (link.fresh().status, bool(link.fresh().reviewed_fingerprint)) == ("active", True)


@pytest.mark.django_db
def test_an_entity_keeps_a_type_that_fits_its_links() -> None:
    part, material = make.entity("Flexure"), make.entity("Invar 36", "material")
    make.relationship(part, "uses_material", material)
    with pytest.raises(DomainError) as refusal:
        edit.update(part, {"entity_type": "vendor"}, actor=make.person())
    assert "uses_material" in refusal.value.message
    assert part.fresh().entity_type == "component"
    assert edit.update(part.fresh(), {"entity_type": "subsystem"}, actor=make.person()).entity_type == "subsystem"


@pytest.mark.django_db
def test_a_supersedes_edge_runs_the_verb() -> None:
    old, new = make.entity("D1", "decision"), make.entity("D2", "decision")
    make.relationship(new, "supersedes", old)
    assert (old.fresh().status, old.fresh().superseded_by_id) == ("superseded", new.pk)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [("mass", ["1 kg"]), ("mass", True), ("quantity", "three"), ("tags", "one"), ("material", {"a": 1})],
)
def test_declared_properties_have_their_kind(name: str, value: object) -> None:
    with pytest.raises(Invalid) as refusal:
        make.entity(properties={name: value})
    assert refusal.value.errors[0].pointer == f"/properties/{name}"


@pytest.mark.django_db
def test_other_properties_are_kept_as_they_are() -> None:
    odd = {"colour": "black", "nested": {"a": [1, 2]}, "mass": "TBD"}
    assert make.entity(properties=odd).fresh().properties == odd


@pytest.mark.django_db
def test_graduation_points_the_memory_at_its_entity_and_undo_takes_it_back() -> None:
    from engineering.services import graduation
    from memories.queries import history
    from memories.services import undo

    memory, boss = make.memory("The slit is 28 um wide.", active=True), make.person(Role.REVIEWER)
    proposal = graduation.propose(memory, {"entity_type": "parameter", "name": "Slit width"}, actor=boss).row
    assert memory.fresh().status == "active"
    lifecycle.promote(proposal, actor=boss)
    assert (memory.fresh().status, memory.fresh().graduated_to_entity_id) == ("graduated", proposal.pk)
    entry = history.of_record("entity", proposal.pk).first()
    assert entry is not None
    undo.undo(entry, actor=boss)
    assert (memory.fresh().status, memory.fresh().graduated_to_entity_id) == ("active", None)


@given(WORDS, TYPES, TYPES)
def test_types_between_lists_just_what_is_allowed(word: str, source: str, target: str) -> None:
    assert (word in ontology.types_between(source, target)) == ontology.ends_allowed(word, source, target)


@given(WORDS, st.uuids(), st.uuids())
def test_a_pair_has_one_canonical_form_from_either_side(word: str, one: object, other: object) -> None:
    spec = ontology.RELATIONSHIP_TYPES[word]
    forward = ontology.canonical_edge(word, str(one), str(other))
    if spec.symmetric:
        assert forward == ontology.canonical_edge(word, str(other), str(one))
    elif spec.inverse_type:
        assert forward == ontology.canonical_edge(spec.inverse_type, str(other), str(one))
    else:
        assert forward == (word, str(one), str(other))


def test_the_ontology_is_whole() -> None:
    assert len(ontology.ENTITY_TYPES) == 18
    assert len(ontology.RELATIONSHIP_TYPES) == 23
    known = set(ontology.ENTITY_TYPES)
    assert all(set(spec.sources) | set(spec.targets) <= known for spec in ontology.RELATIONSHIP_TYPES.values())
