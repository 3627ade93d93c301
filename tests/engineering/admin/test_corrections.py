"""Entities and relationships in the administration: the same rows as by the service, the ontology's refusals beside
their fields."""

import json
from typing import Any

import pytest

from engineering.models import Conflict, Entity, Relationship
from engineering.services import relationships
from memories.choices import Role, Status
from memories.models import AuditEntry
from memories.services import edit, lifecycle
from tests import factories
from tests.memories.admin import address, by_service, do, enter, last, save, written_by

pytestmark = pytest.mark.django_db

NOTE = "seen on the drawing"


def test_an_entitys_correction_leaves_the_one_row_that_the_service_leaves() -> None:
    row = factories.entity("M1", properties={"mass": "120 kg", "supplier": "Acme"})
    client, someone = enter(name="anna"), factories.person()
    fields = {"name": "M1 mirror", "properties": {"mass": "121 kg", "supplier": "Acme"}}
    expected = by_service(lambda: edit.update(row.fresh(), fields, actor=someone, note="a typing error"))
    typed = {"name": "M1 mirror", "properties": json.dumps(fields["properties"])}
    assert written_by(lambda: save(client, row, **typed)) == expected
    assert len(expected) == 1
    assert last().actor == "admin:anna"


def test_a_relationships_correction_and_confirmation_leave_the_services_rows() -> None:
    part, whole = factories.entity("M1"), factories.entity("Primary", "subsystem")
    row = factories.relationship(part, "part_of", whole)
    client, someone = enter(), factories.person()
    fields = {"confidence": 0.9, "origin_role": "parent"}
    expected = by_service(lambda: edit.update(_fresh(row), fields, actor=someone, note="a typing error"))
    assert written_by(lambda: save(client, row, confidence="0.9", origin_role="parent")) == expected
    edit.update(whole, {"description": "Now described."}, actor=someone)
    expected = by_service(lambda: relationships.confirm(_fresh(row), actor=someone, note=NOTE))
    assert written_by(lambda: do(client, row.fresh(), "confirm")) == expected
    expected = by_service(lambda: lifecycle.invalidate(_fresh(row), actor=someone, note=NOTE))
    assert written_by(lambda: do(client, row.fresh(), "invalidate")) == expected


def _fresh(row: Relationship) -> Relationship:
    return Relationship.objects.select_related("source_entity__project", "target_entity__project").get(pk=row.pk)


def test_a_property_of_the_wrong_kind_is_refused_beside_its_field() -> None:
    row = factories.entity("M1")
    client = enter()
    for typed in ('{"mass": ["heavy"]}', "{mass}", "[" * 100_000, '{"a": NaN}', '["a"]'):
        answer = save(client, row, properties=typed)
        assert answer.status_code == 422, typed[:20]
        assert "properties" in answer.context["adminform"].form.errors, typed[:20]
    assert row.fresh().properties == {}


def test_saving_an_untouched_form_writes_nothing() -> None:
    row = factories.entity("M1", properties={"mass": "120 kg", "β": [1, 2]}, source_refs=["https://example.org/a"])
    link = factories.relationship(row, "part_of", factories.entity("Primary", "subsystem"))
    client = enter()
    before = AuditEntry.objects.count()
    assert save(client, row).status_code == 302
    assert save(client, link).status_code == 302
    assert AuditEntry.objects.count() == before


def _new_link(**typed: Any) -> dict[str, Any]:
    return {"origin_role": "", "confidence": "0.8", "source_refs": "", "start_as": "active", "reason": "", **typed}


def test_a_new_relationship_obeys_the_ontology() -> None:
    part, whole = factories.entity("M1"), factories.entity("Primary", "subsystem")
    client, url = enter(), address(Relationship, "add")
    ends = {"source_entity": str(part.pk), "target_entity": str(whole.pk)}
    refused = client.post(url, _new_link(relationship_type="satisfies", **ends))
    assert refused.status_code == 422
    assert "relationship_type" in refused.context["adminform"].form.errors
    assert client.post(url, _new_link(relationship_type="part_of", **ends)).status_code == 302
    assert Relationship.objects.get().status == Status.ACTIVE
    back = {"source_entity": str(whole.pk), "target_entity": str(part.pk)}
    twin = client.post(url, _new_link(relationship_type="contains", **back), follow=True)
    assert "says the same already" in twin.content.decode()
    assert Relationship.objects.count() == 1


def test_a_new_entity_starts_as_a_candidate() -> None:
    factories.project()
    sent = {"name": "M2", "entity_type": "component", "project": "", "description": "", "properties": "{}"}
    sent |= {"confidence": "0.8", "source_refs": "", "external_ref": "", "start_as": "candidate", "reason": ""}
    assert enter(name="anna").post(address(Entity, "add"), sent).status_code == 302
    made = Entity.objects.get()
    assert (made.status, made.created_by) == (Status.CANDIDATE, "admin:anna")


def test_conflicts_are_read_only() -> None:
    client = enter(Role.ADMIN)
    assert client.get(address(Conflict, "changelist")).status_code == 200
    assert client.get(address(Conflict, "add")).status_code == 403
