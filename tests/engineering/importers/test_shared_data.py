"""The real inputs: the counts that their provenance states, on whatever database the suite runs."""

import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from engineering.importers.legacy.source import checksum
from engineering.models import Entity, Relationship
from memories.actors import Actor
from memories.models import AuditEntry, Memory
from memories.services import projects
from tests.engineering.importers.builders import PHASES, SHARED, needs_shared_data

pytestmark = [pytest.mark.django_db, needs_shared_data]
ROOT = Path(__file__).resolve().parents[3]
MEMORIES = 21


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    done: dict[str, Any] = json.loads(out.getvalue())
    for tally in (done, *done["by_kind"].values()):
        parts = ("created", "changed", "unchanged", "repaired", "refused")
        assert tally["read"] == sum(tally[part] for part in parts)
    return done


def roles() -> Counter[tuple[str, str]]:
    return Counter(Relationship.objects.values_list("origin_role", "relationship_type"))


@pytest.fixture(autouse=True)
def _project() -> None:
    projects.register("real", actor=Actor.system("import"))


def test_doorstops_own_requirements() -> None:
    command = ("import_requirements", "doorstop", str(SHARED / "doorstop_reqs" / "raw"), "--project", "real")
    done = run(*command)
    assert Entity.objects.exclude(properties__has_key="prefix").count() == 55
    assert roles() == {("document", "member_of"): 55, ("parent", "derived_from"): 45, ("parent", "refers_to"): 1}
    assert done["suspect"] == 1
    kept = [links for links in Entity.objects.values_list("properties__reviewed_links", flat=True) if links]
    assert sum(len(links) for links in kept) == 46
    again = run(*command)
    assert (again["created"], again["changed"], again["vanished"]) == (0, 0, 0)


def test_strictdocs_own_requirements() -> None:
    done = run("import_requirements", "strictdoc", str(SHARED / "strictdoc_reqs" / "raw"), "--project", "real")
    assert Entity.objects.filter(entity_type="requirement").count() == 299
    assert roles()[("Parent", "derived_from")] == 229
    # 17 relations name a file alone, 20 more also its format.
    assert roles()[("File", "described_by")] == 37
    assert done["refused"] == 0
    statuses = Counter(
        Entity.objects.filter(entity_type="requirement").values_list("properties__tool_status", flat=True)
    )
    assert statuses == {"Active": 262, "Backlog": 30, "Draft": 2, None: 5}


def test_the_specification_of_rtems() -> None:
    folder = SHARED / "rtems_spec" / "normalised"
    mapping = ("--links", str(folder / "links.csv"), "--map", str(ROOT / "examples" / "rtems-mapping.yaml"))
    command = ("import_requirements", "jsonl", str(folder / "items.jsonl"), *mapping, "--project", "real")
    done = run(*command)
    assert (done["read"], done["created"], done["repaired"]) == (2_693 + 7_032, 2_693 + 7_031, 1)
    assert done["rules"] == {"repaired": {"repeated_link": 1}}
    types = Counter(Entity.objects.values_list("entity_type", flat=True))
    assert types == {"interface": 1_379, "requirement": 928, "process": 234, "constraint": 141, "artifact": 11}
    assert Relationship.objects.filter(origin_role="requirement-refinement").count() == 937
    assert Relationship.objects.filter(relationship_type="derived_from").count() == 937
    validation = roles()[("validation", "validated_by")] + roles()[("validation", "refers_to")]
    assert validation == 537
    recorded = Counter(AuditEntry.objects.filter(action="import").values_list("entity_kind", flat=True))
    assert (recorded["entity"], recorded["relationship"]) == (2_693, 7_031)
    again = run(*command)
    assert (again["unchanged"], again["created"], again["changed"], again["vanished"]) == (9_725, 0, 0, 0)


@pytest.mark.parametrize("phase", PHASES)
def test_each_older_database(phase: str) -> None:
    path = SHARED / "legacy" / f"atocore-{phase}.sqlite3"
    before = checksum(path)
    done = run("import_legacy", str(path))
    assert checksum(path) == before == done["sha256"]
    assert done["phase"] == phase
    unknown = 0 if phase == "p0" else 1  # the row of an unregistered project; p0 has no project column
    assert done["by_kind"]["memories"]["read"] == MEMORIES
    assert done["by_kind"]["memories"]["refused"] == unknown
    assert Memory.objects.count() == MEMORIES - unknown
    assert Memory.objects.get(external_ref="not-a-uuid-7").content == "Row whose id is no UUID"
    assert Memory.objects.get(content="Malformed tags row").confidence == 1.0
    assert Memory.objects.get(content="Dangling chunk").source_chunk is None
    again = run("import_legacy", str(path))
    assert (again["created"], again["changed"], again["repaired"]) == (0, 0, 0)


def test_the_newest_older_database_in_full() -> None:
    done = run("import_legacy", str(SHARED / "legacy" / "atocore-p5.sqlite3"))
    tallies = done["by_kind"]
    assert (tallies["entities"]["created"], tallies["conflicts"]["created"]) == (12, 1)
    assert (tallies["relationships"]["created"], tallies["relationships"]["refused"]) == (9, 1)
    assert (tallies["memory_audit"]["created"], tallies["memory_audit"]["repaired"]) == (35, 1)
    assert Memory.objects.get(content="Malformed tags row").domain_tags == ["optics", "mechanics"]
    graduated = Memory.objects.select_related("graduated_to_entity").get(status="graduated")
    assert graduated.graduated_to_entity is not None
    assert graduated.graduated_to_entity.name == "Primary mirror"
    assert AuditEntry.objects.filter(actor="human-triage").exists()


def test_all_five_one_after_the_other_into_one_database() -> None:
    for phase in PHASES:
        run("import_legacy", str(SHARED / "legacy" / f"atocore-{phase}.sqlite3"))
    before = AuditEntry.objects.count()
    for phase in PHASES:
        again = run("import_legacy", str(SHARED / "legacy" / f"atocore-{phase}.sqlite3"))
        assert (again["created"], again["changed"], again["repaired"]) == (0, 0, 0)
    assert AuditEntry.objects.count() == before
