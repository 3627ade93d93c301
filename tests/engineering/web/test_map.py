"""The system map: drawing and list say the same, what is left out is said and one click away."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from engineering.web import system_map
from memories.choices import Role
from memories.models import AuditEntry
from tests import factories
from tests.engineering.queries.drawing import Drawing
from tests.engineering.web.test_questions import signed_in, words

MAP = "/projects/p04-gigabit/map/"


@pytest.fixture
def sheet(db: None) -> Drawing:
    """An empty drawing."""
    return Drawing()


@pytest.fixture
def reader(db: None) -> Client:
    """Somebody who may read everything."""
    return signed_in(factories.user(Role.READER, "ruth"))


def drawn(client: Client, address: str) -> list[str]:
    """The names in the boxes of the page's drawing."""
    page = client.get(address).content.decode()
    svg = re.search(r"<svg.*?</svg>", page, re.S)
    return re.findall(r'<a href="[^"]+" aria-label="([^",]+),', svg[0]) if svg else []


def test_drawing_and_list_hold_the_same_tree(sheet: Drawing, reader: Client) -> None:
    sheet.draw("sub1 part_of sys1", "sub2 part_of sys1", "c1 part_of sub1")
    assert sorted(drawn(reader, MAP)) == ["c1", "sub1", "sub2", "sys1"]
    said = words(reader, MAP)
    assert "sys1 system 2 parts of sys1 sub1 subsystem 1 part of sub1 c1 component sub2 subsystem" in said


def test_every_box_leads_to_its_entity(sheet: Drawing, reader: Client) -> None:
    sheet.draw("sub1 part_of sys1")
    assert (
        f'<a href="/entities/{sheet.at["sub1"].pk}/" aria-label="sub1, subsystem">' in reader.get(MAP).content.decode()
    )


def test_what_has_no_place_stands_apart_and_not_in_the_drawing(sheet: Drawing, reader: Client) -> None:
    sheet.draw("sub1 part_of sys1")
    sheet.put("if-loose")
    assert "if-loose" not in drawn(reader, MAP)
    assert "Without a place 1" in words(reader, MAP)


def test_a_large_map_says_what_it_leaves_out_and_leads_there(sheet: Drawing, reader: Client) -> None:
    sheet.put("sys1")
    for number in range(70):
        factories.relationship(factories.entity(f"part {number:02}"), "part_of", sheet.at["sys1"])
    assert len(drawn(reader, MAP)) == 60
    assert "Showing 60 of 71, the nearest first" in words(reader, MAP)
    under = f"{MAP}?under={sheet.at['sys1'].pk}"
    first = words(reader, under)
    assert "70 direct parts" in first
    assert "part 49" in first
    assert "part 50" not in first
    assert "part 69" in words(reader, f"{under}&offset=50")


def test_a_whole_whose_parts_are_not_all_shown_leads_to_them(
    sheet: Drawing, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_map, "WITHIN", 2)
    sheet.draw("sub1 part_of sys1", "c1 part_of sub1", "c2 part_of sub1", "c3 part_of sub1")
    page = reader.get(MAP).content.decode()
    assert f"?under={sheet.at['sub1'].pk}" in page
    assert "3 parts" in words(reader, MAP)


def test_an_empty_project_says_how_a_map_begins(sheet: Drawing, reader: Client) -> None:
    assert "No system is recorded yet" in words(reader, MAP)


def test_a_name_is_text_in_a_drawing(sheet: Drawing, reader: Client) -> None:
    factories.entity("<script>alert(1)</script>", "system")
    assert "<script>alert" not in reader.get(MAP).content.decode()


@pytest.mark.parametrize("asked", ["?nonsense=1", "?offset=x"])
def test_what_a_map_does_not_take_is_refused(sheet: Drawing, reader: Client, asked: str) -> None:
    words(reader, MAP + asked, 400)


def test_a_map_asks_the_same_number_of_queries_whatever_its_size(sheet: Drawing, reader: Client) -> None:
    sheet.draw("sub1 part_of sys1")
    reader.get(MAP)
    with CaptureQueriesContext(connection) as few:
        reader.get(MAP)
    for number in range(30):
        factories.relationship(factories.entity(f"part {number:02}"), "part_of", sheet.at["sub1"])
    with CaptureQueriesContext(connection) as many:
        reader.get(MAP)
    assert len(many) == len(few) <= 17


def test_the_map_is_drawn_as_it_stood_and_its_links_stay_there(sheet: Drawing, reader: Client) -> None:
    sheet.draw("sub1 part_of sys1", "c1 part_of sub1")
    moment = AuditEntry.objects.latest("seq").seq
    sheet.draw("sub2 part_of sys1")
    sheet.end("c1")
    assert sorted(drawn(reader, MAP)) == ["sub1", "sub2", "sys1"]
    assert sorted(drawn(reader, f"{MAP}?as_of={moment}")) == ["c1", "sub1", "sys1"]
    said = words(reader, f"{MAP}?as_of={moment}")
    assert "As it stood on" in said
    page = reader.get(f"{MAP}?as_of={moment}").content.decode()
    assert f'/entities/{sheet.at["c1"].pk}/?as_of={moment}"' in page
    assert reader.get(f"{MAP}?as_of=nonsense").status_code == 400


def test_the_overview_can_be_read_as_it_stood(sheet: Drawing, reader: Client) -> None:
    sheet.put("req1")
    moment = AuditEntry.objects.latest("seq").seq
    sheet.draw("c1 satisfies req1")
    overview = "/projects/p04-gigabit/overview/"
    assert "1 of 1 requirements satisfied" in words(reader, overview)
    then = words(reader, f"{overview}?as_of={moment}")
    assert "0 of 1 requirements satisfied" in then
    assert "As it stood on" in then
