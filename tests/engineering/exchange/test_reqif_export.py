"""ReqIF out and in: what other tools read of it, and that our own files come back without a difference."""

import json
import re
import subprocess
import sys
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from reqif.parser import ReqIFParser

from engineering.models import Entity, Relationship
from engineering.ontology import RELATIONSHIP_TYPES
from engineering.services.importing.origin import OWN
from engineering.services.reqif.placing import DEEPEST
from memories.choices import Status
from memories.services import lifecycle
from tests import factories
from tests.engineering.importers.builders import SHARED, needs_shared_data
from tests.engineering.importers.test_reqif import source, thing, value
from tests.live import ROOT

pytestmark = pytest.mark.django_db


def export(path: Path, project: str = "p04-gigabit") -> dict[str, int]:
    out = StringIO()
    call_command("export_reqif", str(path), "--project", project, "--json", stdout=out, stderr=StringIO())
    told = json.loads(out.getvalue())
    assert told.pop("file") == str(path)
    return dict(told)


def bring(path: Path, project: str) -> dict[str, Any]:
    factories.project(project, ())
    out = StringIO()
    command = ("import_requirements", "reqif", str(path), "--project", project, "--active", "--json")
    call_command(*command, stdout=out, stderr=StringIO())
    return dict(json.loads(out.getvalue()))


def ref(entity: Entity) -> str:
    return entity.external_ref or f"_{entity.pk}"


def own(entity: Entity) -> dict[str, Any]:
    return {name: value for name, value in entity.properties.items() if name not in OWN}


