"""Mapping files: what they say holds, and what is wrong in them is named."""

from pathlib import Path

import pytest

from engineering.importers import mapping
from engineering.ontology import ENTITY_TYPES
from memories.findings import InputFault

ROOT = Path(__file__).resolve().parents[3]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "map.yaml"
    path.write_text(text)
    return path


def test_the_shipped_mappings_say_what_the_ontology_says() -> None:
    doorstop, strictdoc = mapping.shipped("doorstop"), mapping.shipped("strictdoc")
    rtems = mapping.load(ROOT / "examples" / "rtems-mapping.yaml")
    assert doorstop.role("parent").type == strictdoc.role("Parent").type == "derived_from"
    assert strictdoc.role("Child") == mapping.RoleRule("derived_from", turned=True)
    assert strictdoc.role("File").type == "described_by"
    assert doorstop.entity_type("heading") == "artifact"
    assert rtems.role("validation") == mapping.RoleRule("validated_by", turned=True)
    assert rtems.role("placement-order").type == "refers_to"
    assert rtems.entity_type("test-suite") == "process"
    assert rtems.entity_type("glossary") is None


def test_what_is_left_out_of_a_mapping_keeps_its_default(tmp_path: Path) -> None:
    read = mapping.load(written(tmp_path, "items:\n  ref: id\n  name: [title, label]\n"))
    assert read.columns.ref == ("id",)
    assert read.columns.name == ("title", "label")
    assert read.columns.type == ("type",)
    assert set(read.types) == set(ENTITY_TYPES)
    assert read.role("anything") == mapping.RoleRule("refers_to")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("typos: {}\n", "typos: unknown key; known: items, links, roles, tool, types"),
        ("types:\n  req: requirment\n", "types.req: 'requirment' is not in the ontology"),
        ("roles:\n  up: {turned: true}\n", "roles.up: a relationship type is expected"),
        ("roles:\n  up: {type: derived_from, turned: 3}\n", "roles.up.turned: true or false"),
        ("roles:\n  up: {type: derived_from, otherwise: nothing}\n", "roles.up.otherwise: 'nothing'"),
        ("items:\n  ref: 3\n", "items.ref: text is expected, not 3"),
        ("items: [a]\n", "items: a mapping is expected"),
        ("items: {\n", "broken YAML"),
    ],
)
def test_a_fault_in_a_mapping_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputFault) as fault:
        mapping.load(written(tmp_path, text))
    assert words in str(fault.value)
