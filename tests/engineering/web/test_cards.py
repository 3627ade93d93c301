"""Entities and links on their cards and pages: properties, links promoted along, confirmation."""

import re
from html import unescape

import pytest
from django.test import Client

from engineering.models import Entity
from engineering.services import relationships
from memories.choices import Role
from memories.models import AuditEntry
from memories.services import edit
from tests import factories


@pytest.fixture
def reviewer(db: None) -> Client:
    """A reviewer of every project."""
    client = Client()
    client.force_login(factories.user(Role.REVIEWER, "rosa"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(content: bytes) -> str:
    """What a page says."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", content.decode())))


def test_only_ticked_links_are_promoted_with_their_entity(reviewer: Client) -> None:
    bench, cell, spare = (
        factories.entity("Bench", "system"),
        factories.entity("Cell", active=False),
        factories.entity("Spare"),
    )
    ticked = factories.relationship(cell, "part_of", bench, active=False)
    left = factories.relationship(cell, "depends_on", spare, active=False)
    card = reviewer.get("/triage/?tab=entities").content.decode()
    assert f'name="partner" value="{ticked.pk}:1"' in card
    reviewer.post(f"/entities/{cell.pk}/promote/", {"version": 1, "partner": [f"{ticked.pk}:1"]})
    assert (cell.fresh().status, ticked.fresh().status, left.fresh().status) == ("active", "active", "candidate")
    assert len(set(AuditEntry.objects.filter(action="promote").values_list("decision_id", flat=True))) == 1


def test_a_link_that_changed_since_it_was_shown_stops_the_whole_decision(reviewer: Client) -> None:
    bench, cell = factories.entity("Bench", "system"), factories.entity("Cell", active=False)
    link = factories.relationship(cell, "part_of", bench, active=False)
    edit.update(link.fresh(), {"confidence": 0.9}, actor=factories.person())
    answer = reviewer.post(f"/entities/{cell.pk}/promote/", {"version": 1, "partner": [f"{link.pk}:1"]})
    assert answer.status_code == 409
    assert cell.fresh().status == "candidate"


def test_a_partner_that_is_no_link_is_refused(reviewer: Client) -> None:
    cell = factories.entity("Cell", active=False)
    for partner in ("nonsense", f"{cell.pk}:x"):
        assert reviewer.post(f"/entities/{cell.pk}/promote/", {"version": 1, "partner": [partner]}).status_code == 400


def form_of(entity: Entity, **changed: str) -> dict[str, str]:
    """What the edit form of an entity sends."""
    sent = {"name": entity.name, "entity_type": entity.entity_type, "description": "", "project": "p04-gigabit"}
    sent |= {"confidence": "0.5", "valid_until": "", "version": str(entity.version), "then": "save"}
    return sent | {f"property-{name}": str(value) for name, value in entity.properties.items()} | changed


def test_properties_are_edited_one_by_one_and_the_others_stay(reviewer: Client) -> None:
    cell = factories.entity("Cell", properties={"mass": "5.4 kg", "colour": "black"})
    form = form_of(cell, **{"property-mass": "5.62 kg", "property-quantity": "2", "property-tags": "optics; spare"})
    reviewer.post(f"/entities/{cell.pk}/edit/", form)
    assert cell.fresh().properties == {"mass": "5.62 kg", "colour": "black", "quantity": 2, "tags": ["optics", "spare"]}


def test_an_emptied_property_goes(reviewer: Client) -> None:
    cell = factories.entity("Cell", properties={"mass": "5.4 kg", "colour": "black"})
    reviewer.post(f"/entities/{cell.pk}/edit/", form_of(cell, **{"property-mass": ""}))
    assert cell.fresh().properties == {"colour": "black"}


def test_a_property_that_cannot_be_is_refused_beside_its_field(reviewer: Client) -> None:
    cell = factories.entity("Cell")
    answer = reviewer.post(f"/entities/{cell.pk}/edit/", form_of(cell, **{"property-quantity": "two"}))
    assert answer.status_code == 422
    assert f'id="edit-{cell.pk}-property-quantity_error"' in answer.content.decode()


def test_saving_an_untouched_form_writes_nothing(reviewer: Client) -> None:
    cell = factories.entity("Cell", properties={"mass": "5.4 kg", "tags": ["a", "b"], "nested": {"x": 1}, "n": 2})
    page = reviewer.get(f"/entities/{cell.pk}/edit/").context["form"]
    form = {field.html_name: field.value() if field.value() is not None else "" for field in page}
    reviewer.post(f"/entities/{cell.pk}/edit/", {**form, "version": 1, "then": "save"})
    assert cell.fresh().version == 1


def test_an_entity_shows_its_links_from_both_ends(reviewer: Client) -> None:
    bench, cell = factories.entity("Bench", "system"), factories.entity("Cell", "component")
    factories.relationship(cell, "part_of", bench)
    assert "Part of Bench" in words(reviewer.get(f"/entities/{cell.pk}/").content)
    assert "Contains Cell" in words(reviewer.get(f"/entities/{bench.pk}/").content)


def test_a_link_whose_target_changed_is_suspect_until_confirmed(reviewer: Client) -> None:
    part, need = factories.entity("Cell"), factories.entity("Mass limit", "requirement")
    link = factories.relationship(part, "satisfies", need)
    relationships.confirm(link.fresh(), actor=factories.person())
    edit.update(need.fresh(), {"description": "At most 5 kg."}, actor=factories.person())
    page = f"/relationships/{link.pk}/"
    assert "Suspect" in words(reviewer.get(page).content)
    reviewer.post(f"{page}confirm/", {"version": link.fresh().version})
    assert "Suspect" not in words(reviewer.get(page).content)


def test_links_wait_in_their_own_tab_and_read_as_sentences(reviewer: Client) -> None:
    part, need = factories.entity("Cell"), factories.entity("Mass limit", "requirement")
    link = factories.relationship(part, "satisfies", need, active=False)
    assert "Cell satisfies Mass limit" in words(reviewer.get("/triage/?tab=relationships").content)
    reviewer.post(f"/relationships/{link.pk}/promote/", {"version": 1})
    assert link.fresh().status == "active"


def test_a_link_of_an_end_that_waits_says_why_it_cannot_be_promoted(reviewer: Client) -> None:
    part, need = factories.entity("Cell", active=False), factories.entity("Mass limit", "requirement")
    link = factories.relationship(part, "satisfies", need, active=False)
    answer = reviewer.post(f"/relationships/{link.pk}/promote/", {"version": 1})
    assert answer.status_code == 409
    assert "Cell (candidate)" in words(answer.content)


def test_what_would_change_is_shown_before_it_is_saved(reviewer: Client) -> None:
    cell = factories.entity("Cell", properties={"mass": "5.4 kg"})
    form = form_of(cell, **{"property-mass": "5.6 kg", "then": "look", "note": "weighed"})
    answer = reviewer.post(f"/entities/{cell.pk}/edit/", form)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<del>5.4</del>\u2009<ins>5.6</ins>" in page
    assert 'value="weighed"' in page
    assert "What changes Mass" in words(answer.content)
    assert cell.fresh().properties == {"mass": "5.4 kg"}
    reviewer.post(f"/entities/{cell.pk}/edit/", {**form, "then": "save"})
    assert cell.fresh().properties == {"mass": "5.6 kg"}


def test_the_queue_is_narrowed_to_what_touches_a_conflict(reviewer: Client) -> None:
    part = factories.entity("Lid", properties={"mass": "5 kg"})
    said = factories.memory("Lid mass is 7 kg", active=True)
    factories.memory("Lid mass is 5 kg", proposed_supersedes=str(said.pk))
    factories.memory("The shutter sticks.")
    factories.relationship(part, "part_of", factories.entity("Bench", "system"), active=False)
    memories = words(reviewer.get("/triage/?tab=memories&has_conflict=true").content)
    assert "Lid mass is 5 kg" in memories
    assert "The shutter sticks." not in memories
    assert "Lid part of Bench" in words(reviewer.get("/triage/?tab=relationships&has_conflict=true").content)
