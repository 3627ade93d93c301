"""Conflicts that come with something else: an older database, the sample, the console."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from engineering.models import Conflict, SlotSubject
from engineering.sample import loader
from engineering.services.conflicts import scan
from memories.models import AuditEntry
from memories.models._guard import writing
from memories.services import lifecycle
from tests import factories as make
from tests.engineering.importers.builders import old_database, optics, uid

pytestmark = pytest.mark.django_db


def imported(path: Path, **conflict: object) -> Conflict:
    parts = [
        {"id": uid(30), "name": "Primary mirror", "properties": '{"material": "Zerodur", "mass": "96 kg"}'},
        {"id": uid(31), "name": "Primary Mirror", "properties": '{"material": "ULE", "mass": "96000 g"}'},
    ]
    row = {"id": uid(50), "slot_kind": "component.material", "slot_key": uid(30), **conflict}
    members = [
        {"id": uid(60 + place), "conflict_id": uid(50), "member_id": uid(30 + place), "value_snapshot": value}
        for place, value in enumerate(("Zerodur", "ULE"))
    ]
    tables: dict[str, Any] = {
        "projects": [optics()],
        "entities": parts,
        "conflicts": [row],
        "conflict_members": members,
    }
    call_command("import_legacy", str(old_database(path / "old.sqlite3", **tables)), stdout=StringIO())
    return Conflict.objects.get(slot_kind="component.material")


def test_an_imported_conflict_is_found_and_no_twin_opened(tmp_path: Path) -> None:
    row = imported(tmp_path)
    assert (str(row.pk), row.slot_key, row.status) == (uid(50), "primary mirror", "open")
    assert set(Conflict.objects.values_list("slot_kind", flat=True)) == {"component.material", "component.identity"}
    assert scan.detect(actor=make.SETUP).opened == 0


def test_a_decision_of_an_older_database_stays(tmp_path: Path) -> None:
    row = imported(tmp_path, status="dismissed", resolution="coating only")
    assert (row.status, row.resolution, row.slot_key) == ("dismissed", "coating only", "primary mirror")
    scan.detect(actor=make.SETUP)
    assert row.fresh().status == "dismissed"
    assert Conflict.objects.filter(slot_kind="component.material").count() == 1


def test_what_the_sample_hides_is_found_while_it_is_loaded() -> None:
    loader.load()
    found = {(row.slot_kind, row.status): row for row in Conflict.objects.all()}
    assert set(found) == {
        ("component.material", "open"),
        ("validation_claim.support", "open"),
        ("entity.conflicts_with", "open"),
    }
    sides = found["component.material", "open"].members.filter(left_at__isnull=True)
    assert sorted(sides.values_list("member_kind", "value_snapshot")) == [
        ("entity", "Ti-6Al-4V"),
        ("memory", "Al 6061-T6"),
        ("memory", "Ti-6Al-4V"),
        ("relationship", "Al 6061-T6"),
        ("relationship", "Ti-6Al-4V"),
    ]
    from memories.models import Memory

    lifecycle.promote(Memory.objects.get(content="Optical bench mass is 5.62 kg."), actor=make.SETUP)
    assert Conflict.objects.get(slot_kind="component.mass").slot_key.endswith("@ as-designed")


def test_the_command_finds_what_was_missed_and_says_so() -> None:
    make.entity("Bracket", properties={"mass": "5 kg"})
    make.memory("Bracket mass is 6 kg.", active=True)
    with writing():
        Conflict.objects.update(status="resolved")
        SlotSubject.objects.all().delete()
    out = StringIO()
    call_command("detect_conflicts", "--project", "p04", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"slots": 2, "opened": 1, "changed": 0, "closed": 0, "open": {"conflict": 1}}
    assert AuditEntry.objects.filter(entity_kind="conflict", action="detect").count() == 2
    assert SlotSubject.objects.filter(name="bracket").count() == 2
    with pytest.raises(CommandError, match="no project"):
        call_command("detect_conflicts", "--project", "p4")