def records(project: str) -> list[str]:
    """Everything that comes back, of a project: what the import itself notes of its source is left out."""
    held = list(Entity.objects.filter(project__name=project, status=Status.ACTIVE))
    rows: list[Any] = [(ref(one), one.entity_type, one.name, one.description, own(one)) for one in held]
    for link in Relationship.objects.filter(source_entity__in=held, target_entity__in=held, status=Status.ACTIVE):
        rows.append((ref(link.source_entity), link.relationship_type, link.origin_role, ref(link.target_entity)))
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def is_valid(path: Path) -> None:
    """Check a file against the schema and the rules of a public ReqIF library."""
    command = [str(Path(sys.executable).parent / "reqif"), "validate", "--use-reqif-schema", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert "0 errors, 0 schema issues found, 0 semantic issues found" in done.stdout, done.stdout[-2000:]


def comes_back(tmp_path: Path, project: str = "p04-gigabit") -> dict[str, Any]:
    """Export, check, import elsewhere and compare, twice over."""
    first, second = tmp_path / "first.reqif", tmp_path / "second.reqif"
    counts = export(first, project)
    is_valid(first)
    done = bring(first, "p99")
    assert (done["refused"], done["repaired"]) == (0, 0), done["rules"]
    assert records("p99") == records(project)
    assert export(second, "p99") == {**counts, "left_out": 0}
    assert bare(second) == bare(first)
    return counts


def bare(path: Path) -> str:
    """A file's text without what is of the database: times and the project's name."""
    return re.sub(r'LAST-CHANGE="[^"]*"|<CREATION-TIME>[^<]*|<TITLE>[^<]*', "", path.read_text())


def test_the_sample_comes_back_without_a_difference(tmp_path: Path) -> None:
    call_command("load_sample", stdout=StringIO(), stderr=StringIO())
    counts = comes_back(tmp_path, "p21-heron")
    assert counts["objects"] == Entity.objects.filter(project__name="p21-heron", status=Status.ACTIVE).count()


def test_a_tree_of_specifications_keeps_its_places(tmp_path: Path) -> None:
    path = tmp_path / "mount.reqif"
    path.write_text(source())
    bring(path, "p04-gigabit")
    assert comes_back(tmp_path) == {"objects": 3, "specifications": 1, "relations": 1, "places": 3, "left_out": 0}
    bundle = ReqIFParser.parse(str(tmp_path / "first.reqif"))
    (specification,) = bundle.core_content.req_if_content.specifications
    assert specification.long_name == "Mount"
    levels = [(one.level, one.spec_object) for one in bundle.iterate_specification_hierarchy(specification)]
    assert levels == [(1, "H-1"), (2, "R-1"), (2, "R-2")]
    types = {one.identifier: one.long_name for one in bundle.core_content.req_if_content.spec_types}
    (relation,) = bundle.core_content.req_if_content.spec_relations
    assert (relation.source, relation.target, types[relation.relation_type_ref]) == ("R-2", "R-1", "Parent")


def test_another_tool_reads_name_text_and_identifier(tmp_path: Path) -> None:
    factories.entity("First mode", "requirement", properties={"statement": "Above 80 Hz.\nLoaded.\n\nAlways."})
    path = tmp_path / "out.reqif"
    export(path)
    bundle = ReqIFParser.parse(str(path))
    (held,) = bundle.core_content.req_if_content.spec_objects
    names = {
        definition.identifier: definition.long_name
        for kind in bundle.core_content.req_if_content.spec_types
        for definition in getattr(kind, "attribute_definitions", None) or ()
    }
    said = {names[one.definition_ref]: one.value for one in held.attributes}
    assert said["ReqIF.Name"] == "First mode"
    assert "<xhtml:p>Above 80 Hz.<xhtml:br/>Loaded.</xhtml:p><xhtml:p>Always.</xhtml:p>" in said["ReqIF.Text"]


AWKWARD: list[dict[str, Any]] = [
    {"external_ref": "1 space/ü", "properties": {"statement": "  indented\n\n\n\tcode <b>&amp;</b>  ", "note": " x "}},
    {"external_ref": "_atocore.header", "description": "Said.", "properties": {"statement": "Stated.", "n": 3}},
    {"description": "Only described.\r\n\r\nTwice.", "properties": {"n": 3.5, "Text": "mine", "ReqIF.Name": "mine"}},
    {"external_ref": "R-9", "properties": {"n": "three", "list": ["a", {"b": None}], "empty": "", "flag": True}},
    {"external_ref": "R-10", "properties": {"document": "elsewhere", "position": "7.1", "odd": "\ufffe", "big": 2**52}},
    {"external_ref": "R-12", "properties": {"reqif_id": "R-12", "\u00a0n": 1, "\ufffe": 3}},
    {"external_ref": "R-13", "properties": {"reqif_id": "13 and more"}},
    {"external_ref": "R-14", "properties": {"reqif_id": "_5f2a1c3e-0b1d-4c2e-9f3a-8d7b6c5a4e3f"}},
    {"external_ref": "R-15", "properties": {"reqif_id": "T-11"}},
    {"external_ref": "R-11", "properties": {"reqif_id": "T-11", "statement": "", "file": "a.reqif", "small": 1e-300}},
]


def test_whatever_a_record_holds_comes_back(tmp_path: Path) -> None:
    made = [factories.entity(f"Need {place}", "requirement", **fields) for place, fields in enumerate(AWKWARD)]
    chapter = factories.entity("Chapter", "artifact", external_ref="ch", description="What is asked.")
    part = factories.entity("Lens", "component", external_ref="lens", properties={"mass": "0.3 kg"})
    factories.relationship(made[0], "member_of", chapter)
    factories.relationship(made[1], "derived_from", made[0])
    factories.relationship(part, "satisfies", made[0])
    assert comes_back(tmp_path)["specifications"] == 1
    assert 'IDENTIFIER="T-11"' in (tmp_path / "first.reqif").read_text()


def test_a_specification_that_something_refers_to_becomes_an_object(tmp_path: Path) -> None:
    need, chapter = factories.entity("Need", "requirement"), factories.entity("Chapter", "artifact")
    other = factories.entity("Other", "requirement")
    factories.relationship(need, "member_of", chapter)
    factories.relationship(other, "refers_to", chapter)
    assert comes_back(tmp_path) == {"objects": 3, "specifications": 0, "relations": 1, "places": 1, "left_out": 0}


def test_rings_and_chains_without_end_are_cut_for_the_eye_and_stay_as_links(tmp_path: Path) -> None:
    ring = [factories.entity(f"Ring {number}", "artifact") for number in range(3)]
    for one, next_one in zip(ring, [*ring[1:], ring[0]], strict=True):
        factories.relationship(one, "member_of", next_one)
    chain = [factories.entity(f"Link {number}", "component") for number in range(DEEPEST + 20)]
    for below, above in zip(chain[1:], chain, strict=False):
        factories.relationship(below, "part_of", above)
    comes_back(tmp_path)


def test_only_what_is_active_leaves(tmp_path: Path) -> None:
    stays, goes = factories.entity("Stays", "requirement"), factories.entity("Goes", "requirement")
    factories.relationship(stays, "derived_from", goes)
    factories.entity("Waits", "requirement", active=False)
    factories.project("p05", ())
    factories.entity("Elsewhere", "requirement", project="p05")
    lifecycle.invalidate(goes, actor=factories.SETUP)
    path = tmp_path / "out.reqif"
    assert export(path) == {"objects": 1, "specifications": 0, "relations": 0, "places": 0, "left_out": 1}
    assert not re.search("Goes|Waits|Elsewhere", path.read_text())


def test_the_same_rows_give_the_same_bytes_packed_or_not(tmp_path: Path) -> None:
    factories.entity("Need", "requirement")
    made = [tmp_path / name / f"out{suffix}" for name in "ab" for suffix in (".reqif", ".reqifz")]
    for path in made:
        path.parent.mkdir(exist_ok=True)
        export(path)
    plain, packed, again, packed_again = (path.read_bytes() for path in made)
    assert (plain, packed) == (again, packed_again)
    with zipfile.ZipFile(made[1]) as archive:
        assert archive.read("out.reqif") == plain
    assert made[0].stat().st_mode & 0o077 == 0


def test_what_cannot_be_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out.reqif"
    factories.project()
    for name, project, words in (
        ("out.reqif", "p04", "no active entity"),
        ("out.reqif", "p77", "p77"),
        ("out.xml", "p04", "ends with .reqif or .reqifz"),
        ("no/out.reqif", "p04", "its folder does not"),
    ):
        with pytest.raises(CommandError, match=re.escape(words)):
            export(tmp_path / name, project)
    factories.entity("Need", "requirement")
    path.write_text("mine")
    with pytest.raises(CommandError, match="exists already"):
        export(path)
    assert path.read_text() == "mine"
    assert [one.name for one in tmp_path.iterdir()] == ["out.reqif"]


def test_marks_of_ours_in_a_hostile_file_are_taken_for_nothing_they_are_not(tmp_path: Path) -> None:
    path = tmp_path / "mount.reqif"
    deep = "[" * 100_000
    text = source(thing("R-1", value("STRING", "a-n", deep)))
    text = text.replace('IDENTIFIER="t-r"', 'IDENTIFIER="t-r" DESC="AtoCore:requirement"')
    path.write_text(text.replace('IDENTIFIER="a-n"', 'IDENTIFIER="a-n" DESC="AtoCore:json"'))
    done = bring(path, "p04-gigabit")
    assert done["rules"]["refused"]["unreadable_value"] == 1
    for mark in ("AtoCore:spaceship", "AtoCore:part_of", "AtoCore:", "AtoCore:unplaced"):
        marked = source().replace('IDENTIFIER="t-l"', f'IDENTIFIER="t-l" DESC="{mark}"')
        path.write_text(marked.replace('IDENTIFIER="t-r"', f'IDENTIFIER="t-r" DESC="{mark}"'))
        bring(path, "p04-gigabit")
    kinds = set(Relationship.objects.values_list("relationship_type", flat=True))
    assert kinds <= set(RELATIONSHIP_TYPES)


@needs_shared_data
def test_the_specification_of_rtems_comes_back(tmp_path: Path) -> None:
    folder = SHARED / "rtems_spec" / "normalised"
    mapping = ("--links", str(folder / "links.csv"), "--map", str(ROOT / "examples" / "rtems-mapping.yaml"))
    factories.project("rtems", ())
    command = ("import_requirements", "jsonl", str(folder / "items.jsonl"), *mapping, "--project", "rtems", "--active")
    call_command(*command, stdout=StringIO(), stderr=StringIO())
    counts = comes_back(tmp_path, "rtems")
    assert counts["objects"] == 2_693
    assert counts["relations"] + counts["places"] == 7_031
