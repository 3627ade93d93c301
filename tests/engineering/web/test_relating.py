"""Relating by hand: what is offered, what is found, the sentence in both readings, and what is refused."""

import re

import pytest
from django.test import Client

from engineering import readings
from engineering.models import Relationship
from engineering.ontology import ENTITY_TYPES, RELATIONSHIP_TYPES, ends_allowed
from engineering.queries import ends
from memories.choices import Role
from memories.services import lifecycle
from tests import factories
from tests.memories.web.conftest import signed_in, words


@pytest.fixture
def reviewer(db: None) -> Client:
    """A reviewer of every project."""
    return signed_in(factories.user(Role.REVIEWER, "rosa"))


def offered(page: bytes) -> list[str]:
    """The readings that the box offers."""
    return re.findall(r'<option value="([a-z_~]+)"', page.decode())


def found(page: bytes) -> list[str]:
    """The names of the ends that the box offers."""
    return re.findall(r"<label><input type=\"radio\"[^>]*> <span><b>([^<]+)</b>", page.decode())


@pytest.mark.parametrize("entity_type", ENTITY_TYPES)
def test_the_readings_of_a_type_are_just_what_the_ontology_allows(entity_type: str) -> None:
    ways = readings.readings(entity_type)
    offered = {(way.spec.name, way.outgoing, other) for way in ways for other in way.ends(entity_type)}
    for spec in RELATIONSHIP_TYPES.values():
        for other in ENTITY_TYPES:
            if spec.name != "contains":
                assert ((spec.name, True, other) in offered) == ends_allowed(spec.name, entity_type, other)
            if not spec.symmetric and spec.name != "contains":
                assert ((spec.name, False, other) in offered) == ends_allowed(spec.name, other, entity_type)


def test_both_readings_are_words_of_a_sentence() -> None:
    said = {(way.words, way.backwards) for way in readings.readings("requirement")}
    wanted = {("is satisfied by", "satisfies"), ("is derived from", "flows down to"), ("depends on", "is needed by")}
    assert wanted <= said
    assert readings.phrase("part of") == "is part of"
    assert readings.phrase("updated") == "updated"


def test_a_part_is_offered_only_what_it_may_be(reviewer: Client) -> None:
    cell, vendor = factories.entity("Cell"), factories.entity("Glassworks", "vendor")
    of_cell = set(offered(reviewer.get(f"/entities/{cell.pk}/").content))
    assert {"satisfies", "part_of", "part_of~", "supplied_by"} <= of_cell
    assert "satisfies~" not in of_cell
    assert {"supplied_by", "satisfies", "part_of"}.isdisjoint(offered(reviewer.get(f"/entities/{vendor.pk}/").content))


def test_only_ends_that_may_stand_there_are_found(reviewer: Client) -> None:
    cell = factories.entity("Cell")
    factories.entity("Mass limit", "requirement")
    factories.entity("Mass of the cell", "parameter")
    dead = factories.entity("Mass of old", "requirement")
    lifecycle.invalidate(dead.fresh(), actor=factories.person())
    here = f"/entities/{cell.pk}/relate/"
    assert found(reviewer.get(f"{here}?reading=satisfies&q=mass").content) == ["Mass limit"]
    assert found(reviewer.get(f"{here}?reading=depends_on&q=MASS+cell").content) == ["Mass of the cell"]
    assert found(reviewer.get(f"{here}?reading=depends_on&q=cell").content) == ["Mass of the cell"]
    assert "No requirement, constraint that you may see" in words(
        reviewer.get(f"{here}?reading=satisfies&q=zzz").content
    )
    assert found(reviewer.get(f"{here}?reading=&q=mass").content) == []


def test_what_begins_so_comes_first_and_the_own_project_before_others(reviewer: Client) -> None:
    factories.project("p09-other", ())
    cell = factories.entity("Cell")
    for name, project in (("Cold mass", "p04"), ("Mass B", "p09-other"), ("Mass C", "p04")):
        factories.entity(name, "requirement", project=project)
    actor = factories.person()
    names = [row.name for row in ends.find("mass", ["requirement"], cell, actor).rows]
    assert names == ["Mass C", "Mass B", "Cold mass"]


def test_the_id_in_its_tool_finds_it_and_the_list_is_bounded(reviewer: Client) -> None:
    cell = factories.entity("Cell")
    factories.entity("Mass limit", "requirement", external_ref="SRD-012")
    actor = factories.person()
    assert [row.name for row in ends.find("srd-0", ["requirement"], cell, actor).rows] == ["Mass limit"]
    for number in range(ends.SHOWN + 1):
        factories.entity(f"Level {number}", "requirement")
    many = ends.find("level", ["requirement"], cell, actor)
    assert (len(many.rows), many.more) == (ends.SHOWN, True)


