"""The real requirement trees: the figures that their provenance states come out of the product's own endpoints."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from engineering.models import Entity
from memories.actors import Actor
from memories.choices import Role
from memories.services import projects
from tests.engineering.importers.builders import SHARED, needs_shared_data
from tests.rest import API, client_of

pytestmark = [pytest.mark.django_db, needs_shared_data]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def reader() -> APIClient:
    projects.register("real", actor=Actor.system("import"))
    return client_of(Role.READER)


def bring(*arguments: str) -> None:
    call_command("import_requirements", *arguments, "--project", "real", "--active", "--json", stdout=StringIO())


def ask(client: APIClient, path: str, **params: str) -> dict[str, Any]:
    answer = client.get(f"{API}/queries/projects/real/{path}", params)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def counted(client: APIClient, document: str) -> tuple[int, int, int]:
    """Requirements of a document, those nothing refines, those without a parent."""
    group = Entity.objects.get(name__endswith=document, entity_type="artifact")
    counts = ask(client, "gaps/orphan-requirements", basis="derived_from", group=str(group.pk))["counts"]
    return counts["requirements"], counts["unrefined"], counts["without_parent"]


def test_strictdoc(reader: APIClient) -> None:
    bring("strictdoc", str(SHARED / "strictdoc_reqs" / "raw"))
    assert ask(reader, "gaps/orphan-requirements", basis="derived_from")["counts"]["requirements"] == 299
    health = ask(reader, "health", role="Parent")["counts"]
    assert (health["relationships"], health["cycles"], health["derivation_levels"]) == (229, 0, 4)
    assert health["dangling_source"] == 0
    assert counted(reader, "(L1)")[:2] == (69, 1)
    assert counted(reader, "(L2)") == (133, 122, 18)


def test_rtems(reader: APIClient) -> None:
    folder = SHARED / "rtems_spec" / "normalised"
    mapping = str(ROOT / "examples" / "rtems-mapping.yaml")
    bring("jsonl", str(folder / "items.jsonl"), "--links", str(folder / "links.csv"), "--map", mapping)
    whole = ask(reader, "health", limit="10000")
    assert (whole["counts"]["entities"], whole["counts"]["relationships"]) == (2_693, 7_031)
    assert (whole["counts"]["cycles"], whole["counts"]["largest_cycle"]) == (49, 79)
    assert len(whole["cycles"]) == 49
    refinement = ask(reader, "health", role="requirement-refinement")["counts"]
    assert (refinement["relationships"], refinement["cycles"], refinement["derivation_levels"]) == (937, 0, 7)
    counts = ask(reader, "coverage", role="validation")["counts"]
    assert counts["requirements"] - counts["linked_shallow"] == 813


def test_doorstop(reader: APIClient) -> None:
    bring("doorstop", str(SHARED / "doorstop_reqs" / "raw"))
    parents = ask(reader, "health", role="parent")["counts"]
    documents = ask(reader, "health", role="document")["counts"]
    assert (documents["relationships"], parents["relationships"], parents["cycles"]) == (55, 46, 0)
    assert ask(reader, "suspect-links")["counts"]["suspect"] == 1
