"""ReqIF files: what comes in, how it comes in again, and what is not taken."""

import json
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from engineering.importers import mapping, reqif
from engineering.importers.records import Tree
from engineering.models import Entity, Relationship
from memories.actors import Actor
from memories.findings import InputFault
from memories.services import projects

REQIF = "http://www.omg.org/spec/ReqIF/20110401/reqif.xsd"
XHTML = "http://www.w3.org/1999/xhtml"
TYPES = """
<DATATYPES><DATATYPE-DEFINITION-ENUMERATION IDENTIFIER="d-e"><SPECIFIED-VALUES>
 <ENUM-VALUE IDENTIFIER="e-1" LONG-NAME="must"/><ENUM-VALUE IDENTIFIER="e-2" LONG-NAME="may"/>
</SPECIFIED-VALUES></DATATYPE-DEFINITION-ENUMERATION></DATATYPES>
<SPEC-TYPES>
 <SPEC-OBJECT-TYPE IDENTIFIER="t-r" LONG-NAME="System Requirement"><SPEC-ATTRIBUTES>
  <ATTRIBUTE-DEFINITION-XHTML IDENTIFIER="a-t" LONG-NAME="ReqIF.Text"/>
  <ATTRIBUTE-DEFINITION-STRING IDENTIFIER="a-n" LONG-NAME="ReqIF.Name"/>
  <ATTRIBUTE-DEFINITION-STRING IDENTIFIER="a-c" LONG-NAME="ReqIF.ChapterName"/>
  <ATTRIBUTE-DEFINITION-ENUMERATION IDENTIFIER="a-e" LONG-NAME="Strength"/>
  <ATTRIBUTE-DEFINITION-DATE IDENTIFIER="a-d" LONG-NAME="Agreed"/>
  <ATTRIBUTE-DEFINITION-BOOLEAN IDENTIFIER="a-b" LONG-NAME="Safety"><DEFAULT-VALUE>
   <ATTRIBUTE-VALUE-BOOLEAN THE-VALUE="false"/></DEFAULT-VALUE></ATTRIBUTE-DEFINITION-BOOLEAN>
 </SPEC-ATTRIBUTES></SPEC-OBJECT-TYPE>
 <SPEC-RELATION-TYPE IDENTIFIER="t-l" LONG-NAME="Parent"/>
</SPEC-TYPES>"""


def value(kind: str, definition: str, written: str) -> str:
    return (
        f'<ATTRIBUTE-VALUE-{kind} THE-VALUE="{written}"><DEFINITION><REF>{definition}</REF></DEFINITION>'
        f"</ATTRIBUTE-VALUE-{kind}>"
    )


def text(body: str) -> str:
    return (
        f'<ATTRIBUTE-VALUE-XHTML><THE-VALUE><x:div xmlns:x="{XHTML}">{body}</x:div></THE-VALUE>'
        "<DEFINITION><REF>a-t</REF></DEFINITION></ATTRIBUTE-VALUE-XHTML>"
    )


def thing(ref: str, values: str) -> str:
    return f'<SPEC-OBJECT IDENTIFIER="{ref}"><TYPE><R>t-r</R></TYPE><VALUES>{values}</VALUES></SPEC-OBJECT>'


def place(ref: str, below: str = "") -> str:
    return f"<SPEC-HIERARCHY><OBJECT><R>{ref}</R></OBJECT><CHILDREN>{below}</CHILDREN></SPEC-HIERARCHY>"


STRONG = (
    "<ATTRIBUTE-VALUE-ENUMERATION><VALUES><R>e-1</R></VALUES><DEFINITION><R>a-e</R></DEFINITION>"
    "</ATTRIBUTE-VALUE-ENUMERATION>"
)
FIRST = thing(
    "R-1",
    text("<x:p>Above <x:b>80</x:b> Hz.</x:p><x:script>alert(1)</x:script><x:ul><x:li>loaded</x:li></x:ul>")
    + value("STRING", "a-n", "First mode")
    + value("DATE", "a-d", "2026-03-01T00:00:00Z")
    + STRONG,
)


def source(first: str = FIRST, ahead: str = "", relation: str = "R-1") -> str:
    objects = thing("H-1", value("STRING", "a-c", "Stiffness")) + first + thing("R-2", text("Bolts are M6."))
    return f"""{ahead}<REQ-IF xmlns="{REQIF}"><CORE-CONTENT><REQ-IF-CONTENT>{TYPES}
<SPEC-OBJECTS>{objects}</SPEC-OBJECTS>
<SPEC-RELATIONS><SPEC-RELATION IDENTIFIER="L-1"><TYPE><R>t-l</R></TYPE><SOURCE><R>R-2</R></SOURCE>
<TARGET><R>{relation}</R></TARGET></SPEC-RELATION></SPEC-RELATIONS>
<SPECIFICATIONS><SPECIFICATION IDENTIFIER="S-1" LONG-NAME="Mount"><CHILDREN>{place("H-1", place("R-1") + place("R-2"))}
</CHILDREN></SPECIFICATION></SPECIFICATIONS></REQ-IF-CONTENT></CORE-CONTENT></REQ-IF>"""


def read(path: Path) -> Tree:
    return reqif.read(path, mapping.shipped("reqif"))


