"""Items and links as CSV and JSON Lines."""

from pathlib import Path
from typing import Any

import pytest

from engineering.importers import mapping, tabular
from engineering.importers.records import Tree
from memories.findings import InputFault


def csv_tree(tmp_path: Path, text: str | bytes, used: mapping.Mapping = mapping.PLAIN) -> Tree:
    path = tmp_path / "items.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return tabular.read_csv(path, used)


def jsonl_tree(tmp_path: Path, text: str | bytes, used: mapping.Mapping = mapping.PLAIN) -> Tree:
    path = tmp_path / "items.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return tabular.read_jsonl(path, used)


def test_columns_become_fields_properties_and_links(tmp_path: Path) -> None:
    text = (
        "type,external_ref,name,description,properties.mass,note,links\r\n"
        'component,C-1,Mount,"Two\nlines",5 kg,,"part_of:A-1; satisfies:R-1"\r\n'
        "system,A-1,Arm,,,spare,\r\n"
    )
    tree = csv_tree(tmp_path, text)
    first, second = tree.items
    assert (first.ref, first.type, first.name, first.description) == ("C-1", "component", "Mount", "Two\nlines")
    assert first.properties == {"mass": "5 kg"}
    assert second.properties == {"note": "spare"}
    assert second.place.line == 4
    assert [(link.role, link.target) for link in tree.links] == [("part_of", "A-1"), ("satisfies", "R-1")]


def test_a_mapping_says_which_column_is_which(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(
        "tool: doors\nitems:\n  ref: ID\n  type: Object Type\n  name: [Heading, Short]\n  description: Text\n"
        "  active: In force\n  links: []\n  leave_out: [Row]\n  properties:\n    priority: Prio\n"
    )
    text = (
        "ID,Object Type,Heading,Short,Text,In force,Row,Prio,links\nR1,requirement,,Mass,Below 5 kg,no,17,high,plain\n"
    )
    tree = csv_tree(tmp_path, text, mapping.load(path))
    [found] = tree.items
    assert tree.tool == "doors"
    assert (found.ref, found.name, found.description, found.active) == ("R1", "Mass", "Below 5 kg", False)
    assert found.properties == {"priority": "high", "links": "plain"}
    assert tree.links == []


def test_a_bad_row_is_refused_with_its_line_and_the_rest_comes_in(tmp_path: Path) -> None:
    lines = [
        b'{"external_ref": "A", "type": "system", "name": "Arm"}',
        b'{"external_ref": "B", ',
        b'{"external_ref": "C", "name": "\xff"}',
        b"[1]",
        b'{"type": "system"}',
        b'{"external_ref": "D", "external_ref": "E"}',
        b"",
        b'{"external_ref": "F", "type": "system", "properties": {"mass": "1 kg"}, "links": ["part_of:A", 3, "x"]}',
    ]
    tree = jsonl_tree(tmp_path, b"\n".join(lines))
    assert [item.ref for item in tree.items] == ["A", "F"]
    assert tree.items[1].properties == {"mass": "1 kg"}
    refused = [(found.kind, found.place.line) for found in tree.refused()]
    assert refused == [("item", 2), ("item", 3), ("item", 4), ("item", 5), ("item", 6), ("link", 8), ("link", 8)]
    assert tree.read == {"item": 7, "link": 3}
    assert not tree.complete


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_spreadsheets_own_delimiter_is_understood(tmp_path: Path, delimiter: str) -> None:
    rows = [["external_ref", "type", "name"], ["A", "system", "Arm, left"]]
    tree = csv_tree(tmp_path, "\n".join(delimiter.join(row) for row in rows))
    assert [(item.ref, item.name) for item in tree.items] == [("A", "Arm, left")]


def test_rows_of_another_width_are_refused(tmp_path: Path) -> None:
    tree = csv_tree(tmp_path, "external_ref,type\nA,system\nB\nC,system,more\n")
    assert [item.ref for item in tree.items] == ["A"]
    assert [found.place.line for found in tree.refused()] == [3, 4]


def test_a_links_file_is_read_beside_the_items(tmp_path: Path) -> None:
    links = tmp_path / "links.csv"
    links.write_text("source,role,target\nA,part_of,B\n,part_of,B\n")
    items = tmp_path / "items.jsonl"
    items.write_text('{"external_ref": "A", "type": "system"}\n')
    tree = tabular.read_jsonl(items, mapping.PLAIN, links)
    assert [(link.source, link.role, link.target) for link in tree.links] == [("A", "part_of", "B")]
    assert [(found.rule, found.place.path, found.place.line) for found in tree.refused()] == [
        ("no_ends", "links.csv", 3)
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "a header row is expected"),
        (b"a,b,a\n1,2,3\n", "line 1: the column .a. stands twice"),
        (b"external_ref,type\nA,\xff\n", "line 2: byte 20"),
        (b'external_ref,type\nA,"system\n', "broken CSV"),
        (b"external_ref,type\n" + b"A," + b"x" * 1_100_000, "broken CSV"),
    ],
)
def test_a_csv_that_cannot_be_read_as_a_whole_stops_the_import(tmp_path: Path, text: bytes, words: str) -> None:
    with pytest.raises(InputFault, match=words):
        csv_tree(tmp_path, text)


def test_values_nested_without_end_are_refused(tmp_path: Path) -> None:
    deep: Any = '{"external_ref": "A", "type": "system", "x": ' + "[" * 5_000 + "]" * 5_000 + "}"
    tree = jsonl_tree(tmp_path, deep)
    assert next(found.rule for found in tree.refused()) in ("unreadable_row", "unreadable_value")
