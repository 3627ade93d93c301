"""Doorstop trees as the reader finds them."""

import base64
import hashlib
from pathlib import Path

import pytest

from engineering.importers import doorstop
from engineering.importers.records import Tree
from memories.findings import InputFault
from tests.engineering.importers.builders import doorstop_tree, item

MARKDOWN = """---
active: true
level: 2.3
links:
- REQ001: old-stamp
normative: true
---

# Focus travel

The focus stage shall travel 12 mm.

## Not the header
"""


def stamp(uid: str, text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(f"{uid}{text}".encode()).digest()).decode()


def refs(tree: Tree) -> set[str]:
    return {found.ref for found in tree.items}


def test_items_headings_and_documents_have_their_own_types(tmp_path: Path) -> None:
    heading = item("Optics", level="2.0", normative="false").replace("level: 1.1\n", "")
    note = item("A remark.", normative="false")
    tree = doorstop.read(
        doorstop_tree(tmp_path, {"REQ001.yml": item("Mass."), "REQ002.yml": heading, "REQ003.yml": note})
    )
    types = {found.ref: found.type for found in tree.items}
    assert types == {"REQ": "document", "REQ001": "item", "REQ002": "heading", "REQ003": "text"}
    assert {(link.source, link.target) for link in tree.links if link.role == "document"} == {
        ("REQ001", "REQ"),
        ("REQ002", "REQ"),
        ("REQ003", "REQ"),
    }


def test_a_markdown_item_gives_header_text_and_links(tmp_path: Path) -> None:
    config = "settings:\n  prefix: SYS\n  itemformat: markdown\n"
    tree = doorstop.read(doorstop_tree(tmp_path, {"SYS-focus.md": MARKDOWN, "README.md": "# no item"}, config=config))
    [found] = [each for each in tree.items if each.type == "item"]
    assert (found.ref, found.name) == ("SYS-focus", "Focus travel")
    assert found.description == "The focus stage shall travel 12 mm.\n\n## Not the header"
    assert found.properties["level"] == "2.3"
    assert [(link.target, link.stamp) for link in tree.links if link.role == "parent"] == [("REQ001", "old-stamp")]
    assert [note.rule for note in tree.findings] == ["no_item"]


def test_a_stored_fingerprint_is_kept_and_compared(tmp_path: Path) -> None:
    fresh, stale = stamp("REQ001", "Mass below 5 kg."), "c3RhbGU="
    tree = doorstop.read(
        doorstop_tree(
            tmp_path,
            {
                "REQ001.yml": item("Mass below 5 kg."),
                "REQ002.yml": item("Arm.", f"[{{REQ001: {fresh}}}]"),
                "REQ003.yml": item("Foot.", f"[{{REQ1: {stale}}}]"),
                "REQ004.yml": item("Bolt.", "[REQ001]"),
            },
        )
    )
    found = {link.source: (link.target, link.stamp, link.suspect) for link in tree.links if link.role == "parent"}
    assert found == {
        "REQ002": ("REQ001", fresh, False),
        "REQ003": ("REQ001", stale, True),
        "REQ004": ("REQ001", "", None),
    }


def test_an_unreadable_item_is_refused_and_the_others_come_in(tmp_path: Path) -> None:
    root = doorstop_tree(tmp_path, {"REQ001.yml": item("Mass."), "REQ002.yml": "text: [\n", "REQ003.yml": item("x")})
    (root / "REQ003.yml").write_bytes(b"text: \xff\n")
    tree = doorstop.read(root)
    assert refs(tree) == {"REQ", "REQ001"}
    assert tree.present == {"REQ002", "REQ003"}
    assert tree.read["item"] == 4
    assert [(found.ref, found.place.line) for found in tree.refused()] == [("REQ002", 1), ("REQ003", 1)]


def test_a_link_that_is_none_is_refused_with_its_item(tmp_path: Path) -> None:
    tree = doorstop.read(doorstop_tree(tmp_path, {"REQ001.yml": item("Mass.", "[17, {a: 1, b: 2}]")}))
    assert [found.rule for found in tree.refused()] == ["unreadable_link", "unreadable_link"]
    assert tree.read["link"] == 3


def test_links_out_of_the_folder_and_loops_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yml"
    outside.write_text(item("Secret."))
    root = doorstop_tree(tmp_path / "tree", {"REQ001.yml": item("Mass.")})
    (root / "REQ002.yml").symlink_to(outside)
    (root / "REQ003.yml").symlink_to(root / "REQ003.yml")
    (root / "again").symlink_to(root)
    tree = doorstop.read(root)
    assert refs(tree) == {"REQ", "REQ001"}
    assert sorted(found.ref for found in tree.refused()) == ["REQ002", "REQ003"]
    assert [found.place.path for found in tree.findings if found.rule == "linked_folder"] == ["again"]


def test_documents_inside_documents_keep_their_items_apart(tmp_path: Path) -> None:
    doorstop_tree(tmp_path, {"REQ001.yml": item("Mass.")})
    doorstop_tree(tmp_path / "low", {"LOW001.yml": item("Bolt.", "[REQ001]")}, prefix="LOW")
    tree = doorstop.read(tmp_path)
    assert refs(tree) == {"REQ", "REQ001", "LOW", "LOW001"}
    assert ("LOW001", "LOW") in {(link.source, link.target) for link in tree.links if link.role == "document"}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ("settings: {}\n", "settings.prefix is missing"),
        ("settings:\n  prefix: [\n", "line 2: broken YAML"),
        ("settings:\n  prefix: A\n  itemformat: word\n", "known: yaml, markdown"),
        ("settings: 3\n", "settings: a mapping is expected"),
    ],
)
def test_a_broken_configuration_stops_the_import(tmp_path: Path, config: str, words: str) -> None:
    with pytest.raises(InputFault, match=words):
        doorstop.read(doorstop_tree(tmp_path, {}, config=config))


def test_a_folder_without_documents_is_no_doorstop_project(tmp_path: Path) -> None:
    with pytest.raises(InputFault, match="no Doorstop document"):
        doorstop.read(tmp_path)
    with pytest.raises(InputFault, match="no such folder"):
        doorstop.read(tmp_path / "none")
