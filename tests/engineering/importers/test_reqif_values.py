"""Values of ReqIF as other tools write them: none is lost or made up, and what cannot be read is said in words."""

import time
import zipfile
from pathlib import Path

import pytest

from engineering.importers import mapping, reqif
from engineering.importers.records import ForeignItem, Tree
from memories.findings import InputFault
from tests.engineering.importers.test_reqif import FIRST, REQIF, place, read, source, text, thing, value


def saved(path: Path, written: str) -> Path:
    path.write_text(written)
    return path


def first_of(tmp_path: Path, values: str, rules: str = "", types: tuple[str, str] = ("", "")) -> ForeignItem:
    path = saved(tmp_path / "x.reqif", source(thing("R-1", values)).replace(*types))
    tree = reqif.read(path, mapping.load(saved(tmp_path / "map.yaml", rules))) if rules else read(path)
    assert list(tree.refused()) == []
    return next(item for item in tree.items if item.ref == "R-1")


@pytest.mark.parametrize(
    ("kind", "written", "active"),
    [("BOOLEAN", "false", False), ("BOOLEAN", "true", True), ("INTEGER", "0", False), ("STRING", "off", False)],
)
def test_what_is_switched_off_is_not_active(tmp_path: Path, kind: str, written: str, active: bool) -> None:
    assert first_of(tmp_path, value(kind, "a-b", written), "items: {active: Safety}\n").active is active


def test_two_attributes_of_one_name_keep_both_values(tmp_path: Path) -> None:
    twin = '<ATTRIBUTE-DEFINITION-STRING IDENTIFIER="a-m" LONG-NAME="Agreed"/></SPEC-ATTRIBUTES></SPEC-OBJECT-TYPE>'
    types = ("</SPEC-ATTRIBUTES></SPEC-OBJECT-TYPE>", twin)
    agreed = value("DATE", "a-d", "2026")
    both = first_of(tmp_path, agreed + value("STRING", "a-m", "by all"), types=types).properties
    assert (both["Agreed"], both["Agreed (2)"]) == ("2026", "by all")
    one = first_of(tmp_path, agreed + value("STRING", "a-m", ""), types=types).properties
    assert (one["Agreed"], "Agreed (2)" in one) == ("2026", False)


def test_an_attribute_that_is_called_as_one_of_ours_stays(tmp_path: Path) -> None:
    found = first_of(
        tmp_path, value("STRING", "a-d", "ISO 10110"), types=('LONG-NAME="Agreed"', 'LONG-NAME="document"')
    )
    assert (found.properties["document"], found.properties["document (2)"]) == ("S-1", "ISO 10110")


@pytest.mark.parametrize(
    ("kind", "written", "says"),
    [
        ("INTEGER", "1_000", "Agreed: '1_000' is no integer"),
        ("INTEGER", "000000000000000000001x", "is no integer"),
        ("REAL", "1_0.5", "Agreed: '1_0.5' is no number"),
        ("REAL", "much", "Agreed: 'much' is no number"),
    ],
)
def test_what_is_no_number_is_said_in_words(tmp_path: Path, kind: str, written: str, says: str) -> None:
    tree = read(saved(tmp_path / "x.reqif", source(thing("R-1", value(kind, "a-d", written)))))
    assert [says in found.reason for found in tree.refused()] == [True]


@pytest.mark.parametrize(
    ("kind", "written", "found"),
    [("INTEGER", "-12", -12), ("REAL", ".5", 0.5), ("REAL", "6.0e3", 6000.0), ("REAL", "INF", "INF")],
)
def test_numbers_are_taken_as_xml_writes_them(tmp_path: Path, kind: str, written: str, found: float | str) -> None:
    assert first_of(tmp_path, value(kind, "a-d", written)).properties["Agreed"] == found


def test_a_value_that_says_nothing_is_none_and_leaves_the_default(tmp_path: Path) -> None:
    found = first_of(tmp_path, value("BOOLEAN", "a-b", "") + value("INTEGER", "a-d", " ")).properties
    assert found["Safety"] is False
    assert "Agreed" not in found


def test_a_default_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.reqif", source().replace('THE-VALUE="false"', 'THE-VALUE="perhaps"'))
    with pytest.raises(InputFault, match="Safety: 'perhaps' is neither true nor false"):
        read(path)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<x:p>Above\n   80 Hz of\n   load.</x:p>", "Above 80 Hz of load."),
        ("<x:p>One<x:br/>two</x:p>", "One\ntwo"),
        ("<x:p>a</x:p><x:pre>x   1\n\ny  2</x:pre>", "a\n\nx   1\n\ny  2"),
        ("<x:p>Torque <x:b>12</x:b> <x:i>N m</x:i>,\ndry.</x:p>", "Torque 12 N m, dry."),
        ("<x:ul>\n <x:li>one</x:li>\n <x:li>two</x:li>\n</x:ul>", "- one\n- two"),
    ],
)
def test_a_formatted_text_is_wrapped_where_it_says_so_and_not_where_its_source_is(
    tmp_path: Path, body: str, said: str
) -> None:
    assert first_of(tmp_path, text(body)).description == said


