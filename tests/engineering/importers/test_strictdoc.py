"""StrictDoc files as the reader finds them."""

from pathlib import Path

import pytest

from engineering.importers import strictdoc
from memories.findings import InputFault
from tests.engineering.importers.builders import sdoc

BODY = """[TEXT]
STATEMENT: >>>
What the mount is for. See [LINK: M-1].
<<<

[[SECTION]]
TITLE: Stiffness

[REQUIREMENT]
MID: 0a1b
UID: M-1
STATUS: Draft
TITLE: First mode
STATEMENT: >>>
The first mode shall lie above 80 Hz.

- loaded
- unloaded
<<<
RATIONALE: Wind.
COMMENT: One.
COMMENT: Two: with a colon.

[REQUIREMENT]
UID: M-2
TITLE: Bolts
STATEMENT: Bolts shall be M6.
RELATIONS:
- TYPE: Parent
  VALUE: M-1
  ROLE: Refines
- TYPE: File
  FORMAT: Sourcecode
  VALUE: cad/bolt.step
- TYPE: Child
  VALUE: M-9

[[/SECTION]]
"""


def test_requirements_come_with_their_fields_sections_and_lines(tmp_path: Path) -> None:
    (tmp_path / "mount.sdoc").write_text(sdoc(BODY))
    tree = strictdoc.read(tmp_path)
    first = next(found for found in tree.items if found.ref == "M-1")
    assert first.name == "First mode"
    assert first.description == "The first mode shall lie above 80 Hz.\n\n- loaded\n- unloaded"
    assert first.properties == {
        "tool_status": "Draft",
        "justification": "Wind.",
        "comment": "One.\n\nTwo: with a colon.",
        "document": "mount.sdoc",
        "mid": "0a1b",
        "section": "Stiffness",
    }
    assert first.place.line == 12
    document = next(found for found in tree.items if found.type == "document")
    assert (document.name, document.description) == ("Mount", "What the mount is for. See [LINK: M-1].")


def test_relations_keep_their_type_and_files_become_items(tmp_path: Path) -> None:
    path = tmp_path / "mount.sdoc"
    path.write_text(sdoc(BODY))
    tree = strictdoc.read(path)
    found = {(link.source, link.role, link.target) for link in tree.links if link.role != "document"}
    assert found == {("M-2", "Parent", "M-1"), ("M-2", "File", "cad/bolt.step"), ("M-2", "Child", "M-9")}
    assert [item.ref for item in tree.items if item.type == "file"] == ["cad/bolt.step"]


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "mount.sdoc"
    path.write_bytes(b"\xef\xbb\xbf" + sdoc(BODY).replace("\n", "\r\n").encode())
    first = next(found for found in strictdoc.read(path).items if found.ref == "M-1")
    assert first.description.splitlines()[0] == "The first mode shall lie above 80 Hz."


def test_a_requirement_without_uid_is_known_by_its_mid_or_title(tmp_path: Path) -> None:
    path = tmp_path / "mount.sdoc"
    path.write_text(sdoc("[REQUIREMENT]\nMID: 77\nTITLE: A\n\n[REQUIREMENT]\nTITLE: B\n"))
    tree = strictdoc.read(path)
    assert {found.ref for found in tree.items} == {"mount.sdoc", "77", "mount.sdoc#B"}
    assert [found.rule for found in tree.findings] == ["no_uid"]


def test_a_file_that_the_grammar_refuses_stops_the_import_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "good.sdoc").write_text(sdoc(BODY))
    (tmp_path / "torn.sdoc").write_text(sdoc("[REQUIREMENT]\nTITLE no colon\n"))
    with pytest.raises(InputFault, match=r"torn\.sdoc, line 5: StrictDoc's grammar"):
        strictdoc.read(tmp_path)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFault, match=r"no \.sdoc file"):
        strictdoc.read(tmp_path)