def test_objects_come_with_text_choices_dates_defaults_and_their_place(tmp_path: Path) -> None:
    path = tmp_path / "mount.reqif"
    path.write_text(source())
    tree = read(path)
    items = {item.ref: item for item in tree.items}
    assert (items["S-1"].type, items["S-1"].name) == ("document", "Mount")
    assert (items["H-1"].type, items["H-1"].name) == ("heading", "Stiffness")
    found = items["R-1"]
    assert (found.type, found.name) == ("System Requirement", "First mode")
    assert found.description == "Above 80 Hz.\n\n- loaded"
    assert found.properties == {
        "Safety": False,
        "Strength": "must",
        "Agreed": "2026-03-01T00:00:00Z",
        "document": "S-1",
        "position": "1.1",
    }
    assert found.place.line > 1
    assert {(link.source, link.role, link.target) for link in tree.links} == {
        ("H-1", "document", "S-1"),
        ("R-1", "child", "H-1"),
        ("R-2", "child", "H-1"),
        ("R-2", "Parent", "R-1"),
    }


def test_a_mapping_file_says_which_attribute_is_the_id(tmp_path: Path) -> None:
    path, rules = tmp_path / "mount.reqif", tmp_path / "map.yaml"
    path.write_text(source())
    rules.write_text("items: {ref: ReqIF.Name, type: [], properties: {priority: Strength}, leave_out: Agreed}\n")
    found = next(item for item in reqif.read(path, mapping.load(rules)).items if item.ref == "First mode")
    assert found.properties["priority"] == "must"
    assert found.properties["reqif_id"] == "R-1"
    assert "Agreed" not in found.properties


@pytest.mark.django_db
def test_what_came_in_once_is_found_again(tmp_path: Path) -> None:
    projects.register("p04", actor=Actor.system("import"))
    path = tmp_path / "mount.reqifz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mount.reqif", source())
        archive.writestr("files/picture.png", b"-")

    def run(*more: str) -> dict[str, Any]:
        out = StringIO()
        call_command("import_requirements", "reqif", str(path), "--project", "p04", "--json", *more, stdout=out)
        found: dict[str, Any] = json.loads(out.getvalue())
        return found

    assert run()["created"] == 8
    requirement = Entity.objects.get(external_ref="R-1")
    assert (requirement.entity_type, requirement.status) == ("requirement", "candidate")
    assert requirement.properties["statement"] == "Above 80 Hz.\n\n- loaded"
    joined = Relationship.objects.get(source_entity__external_ref="R-2", target_entity__external_ref="R-1")
    assert (joined.relationship_type, joined.origin_role) == ("derived_from", "Parent")
    assert run()["unchanged"] == 8
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mount.reqif", source(thing("R-1", text("Above 90 Hz."))))
    assert run()["changed"] == 1
    requirement.refresh_from_db()
    assert requirement.properties["statement"] == "Above 90 Hz."


def test_a_value_that_cannot_be_read_refuses_its_object_alone(tmp_path: Path) -> None:
    path = tmp_path / "mount.reqif"
    path.write_text(source(thing("R-1", value("BOOLEAN", "a-b", "perhaps"))))
    tree = read(path)
    assert [(found.ref, found.rule) for found in tree.refused()] == [("R-1", "unreadable_value")]
    assert {item.ref for item in tree.items} == {"S-1", "H-1", "R-2"}
    assert tree.present == {"R-1"}


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (source(ahead=BOMB), "document type"),
        (source(ahead='<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "document type"),
        (source(ahead='<!DOCTYPE b SYSTEM "http://127.0.0.1:9/b.dtd">'), "document type"),
        ("<REQ-IF>", "broken XML"),
        ("<html/>", "not REQ-IF"),
        ("<REQ-IF/>", "no REQ-IF-CONTENT"),
        ("", "broken XML"),
        ("<REQ-IF>" + "<a>" * 5_000 + "</a>" * 5_000 + "</REQ-IF>", "broken XML"),
    ],
)
def test_a_file_that_is_no_plain_reqif_is_refused_whole(tmp_path: Path, written: str, says: str) -> None:
    path = tmp_path / "x.reqif"
    path.write_text(written)
    with pytest.raises(InputFault, match=says):
        read(path)


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"../x.reqif": "-"}, "out of the archive"),
        ({"/x.reqif": "-"}, "out of the archive"),
        ({"a\\..\\x.reqif": "-"}, "out of the archive"),
        ({"x.txt": "-"}, "no .reqif file"),
        ({f"{number}.reqif": "-" for number in range(2_001)}, "2,000 entries"),
        ({"x.reqif": " " * 20_000_000}, "250 times"),
        ({f"{number}.reqif": source() + " " * 40_000_000 for number in range(2)}, "times|64 MB"),
    ],
)
def test_an_archive_that_breaks_a_bound_is_refused_whole(tmp_path: Path, entries: dict[str, str], says: str) -> None:
    path = tmp_path / "x.reqifz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    with pytest.raises(InputFault, match=says):
        read(path)


def test_an_archive_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.reqifz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.reqif", source())
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(data)
    with pytest.raises(InputFault, match="archive cannot be read"):
        read(path)
