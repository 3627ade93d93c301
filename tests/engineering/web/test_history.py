"""The pages of a project's history: baselines, differences, changes since one's review, and records as they stood."""

import re

import pytest
from django.test import Client

from engineering.models import Entity
from memories.choices import Role
from memories.models import AuditEntry, Baseline, ReviewMark
from memories.services import baselines, edit
from tests import factories
from tests.engineering.queries.drawing import Drawing
from tests.memories.web.conftest import signed_in, words


@pytest.fixture
def told(db: None) -> Drawing:
    """PDR: c1 "5 kg" part of sys, req1. Since then c1 is "6 kg" and called mirror, req1 is invalid, c2 came."""
    sheet = Drawing()
    sheet.put("c1", properties={"mass": "5 kg"})
    sheet.draw("c1 part_of sys")
    sheet.put("req1")
    baselines.name_baseline(sheet.project, "PDR 1", actor=sheet.actor, note="preliminary design")
    edit.update(Entity.objects.get(name="c1"), {"name": "mirror", "properties": {"mass": "6 kg"}}, actor=sheet.actor)
    sheet.end("req1")
    sheet.put("c2")
    return sheet


@pytest.fixture
def reviewer(db: None) -> Client:
    return signed_in(factories.user(Role.REVIEWER, "rosa"))


@pytest.fixture
def reader(db: None) -> Client:
    return signed_in(factories.user(Role.READER, "ruth"))


def test_a_moment_is_named_and_the_name_stays(told: Drawing, reviewer: Client, reader: Client) -> None:
    address = "/projects/p04/baselines/"
    shown = words(reader.get(address).content)
    assert "PDR 1" in shown
    assert "preliminary design" in shown
    assert "Name it" not in shown
    made = reviewer.post(address, {"name": "CDR", "note": "critical design", "at": ""}, follow=True)
    assert "“CDR” names this moment." in words(made.content)
    assert Baseline.objects.get(name="CDR").created_by == "user:rosa"
    again = reviewer.post(address, {"name": "cdr", "note": "kept", "at": ""})
    assert again.status_code == 422
    assert 'value="kept"' in again.content.decode()
    assert "has a baseline “cdr” already" in words(again.content)
    assert reviewer.post(address, {"name": "now"}).status_code == 422
    assert reader.post(address, {"name": "X"}).status_code == 403


def test_two_moments_are_compared(told: Drawing, reader: Client) -> None:
    page = reader.get("/projects/p04/differences/?since=PDR+1")
    shown = words(page.content).replace("\u202f", " ").replace("\u2009", "")
    assert "1 added" in shown
    assert "1 changed" in shown
    assert "1 removed" in shown
    assert "mass 5 6 kg" in re.sub(r"\s+", " ", shown)
    assert f"/entities/{told.at['req1'].pk}/?as_of=PDR%201" in page.content.decode()
    only = words(reader.get("/projects/p04/differences/?since=PDR+1&change=added").content)
    assert "c2" in only
    assert "mirror" not in only
    assert "Nothing that was true differs" in words(reader.get("/projects/p04/differences/?since=now").content)
    for wrong in ("since=%00", "since=nothing", "since=2999-01-01", "change=lost", "offset=-1", "sinse=1"):
        assert reader.get(f"/projects/p04/differences/?{wrong}").status_code == 400, wrong
    newest = reader.get("/projects/p04/differences/")
    assert "PDR 1 →" in words(newest.content)


def test_ones_own_mark_is_moved_by_a_button(told: Drawing, reader: Client) -> None:
    first = reader.get("/projects/p04/changes/")
    assert "You have not reviewed this project yet" in words(first.content)
    seq = re.search(r'name="seq" value="(\d+)"', first.content.decode())
    assert seq is not None
    factories.entity("c3")
    after = reader.post("/projects/p04/changes/", {"seq": seq[1]}, follow=True)
    assert ReviewMark.objects.get(reviewer="user:ruth").seq == int(seq[1])
    assert "c3" in words(after.content)
    assert "c2" not in words(after.content)
    assert "c2" in words(reader.get("/projects/p04/changes/?show=all").content)
    newest = AuditEntry.objects.latest("seq").seq
    reader.post("/projects/p04/changes/", {"seq": newest})
    assert "Nothing changed since you last reviewed." in words(reader.get("/projects/p04/changes/").content)
    assert reader.post("/projects/p04/changes/", {"seq": "x"}).status_code == 400


def test_a_record_as_it_stood(told: Drawing, reviewer: Client) -> None:
    address = f"/entities/{told.at['c1'].pk}/"
    then = reviewer.get(f"{address}?as_of=PDR+1")
    shown = words(then.content)
    assert "As it stood on" in shown
    assert "the baseline PDR 1" in shown
    assert "Show it as it stands now" in shown
    assert "<h1>c1</h1>" in then.content.decode()
    assert "mirror" not in shown
    assert 'name="version"' not in then.content.decode(), "nothing is decided about the past"
    now = reviewer.get(address)
    assert "<h1>mirror</h1>" in now.content.decode()
    assert "As it stood on" not in words(now.content)
    created = AuditEntry.objects.filter(record_id=str(told.at["c1"].pk)).earliest("seq").seq
    assert f"{address}?as_of={created}" in now.content.decode()
    part = reviewer.get(f"{address}part/relationships/?as_of={created}")
    assert "No links yet." in words(part.content)
    assert reviewer.get(f"/entities/{told.at['c2'].pk}/?as_of=PDR+1").status_code == 404
    for wrong in ("2999-01-01", "nothing", "0", "%00"):
        assert reviewer.get(f"{address}?as_of={wrong}").status_code == 400


def test_a_list_as_it_stood(told: Drawing, reviewer: Client) -> None:
    shown = words(reviewer.get("/entities/?project=p04&as_of=PDR+1").content)
    assert "As it stood on" in shown
    assert "req1" in shown
    assert "mirror" not in shown
    assert reviewer.get("/entities/?project=p04&as_of=PDR+1&has_conflict=true").status_code == 400
    assert reviewer.get("/entities/?as_of=PDR+1").status_code == 400
    waiting = factories.entity("c9", active=False)
    then = reviewer.get("/memories/?project=p04&as_of=PDR+1").content.decode()
    assert ">1</span>" in then, "the frame counts what waits now"
    assert waiting.status == "candidate"


def test_who_may_not_read_a_project_sees_none_of_it(told: Drawing) -> None:
    stranger = signed_in(factories.user(Role.READER, "otto", on=factories.project("p05", ())))
    for path in ("baselines/", "differences/", "changes/"):
        assert stranger.get(f"/projects/p04/{path}").status_code == 404
    assert stranger.get(f"/entities/{told.at['c1'].pk}/?as_of=1").status_code == 404