def test_ends_of_projects_one_may_not_read_are_not_found(db: None) -> None:
    factories.project("p09-secret", ())
    cell = factories.entity("Cell")
    factories.entity("Mass limit", "requirement", project="p09-secret")
    factories.entity("Mass waiting", "requirement", active=False)
    on = factories.project()
    assert ends.find("mass", ["requirement"], cell, factories.person(Role.AGENT, on=on)).rows == []


def test_the_sentence_stands_in_both_readings_before_it_is_saved(reviewer: Client) -> None:
    need, cell = factories.entity("Mass limit", "requirement"), factories.entity("Cell")
    here = f"/entities/{need.pk}/relate/"
    said = words(reviewer.get(f"{here}?reading=satisfies~&q=cell&other={cell.pk}").content)
    assert "Mass limit is satisfied by Cell ." in said
    assert "Read backwards: Cell satisfies Mass limit." in said
    sent = {"reading": "satisfies~", "other": str(cell.pk), "status": "active", "note": "by analysis"}
    answer = reviewer.post(here, sent, follow=True)
    assert "Saved: Cell satisfies Mass limit" in words(answer.content)
    link = Relationship.objects.get()
    assert (link.source_entity, link.target_entity, link.status) == (cell, need, "active")
    assert link.reviewed_fingerprint


def test_a_reviewer_may_leave_it_a_candidate(reviewer: Client) -> None:
    need, cell = factories.entity("Mass limit", "requirement"), factories.entity("Cell")
    reviewer.post(
        f"/entities/{cell.pk}/relate/", {"reading": "satisfies", "other": str(need.pk), "status": "candidate"}
    )
    assert Relationship.objects.get().status == "candidate"
    assert "Waiting for a decision" in words(reviewer.get(f"/entities/{cell.pk}/").content)


def test_a_duplicate_answers_the_link_that_stands(reviewer: Client) -> None:
    bench, cell = factories.entity("Bench", "system"), factories.entity("Cell")
    link = factories.relationship(cell, "part_of", bench)
    sent = {"reading": "part_of~", "other": str(cell.pk), "status": "active"}
    answer = reviewer.post(f"/entities/{bench.pk}/relate/", sent, follow=True)
    assert "This stands already, active: Cell part of Bench" in words(answer.content)
    assert f'href="/relationships/{link.pk}/"' in answer.content.decode()


def test_a_cycle_is_refused_with_its_path_as_links(reviewer: Client) -> None:
    a, b, c = (factories.entity(f"Stage {name}", "subsystem") for name in "ABC")
    factories.relationship(a, "part_of", b)
    factories.relationship(b, "part_of", c)
    sent = {"reading": "part_of", "other": str(a.pk), "status": "active", "note": "kept"}
    answer = reviewer.post(f"/entities/{c.pk}/relate/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This would close a cycle: Stage A → Stage B → Stage C → Stage A" in words(answer.content)
    assert all(f'<a href="/entities/{row.pk}/">{row.name}</a>' in page for row in (a, b, c))
    assert 'value="kept"' in page
    assert Relationship.objects.count() == 2


def test_a_waiting_end_can_only_be_linked_as_a_candidate(reviewer: Client) -> None:
    cell, need = factories.entity("Cell"), factories.entity("Mass limit", "requirement", active=False)
    address = f"/entities/{cell.pk}/relate/?reading=satisfies&q=mass&other={need.pk}"
    said = words(reviewer.get(address).content)
    assert "waits until both its ends are active" in said
    assert "Save as true" not in said
    sent = {"reading": "satisfies", "other": str(need.pk), "status": "active"}
    assert reviewer.post(f"/entities/{cell.pk}/relate/", sent).status_code == 409


@pytest.mark.django_db
def test_who_may_not_relate_is_told_what_role_it_takes() -> None:
    cell, need = factories.entity("Cell"), factories.entity("Mass limit", "requirement")
    reader, agent = (signed_in(factories.user(role, role.value)) for role in (Role.READER, Role.AGENT))
    assert "takes the role agent" in words(reader.get(f"/entities/{cell.pk}/relate/").content)
    sent = {"reading": "satisfies", "other": str(need.pk), "status": "active"}
    assert reader.post(f"/entities/{cell.pk}/relate/", sent | {"status": "candidate"}).status_code == 403
    said = words(agent.get(f"/entities/{cell.pk}/relate/?reading=satisfies&q=mass&other={need.pk}").content)
    assert "A reviewer decides whether it becomes true" in said
    assert agent.post(f"/entities/{cell.pk}/relate/", sent).status_code == 403
    assert agent.post(f"/entities/{cell.pk}/relate/", sent | {"status": "candidate"}).status_code == 302


@pytest.mark.parametrize("sent", [{}, {"reading": "satisfies"}, {"reading": "nonsense", "other": "x"}, {"q": "\x00"}])
def test_half_a_link_is_refused_in_words(reviewer: Client, sent: dict[str, str]) -> None:
    cell = factories.entity("Cell")
    assert reviewer.post(f"/entities/{cell.pk}/relate/", sent).status_code == 400
    assert reviewer.get(f"/entities/{cell.pk}/relate/", sent).status_code == 200
