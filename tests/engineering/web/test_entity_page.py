"""An entity's page: its sections, its links from both ends, what is dead, stale or waiting, and how much it asks."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from engineering.queries import links
from memories.choices import Role
from memories.services import edit, lifecycle
from tests import factories
from tests.memories.web.conftest import signed_in, words


@pytest.fixture
def reviewer(db: None) -> Client:
    """A reviewer of every project."""
    return signed_in(factories.user(Role.REVIEWER, "rosa"))


def test_each_section_has_an_address_of_its_own(reviewer: Client) -> None:
    cell = factories.entity("Cell", properties={"mass": "5.4 kg"})
    here = f"/entities/{cell.pk}/part/properties/"
    assert "5.4\u202fkg" in reviewer.get(here).content.decode()
    assert "<html" in reviewer.get(here).content.decode()
    assert "<html" not in reviewer.get(here, headers={"HX-Request": "true"}).content.decode()
    assert reviewer.get(f"/entities/{cell.pk}/part/nonsense/").status_code == 404


def test_a_property_says_who_gave_it_its_present_value(reviewer: Client) -> None:
    memory = factories.memory(active=True)
    cell = factories.entity("Cell", properties={"mass": "5.4 kg", "power": "2 W"}, source_refs=[f"memory:{memory.pk}"])
    edit.update(cell.fresh(), {"properties": {"mass": "5.6 kg", "power": "2 W"}}, actor=factories.person(name="tomas"))
    page = reviewer.get(f"/entities/{cell.pk}/").content.decode()
    assert 'aria-label="Who set mass">tomas' in page
    assert 'href="#sources" aria-label="Source of power"' in page


def test_one_edge_written_from_either_side_reads_alike(reviewer: Client) -> None:
    bench, cell, baffle = (factories.entity(name, "subsystem") for name in ("Bench", "Cell", "Baffle"))
    factories.relationship(cell, "part_of", bench)
    factories.relationship(bench, "contains", baffle)
    assert "Contains 2 Baffle subsystem" in words(reviewer.get(f"/entities/{bench.pk}/").content)
    for part in (cell, baffle):
        assert "Part of Bench" in words(reviewer.get(f"/entities/{part.pk}/").content)


def test_what_waits_stands_apart_and_is_marked(reviewer: Client) -> None:
    cell, need = factories.entity("Cell"), factories.entity("Mass limit", "requirement")
    factories.relationship(cell, "satisfies", need, active=False)
    said = words(reviewer.get(f"/entities/{cell.pk}/").content)
    assert "No links yet. Waiting for a decision" in said
    assert "Satisfies Mass limit requirement candidate" in said


def test_a_dead_end_is_marked_with_what_replaced_it_and_makes_the_entity_stale(reviewer: Client) -> None:
    cell, old, new = factories.entity("Cell"), factories.entity("D1", "decision"), factories.entity("D2", "decision")
    factories.relationship(cell, "affected_by_decision", old)
    lifecycle.supersede(old.fresh(), by=new, actor=factories.person())
    said = words(reviewer.get(f"/entities/{cell.pk}/").content)
    assert "Stale. Affected by decision D1 , which was superseded by D2" in said
    assert "superseded dead end, replaced by D2" in said
    reader = signed_in(factories.user(Role.READER, "ruth"))
    said = words(reader.get(f"/entities/{cell.pk}/").content)
    assert "D1" not in said
    assert "(superseded decision)" in said


def test_what_merely_refers_to_the_superseded_is_not_stale(reviewer: Client) -> None:
    note, old = factories.entity("Note", "artifact"), factories.entity("D1", "decision")
    factories.relationship(note, "refers_to", old)
    lifecycle.supersede(old.fresh(), actor=factories.person())
    assert "Stale" not in words(reviewer.get(f"/entities/{note.pk}/").content)


def test_a_link_is_ended_from_the_page(reviewer: Client) -> None:
    cell, need = factories.entity("Cell"), factories.entity("Mass limit", "requirement")
    link = factories.relationship(cell, "satisfies", need)
    here = f"/entities/{cell.pk}/"
    assert f'action="/relationships/{link.pk}/invalidate/"' in reviewer.get(here).content.decode()
    answer = reviewer.post(f"/relationships/{link.pk}/invalidate/", {"version": 1, "note": "wrong part", "next": here})
    assert answer.headers["Location"] == here
    assert "No links yet" in words(reviewer.get(here).content)


def test_a_hub_shows_the_first_of_each_group_and_leads_to_the_rest(reviewer: Client) -> None:
    bench = factories.entity("Bench", "system")
    for number in range(links.SHOWN + 3):
        factories.relationship(factories.entity(f"Part {number:02}"), "part_of", bench)
    page = reviewer.get(f"/entities/{bench.pk}/").content.decode()
    assert page.count('aria-label="The link: contains') == links.SHOWN
    address = f"/relationships/?target_entity={bench.pk}&amp;type=part_of&amp;status=active"
    assert f'href="{address}">All 15 in the list' in page
    assert len(reviewer.get(address.replace("&amp;", "&")).context["items"]) == 15


def test_the_page_asks_the_same_of_one_link_as_of_many(reviewer: Client) -> None:
    def asked(number: int) -> int:
        bench = factories.entity(properties={"mass": "1 kg"}, entity_type="system")
        for _ in range(number):
            factories.relationship(factories.entity(), "part_of", bench)
            factories.relationship(factories.entity(), "depends_on", bench)
            factories.relationship(bench, "depends_on", factories.entity())
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert reviewer.get(f"/entities/{bench.pk}/").status_code == 200
        return len(seen)

    few, many = asked(1), asked(9)
    assert few == many
    assert many <= 30


def test_what_an_entity_was_in_another_project_is_not_told_where_it_went(db: None) -> None:
    factories.project("p99-secret", ())
    moved = factories.entity("Hidden widget", project="p99-secret")
    edit.update(moved, {"name": "Widget", "project": factories.project().name}, actor=factories.SETUP)
    client = Client()
    client.force_login(
        factories.user(Role.REVIEWER, on=factories.project()), backend="django.contrib.auth.backends.ModelBackend"
    )
    page = client.get(f"/entities/{moved.pk}/")
    assert page.status_code == 200
    assert "Hidden" not in page.content.decode()