def test_many_blanks_are_read_in_a_moment(tmp_path: Path) -> None:
    body = "<x:p>a" + "<x:b/> " * 100_000 + "</x:p>"
    path, begun = saved(tmp_path / "x.reqif", source(thing("R-1", text(body)))), time.process_time()
    read(path)
    assert time.process_time() - begun < 20  # it took minutes, for it grew with the square


def test_an_object_stands_where_it_stands_first(tmp_path: Path) -> None:
    twice = place("H-1", place("R-1")) + place("R-2", place("R-1"))
    path = saved(tmp_path / "x.reqif", source().replace(place("H-1", place("R-1") + place("R-2")), twice))
    found = {item.ref: item.properties for item in read(path).items}
    assert [found[ref]["position"] for ref in ("H-1", "R-1", "R-2")] == ["1", "1.1", "2"]


def archive(path: Path, **files: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


def renamed(tmp_path: Path) -> Tree:
    """Two files of an archive; what one of them refers to stands in the other, and a mapping says what it is called."""
    named = thing("T-1", value("STRING", "a-n", "K1"))
    other = f"""<REQ-IF xmlns="{REQIF}"><CORE-CONTENT><REQ-IF-CONTENT><SPEC-OBJECTS>{named}</SPEC-OBJECTS>
    </REQ-IF-CONTENT></CORE-CONTENT></REQ-IF>"""
    # the other file declares nothing: its attribute is known by its identifier alone
    path = archive(tmp_path / "x.reqifz", **{"a.reqif": source(relation="T-1"), "b.reqif": other})
    return reqif.read(path, mapping.load(saved(tmp_path / "map.yaml", "items: {ref: [ReqIF.Name, a-n]}\n")))


def test_a_link_finds_what_stands_in_another_file_of_the_archive(tmp_path: Path) -> None:
    assert ("R-2", "K1") in {(link.source, link.target) for link in renamed(tmp_path).links}


def test_what_is_refused_under_another_name_lets_nothing_vanish(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.reqif", source(thing("R-1", value("BOOLEAN", "a-b", "perhaps"))))
    rules = mapping.load(saved(tmp_path / "map.yaml", "items: {ref: ReqIF.Name}\n"))
    assert reqif.read(path, rules).complete is False
    assert read(path).complete is True


def test_an_archive_made_on_windows_is_read_and_a_damaged_one_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "x.reqifz", **{"files\\pic.png": "-", "p04 12:30.reqif": source()})
    assert {item.ref for item in read(path).items} >= {"R-1", "R-2"}
    data = bytearray(archive(path, **{"x.reqif": source()}).read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(data)
    with pytest.raises(InputFault, match="archive cannot be read"):
        read(path)


OWN_TYPE = (
    '<SPEC-OBJECT-TYPE IDENTIFIER="t-r" LONG-NAME="System Requirement">',
    '<SPEC-OBJECT-TYPE IDENTIFIER="t-r" LONG-NAME="System Requirement" DESC="AtoCore:requirement">',
)


def test_what_another_tool_added_to_our_types_comes_in(tmp_path: Path) -> None:
    found = first_of(tmp_path, value("STRING", "a-n", "First mode"), types=OWN_TYPE)
    assert found.properties["ReqIF.Name"] == "First mode"


def test_a_mark_of_json_on_a_number_refuses_its_object_alone(tmp_path: Path) -> None:
    marked = 'IDENTIFIER="a-d" DESC="AtoCore:json"'
    written = source(thing("R-1", value("INTEGER", "a-d", "5"))).replace(*OWN_TYPE)
    tree = read(saved(tmp_path / "x.reqif", written.replace('IDENTIFIER="a-d"', marked)))
    assert [found.reason for found in tree.refused()] == ["Agreed: it is no text that holds JSON"]
    assert tree.complete is False


def test_an_object_of_ours_without_an_identifier_is_refused(tmp_path: Path) -> None:
    written = source(FIRST.replace(' IDENTIFIER="R-1"', "")).replace(*OWN_TYPE)
    assert [found.rule for found in read(saved(tmp_path / "x.reqif", written)).refused()] == ["no_ref"]
