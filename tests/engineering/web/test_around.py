"""An entity's page answers: what stands around it, behind it, hangs on it; and the further questions of its type."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from memories.choices import Role
from memories.services import capture
from tests import factories
from tests.engineering.queries.drawing import Drawing
from tests.engineering.web.test_map import drawn
from tests.engineering.web.test_questions import signed_in, words

SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def sheet(db: None) -> Drawing:
    """An empty drawing."""
    return Drawing()


@pytest.fixture
def reader(db: None) -> Client:
    """Somebody who may read everything."""
    return signed_in(factories.user(Role.READER, "ruth"))


def page(sheet: Drawing, name: str, rest: str = "neighbourhood/") -> str:
    """The address of something about an entity."""
    return f"/entities/{sheet.at[name].pk}/{rest}"


def test_one_step_is_drawn_and_the_second_on_demand(sheet: Drawing, reader: Client) -> None:
    sheet.draw("cell part_of sub1", "sub1 part_of sys1", "cell satisfies req1")
    assert drawn(reader, page(sheet, "cell")) == ["cell", "sub1", "req1"]
    assert "sys1" in drawn(reader, page(sheet, "cell", "neighbourhood/?depth=2"))
    assert "cell component satisfies req1 requirement active" in words(reader, page(sheet, "cell"))


def test_contains_is_drawn_as_part_of_from_the_part(sheet: Drawing, reader: Client) -> None:
    sheet.draw("sys1 contains cell")
    svg = reader.get(page(sheet, "cell")).content.decode()
    assert "<title>cell part of sys1</title>" in svg


def test_a_hub_is_drawn_in_part_and_says_so(sheet: Drawing, reader: Client) -> None:
    sheet.put("mat1")
    for number in range(70):
        factories.relationship(factories.entity(f"part {number:02}"), "uses_material", sheet.at["mat1"])
    assert len(drawn(reader, page(sheet, "mat1"))) == 60
    assert "Showing 60 of 71" in words(reader, page(sheet, "mat1"))


def test_what_is_alone_says_so_and_draws_nothing(sheet: Drawing, reader: Client) -> None:
    sheet.put("cell")
    assert drawn(reader, page(sheet, "cell")) == []
    assert "Nothing is linked to it yet" in words(reader, page(sheet, "cell"))


def test_a_dead_end_keeps_its_name_for_reviewers(sheet: Drawing, reader: Client) -> None:
    sheet.draw("cell depends_on spare")
    sheet.end("spare")
    reviewer = signed_in(factories.user(Role.REVIEWER, "rosa"))
    assert "spare" in drawn(reviewer, page(sheet, "cell"))
    assert drawn(reader, page(sheet, "cell")) == ["cell", "(invalid component)"]


@pytest.mark.parametrize("asked", ["?depth=3", "?depth=0", "?depth=x", "?nonsense=1"])
def test_what_a_neighbourhood_does_not_take_is_refused(sheet: Drawing, reader: Client, asked: str) -> None:
    sheet.put("cell")
    words(reader, page(sheet, "cell", f"neighbourhood/{asked}"), 400)


def test_the_chain_leads_from_a_claim_over_a_memory_to_what_was_said(sheet: Drawing) -> None:
    said = capture.capture({"prompt": "What did the chamber show?"}, actor=factories.agent())
    memory = factories.memory("The cell holds -20 °C.", active=True, source_interaction=str(said.pk))
    sheet.put("res1", source_refs=[f"memory:{memory.pk}"])
    sheet.draw("claim1 evidenced_by res1", "claim1 based_on_assumption asm1")
    reviewer = signed_in(factories.user(Role.REVIEWER, "rosa"))
    text = words(reviewer, page(sheet, "claim1", "queries/evidence/"))
    chain = "evidenced by res1 result made of The cell holds -20 °C. memory evidence said in What did the chamber show?"
    assert chain in text
    assert "based on assumption asm1 assumption assumption" in text
    assert chain in words(reviewer, page(sheet, "claim1", "part/evidence/"))


def test_where_the_chain_breaks_it_says_so(sheet: Drawing, reader: Client) -> None:
    sheet.draw("claim1 supports claim2", "claim2 evidenced_by res1")
    sheet.end("res1")
    text = words(reader, page(sheet, "claim2", "queries/evidence/"))
    assert "supported by claim1 validation claim unsupported" in text
    assert "evidenced by (invalid result) result invalid broken" in text


def test_impact_names_what_is_suspect_with_its_path(sheet: Drawing, reader: Client) -> None:
    sheet.draw("cell satisfies req1", "cell part_of sys1")
    text = words(reader, page(sheet, "req1", "part/impact/"))
    assert "req1 → cell → sys1" in text
    assert "Suspect 2" in text


def test_the_page_fetches_what_costs_and_offers_the_questions_of_its_type(sheet: Drawing, reader: Client) -> None:
    sheet.draw("claim1 evidenced_by res1", "cell part_of sys1")
    body = reader.get(page(sheet, "cell", "")).content.decode()
    for name in ("neighbourhood", "evidence", "impact"):
        assert f'hx-get="{page(sheet, "cell", f"part/{name}/")}"' in body
    assert "What is it part of?" in body
    assert "Which results validate it?" not in body
    assert "Which results validate it?" in reader.get(page(sheet, "claim1", "")).content.decode()


def test_a_question_that_is_opened_is_answered_without_the_frame_of_a_page(sheet: Drawing, reader: Client) -> None:
    sheet.draw("cell part_of sys1")
    answer = reader.get(page(sheet, "cell", "queries/ancestors/"), headers=SCRIPT).content.decode()
    assert "sys1" in answer
    assert "<html" not in answer


@pytest.mark.parametrize("part", ["neighbourhood", "evidence", "impact"])
def test_a_section_asks_the_same_number_of_queries_whatever_stands_around(
    sheet: Drawing, reader: Client, part: str
) -> None:
    sheet.draw("claim1 evidenced_by res1", "claim1 depends_on cell")
    address = page(sheet, "claim1", f"part/{part}/")
    reader.get(address, headers=SCRIPT)
    with CaptureQueriesContext(connection) as few:
        reader.get(address, headers=SCRIPT)
    for number in range(20):
        factories.relationship(sheet.at["claim1"], "evidenced_by", factories.entity(f"run {number}", "result"))
    with CaptureQueriesContext(connection) as many:
        answer = reader.get(address, headers=SCRIPT)
    assert len(many) <= len(few) + 1 <= 14
    assert not re.search(r"<html", answer.content.decode())


def test_a_long_list_of_what_is_touched_is_cut_on_the_entitys_page(sheet: Drawing, reader: Client) -> None:
    sheet.draw(*(f"c{place} depends_on c1" for place in range(20, 35)))
    section = f"/entities/{sheet.at['c1'].pk}/part/impact/"
    whole = f"/entities/{sheet.at['c1'].pk}/queries/impact/"
    page = reader.get(section).content.decode()
    assert page.count("<tr>") == 1 + 12
    assert f'<a href="{whole}">All 15</a>' in page
    assert reader.get(whole).content.decode().count("<tr>") == 1 + 15
