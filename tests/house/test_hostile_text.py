"""Every field of every body, with every value that breaks software: taken or refused in words, and afterwards every
page still answers.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from memories.choices import Role
from memories.kinds import kinds
from memories.models import AuditEntry
from tests import factories
from tests.house.hostile import CORPUS
from tests.rest import API, client_of, is_problem, lines, openapi

MORE_THAN_TAKEN = 10 * 1024 * 1024

#: Bodies that are taken, so that the one field alone decides; by the name of their schema.
GOOD: dict[str, dict[str, Any]] = {
    "MemoryNew": {"memory_type": "knowledge", "content": "It weighs 12.7 kg."},
    "EntityNew": {"entity_type": "component", "name": "Mirror"},
    "Graduation": {"entity_type": "component", "name": "Mirror"},
    "InteractionNew": {"prompt": "What does it weigh?"},
    "ProjectNew": {"name": "p06-new"},
    "AliasNew": {"alias": "spare"},
    "Annotation": {"note": "seen"},
    "RequestNamed": {"request_id": "nothing"},
    "Bulk": {"verb": "reject", "filter": {"project": "p04"}, "expected_count": 10_000},
}


def bodies() -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield (method, path, schema, fields) once for each body that the schema knows."""
    schema = openapi()
    seen = set()
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                yield method, path, name, list(schema["components"]["schemas"][name]["properties"])


BODIES = list(bodies())


def test_the_schema_names_the_bodies() -> None:
    assert {"MemoryNewRequest", "EntityNewRequest", "BulkRequest"} <= {name for _, _, name, _ in BODIES}


@pytest.fixture
def everyone(db: None) -> APIClient:
    """A client that may do everything, and records of every kind for the addresses."""
    factories.project()
    return client_of(Role.ADMIN, "hostile")


def addressed(path: str) -> str:
    """Fill an address with records of this test."""
    row: Any
    if "/entities/" in path:
        row = factories.entity()
    elif "/relationships/" in path:
        row = factories.relationship(factories.entity(), "depends_on", factories.entity())
    else:
        row = factories.memory(active=True)
    seq = AuditEntry.objects.latest("seq").seq
    return (
        path.replace("{id}", str(row.pk)).replace("{seq}", str(seq)).replace("{name}", "p04").replace("{alias}", "p04")
    )


def send(client: APIClient, method: str, path: str, good: dict[str, Any], field: str, value: str) -> None:
    """Send a good body with one field replaced by raw JSON; check the answer."""
    rest = {name: item for name, item in good.items() if name != field}
    text = ", ".join(
        [*(f"{json.dumps(name)}: {json.dumps(item)}" for name, item in rest.items()), f'"{field}": {value}']
    )
    answer = client.generic(method.upper(), path, "{" + text + "}", content_type="application/json")
    if answer.status_code not in (200, 201):
        assert 400 <= answer.status_code < 500
        is_problem(answer, answer.status_code)


@pytest.mark.parametrize(("method", "path", "name", "fields"), BODIES, ids=[name for _, _, name, _ in BODIES])
def test_every_field_takes_or_refuses(
    everyone: APIClient, method: str, path: str, name: str, fields: list[str]
) -> None:
    good = GOOD.get(name.removesuffix("Request").removeprefix("Patched"), {})
    for field in fields:
        address = addressed(path)
        for value in CORPUS.values():
            send(everyone, method, address, good, field, value)
    send(everyone, method, addressed(path), good, fields[0], '"' + "x" * MORE_THAN_TAKEN + '"')
    every_page_answers(everyone)


def every_page_answers(client: APIClient) -> None:
    """Walk the lists, the records, the triage and the administration."""
    for address in rest_addresses(client):
        answer = client.get(address, headers={"accept": "*/*"})
        assert answer.status_code == 200, (address, answer.content[:500])
        if getattr(answer, "streaming", False):
            assert all(lines(answer))
    person = Client()
    person.force_login(factories.user(Role.ADMIN))
    for address in page_addresses():
        page = person.get(address)
        assert page.status_code == 200, (address, page.content[:500])


def rest_addresses(client: APIClient) -> Iterator[str]:
    for name in ("memories", "entities", "relationships", "interactions", "projects", "audit", "conflicts", "triage"):
        yield f"{API}/{name}?limit=200"
        for row in client.get(f"{API}/{name}?limit=5").json()["results"]:
            if name != "triage":
                yield f"{API}/{name}/{row.get('id') or row.get('name') or row['seq']}"
    yield from (f"{API}/stats", f"{API}/audit/export")


def page_addresses() -> Iterator[str]:
    yield from ("/projects/", "/interactions/", "/audit/")
    for kind in kinds.triaged():
        yield from (f"/triage/?tab={kind.plural}", f"/{kind.plural}/")
        app, model = kind.model._meta.app_label, kind.model._meta.model_name
        yield f"/admin/{app}/{model}/"
        for pk in kind.model._base_manager.order_by("-created_at").values_list("pk", flat=True)[:5]:
            yield from (f"/{kind.plural}/{pk}/", f"/{kind.plural}/{pk}/audit/", f"/admin/{app}/{model}/{pk}/change/")
    for seq in AuditEntry.objects.order_by("-seq").values_list("seq", flat=True)[:5]:
        yield from (f"/audit/{seq}/", f"/admin/memories/auditentry/{seq}/change/")
