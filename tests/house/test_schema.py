"""The schema: it is valid OpenAPI 3.1, tells of every address and refusal, and describes what is really answered."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Model
from openapi_spec_validator import OpenAPIV31SpecValidator
from rest_framework.serializers import Serializer

from engineering import filters as engineering_filters
from engineering.api import represent as engineering_represent
from engineering.api import serializers as engineering_shapes
from engineering.models import Conflict, Entity, Relationship
from memories import filters
from memories.api import represent, serializers
from memories.choices import Role
from memories.models import AuditEntry, Interaction, Memory, Project, SourceDocument
from tests import factories
from tests.rest import API, client_of, openapi

Operation = tuple[str, str, dict[str, Any]]


def operations() -> Iterator[Operation]:
    for path, item in openapi()["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def test_the_schema_is_valid_openapi() -> None:
    assert openapi()["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(openapi()).validate()


def test_it_is_served_to_anyone_as_json_or_yaml(client: Any, db: None) -> None:
    answer = client.get(f"{API}/schema", headers={"accept": "application/json"})
    assert answer.json()["info"]["title"] == "AtoCore"
    assert client.get(f"{API}/schema/").content.startswith(b"openapi: 3.1")


def test_the_page_takes_nothing_from_elsewhere(client: Any, db: None) -> None:
    page = client.get(f"{API}/docs").content.decode()
    assert "//" not in page.replace("</", "")
    script = client.get(f"{API}/docs?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema" in script.content.decode()


@pytest.mark.parametrize(
    "resource",
    ["projects", "memories", "entities", "relationships", "conflicts", "triage", "interactions", "audit", "stats"],
)
def test_every_resource_is_there(resource: str) -> None:
    assert f"/api/v1/{resource}" in openapi()["paths"]


def test_every_operation_documents_its_refusals() -> None:
    for path, method, operation in operations():
        answers = operation["responses"]
        expected = {"400", "401", "403", "404", "405", "429", "503"}
        if method != "get":
            expected |= {"409", "412", "413", "415"}
        assert expected <= set(answers), (method, path)
        for status, answer in answers.items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"]
        assert "Retry-After" in answers["429"]["headers"]


def test_every_post_takes_an_idempotency_key() -> None:
    for path, method, operation in operations():
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("Idempotency-Key" in names) == (method == "post"), (method, path)


def test_every_operation_has_a_name_and_words() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(names) == len(set(names))
    assert all(operation.get("description") for _, _, operation in operations())


SHAPES: list[tuple[type[Serializer[Any]], Any]] = [
    (serializers.MemoryShape, lambda: represent.memory(Memory())),
    (serializers.ProjectShape, lambda: represent.project(Project(), [])),
    (serializers.InteractionShape, lambda: represent.interaction(Interaction())),
    (serializers.AuditShape, lambda: represent.audit_entry(AuditEntry())),
    (engineering_shapes.EntityShape, lambda: engineering_represent.entity(Entity())),
    (
        engineering_shapes.RelationshipShape,
        lambda: engineering_represent.relationship(Relationship(source_entity=Entity(), target_entity=Entity())),
    ),
]


@pytest.mark.parametrize(("shape", "make"), SHAPES)
def test_a_shape_declares_what_is_answered(shape: type[Serializer[Any]], make: Any) -> None:
    assert set(shape().fields) == set(make())


@pytest.mark.parametrize(
    ("model", "filterset", "exempt"),
    [
        (Memory, filters.MemoryFilter, filters.EXEMPT),
        (SourceDocument, filters.DocumentFilter, filters.EXEMPT),
        (Interaction, filters.InteractionFilter, filters.EXEMPT),
        (Project, filters.ProjectFilter, filters.EXEMPT),
        (AuditEntry, filters.AuditFilter, filters.EXEMPT),
        (Entity, engineering_filters.EntityFilter, engineering_filters.EXEMPT),
        (Relationship, engineering_filters.RelationshipFilter, engineering_filters.EXEMPT),
        (Conflict, engineering_filters.ConflictFilter, engineering_filters.EXEMPT),
    ],
)
def test_every_field_has_a_filter_or_a_reason(
    model: type[Model], filterset: Any, exempt: dict[str, dict[str, str]]
) -> None:
    reasons = exempt.get(model.__name__, {})
    by_method = {
        "of_project": "project",
        "tagged": "tags",
        "naming": "entities",
        "nearly_alike": "near_overlap",
        "sourced": "source_refs",
    }
    covered = {by_method.get(str(made.method), made.field_name) for made in filterset.base_filters.values()}
    covered |= {"domain_tags"} if "tags" in covered else set()
    fields = {field.name: {field.name, field.attname} for field in model._meta.concrete_fields}
    missing = {name for name, spellings in fields.items() if not spellings & covered and name not in reasons}
    if "project" in covered:
        missing.discard("project_id")
    assert not missing, f"{model.__name__} has no filter for {sorted(missing)}"
    assert set(reasons) <= set(fields)
    assert all(reasons.values())


@pytest.mark.django_db
def test_every_filter_runs() -> None:
    maintainer = client_of(Role.MAINTAINER)
    factories.memory()
    samples = {
        "uuid": "01890000-0000-7000-8000-000000000000",
        "date-time": "2026-01-01T00:00:00Z",
        "date": "2026-01-01",
    }
    for path, method, operation in operations():
        if method != "get" or "{" in path:
            continue
        taken = operation.get("parameters", [])
        needed = {one["name"]: "p04" for one in taken if one["in"] == "query" and one.get("required")}
        for parameter in taken:
            spec = parameter["schema"]
            spec = spec.get("items", spec)
            if parameter["in"] != "query" or parameter["name"] == "cursor":
                continue
            value = (spec.get("enum") or [samples.get(spec.get("format", ""), "p04")])[0]
            value = "now" if parameter["name"] == "as_of" else value
            value = 1 if spec.get("type") in ("integer", "number") else value
            answer = maintainer.get(path, needed | {parameter["name"]: value}, headers={"accept": "*/*"})
            assert answer.status_code == 200, (path, parameter["name"], answer.content)
