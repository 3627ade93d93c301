"""Naming moments, comparing two, and what one has not reviewed: a drawn history with the answers beside it."""

import csv
from datetime import timedelta
from io import StringIO

import pytest

from engineering.models import Entity
from engineering.queries.baselines import differences
from engineering.queries.changes import unreviewed
from engineering.queries.envelope import Answer, Limits
from engineering.queries.tables import as_csv
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Duplicate, Forbidden, Invalid, StrayWrite
from memories.models import AuditEntry, Baseline, Memory
from memories.queries.moments import looking_back, moment_of
from memories.services import baselines, edit, lifecycle
from tests import factories
from tests.engineering.queries.drawing import Drawing, groups, named


@pytest.fixture
def told(sheet: Drawing) -> Drawing:
    """
    PDR      sys; c1 part of sys; req1 "5 kg"; memory m
    then     c2 part of sys; req1 renamed, mass 5 kg -> 6 kg, level gone; c1 invalid; m invalid; c9 only proposed;
             c3 came and went
    CDR
    """
    sheet.put("req1", properties={"mass": "5 kg", "level": "L1", "same": 1})
    sheet.draw("c1 part_of sys")
    memory = factories.memory("The mirror is heavy.", active=True)
    baselines.name_baseline(sheet.project, "PDR", actor=sheet.actor, note="design review")
    sheet.draw("c2 part_of sys")
    change(sheet, "req1", name="req1 new", properties={"mass": "6 kg", "same": 1, "sort": "a"})
    sheet.end("c1")
    lifecycle.invalidate(memory, actor=sheet.actor)
    sheet.put("c9", active=False)
    sheet.put("c3")
    sheet.end("c3")
    baselines.name_baseline(sheet.project, "CDR", actor=sheet.actor)
    change(sheet, "sys", description="after both")
    return sheet


def change(sheet: Drawing, which: str, **fields: object) -> None:
    edit.update(Entity.objects.get(pk=sheet.at[which].pk), dict(fields), actor=sheet.actor)


def fields(answer: Answer, name: str) -> dict[str, tuple[object, object]]:
    """What changed of one record."""
    return {one["field"]: (one["old"], one["new"]) for one in named(answer, name).data["changes"]}


def test_two_baselines_are_compared(told: Drawing) -> None:
    answer = told.about_project(differences, since="PDR", until="cdr")
    assert groups(answer) == {
        "added": ["c2", "c2 part of sys"],
        "changed": ["req1 new"],
        "removed": ["c1", "The mirror is heavy."],
    }
    assert fields(answer, "req1 new") == {
        "name": ("req1", "req1 new"),
        "properties.mass": ("5 kg", "6 kg"),
        "properties.level": ("L1", None),
        "properties.sort": (None, "a"),
    }
    assert answer.counts == {
        "added": 2,
        "changed": 1,
        "removed": 2,
        "entity.added": 1,
        "entity.changed": 1,
        "entity.removed": 1,
        "memory.removed": 1,
        "relationship.added": 1,
        "pending": 0,
    }
    assert (answer.params["since"]["name"], answer.params["until"]["name"]) == ("PDR", "CDR")
    link = named(answer, "c2 part of sys")
    assert (link.type, link.data["source_entity"]) == ("part_of", str(told.at["c2"].pk))
    assert named(answer, "c1").status == "invalid"


def test_the_other_way_round_and_up_to_now(told: Drawing) -> None:
    back = told.about_project(differences, since="CDR", until="PDR")
    assert groups(back)["added"] == ["c1", "The mirror is heavy."]
    assert fields(back, "req1")["properties.mass"] == ("6 kg", "5 kg")
    newest = told.about_project(differences)
    assert groups(newest) == {"changed": ["sys"]}
    assert fields(newest, "sys") == {"description": ("", "after both")}
    assert told.about_project(differences, since="now").items == []
    assert told.about_project(differences, since="PDR", until="PDR").items == []


def test_a_list_is_narrowed_and_paged_while_counts_stay_whole(told: Drawing) -> None:
    answer = told.about_project(differences, since="PDR", until="CDR", change="added", kind="relationship")
    assert [one.name for one in answer.items] == ["c2 part of sys"]
    assert answer.counts["removed"] == 2
    first = told.about_project(differences, since="PDR", until="CDR", limits=Limits(nodes=2))
    assert (len(first.items), first.truncated, first.next) == (2, True, 2)
    rows = list(csv.DictReader(StringIO(as_csv(told.about_project(differences, since="PDR", until="CDR")))))
    assert [(row["change"], row["field"], row["old"], row["new"]) for row in rows if row["name"] == "req1 new"] == [
        ("changed", "name", "req1", "req1 new"),
        ("changed", "properties.level", "L1", ""),
        ("changed", "properties.mass", "5 kg", "6 kg"),
        ("changed", "properties.sort", "", "a"),
    ]


def test_a_record_that_moved_away_was_removed(sheet: Drawing) -> None:
    """Where it went is not told, and a link into a project one may not read is not shown."""
    hidden = factories.project("p05", ())
    reader = factories.person(Role.READER, on=sheet.project)
    sheet.put("c1")
    sheet.put("c8", project="p05")
    baselines.name_baseline(sheet.project, "PDR", actor=sheet.actor)
    change(sheet, "c1", project="p05")
    sheet.draw("c2 depends_on c8")
    seen = sheet.about_project(differences, actor=reader)
    assert groups(seen) == {"removed": ["c1"], "added": ["c2"]}
    assert (named(seen, "c1").status, str(hidden.pk) in repr(seen)) == ("", False)
    assert groups(sheet.about_project(differences))["added"] == ["c2", "c2 depends on c8"]
    assert groups(sheet.ask(differences, hidden, since="1"))["added"] == ["c1", "c8"]


def test_a_baseline_stays_what_it_was(told: Drawing) -> None:
    """Rows that arrive later with older times do not change it."""
    pdr = Baseline.objects.get(name="PDR")
    before = pdr.at - timedelta(microseconds=1)
    late = Actor.system("import", clock=before)
    edit.create("entity", {"entity_type": "component", "name": "c7", "project": "p04"}, actor=late, status="active")
    with looking_back(moment_of("pdr", project=told.project.pk)):
        assert set(Entity.objects.values_list("name", flat=True)) == {"req1", "c1", "sys"}
        assert Memory.objects.get().status == "active"
    with looking_back(moment_of(pdr.at.isoformat())):
        assert Entity.objects.filter(name="c7").exists()
    with pytest.raises(StrayWrite):
        pdr.save()
    with pytest.raises(StrayWrite):
        pdr.delete()


def test_naming_is_strict(sheet: Drawing) -> None:
    sheet.put("c1")
    made = baselines.name_baseline(sheet.project, "PDR 1", actor=sheet.actor)
    entry = AuditEntry.objects.get(entity_kind="baseline")
    assert (entry.record_id, entry.project_id, entry.after_json["seq"]) == (str(made.pk), sheet.project.pk, made.seq)
    with pytest.raises(Duplicate):
        baselines.name_baseline(sheet.project, "pdr 1", actor=sheet.actor)
    for name in ("now", "NOW", "12", "2026-03-01", "2026-03-01T00:00Z", "a/b", " ", "-x", "x" * 81, "a\nb"):
        with pytest.raises(Invalid):
            baselines.name_baseline(sheet.project, name, actor=sheet.actor)
    for moment in ("2999-01-01", "nonsense", "0", "PDR 1"):
        with pytest.raises(Invalid):
            baselines.name_baseline(sheet.project, "CDR", actor=sheet.actor, at=moment)
    with pytest.raises(Forbidden):
        baselines.name_baseline(sheet.project, "CDR", actor=factories.agent())
    past = baselines.name_baseline(sheet.project, "once", actor=sheet.actor, at="2026-01-02")
    with looking_back(moment_of("once", project=sheet.project.pk)):
        assert not Entity.objects.exists()
    assert f"{past.at:%Y-%m-%d}" == "2026-01-02"
    assert moment_of("once", project=sheet.project.pk) != moment_of("PDR 1", project=sheet.project.pk)
    for other in (None, factories.project("p05", ()).pk):
        with pytest.raises(Invalid):
            moment_of("once", project=other)


def test_what_one_has_not_reviewed(sheet: Drawing) -> None:
    """
    c1 is made; anna reviews; c1 is changed: anna sees the change alone, bert both
    """
    anna, bert = factories.person(Role.REVIEWER, "anna"), factories.person(Role.READER, "bert")
    sheet.put("c1")
    first = sheet.about_project(unreviewed, actor=anna)
    assert first.counts["reviewed"] == 0
    assert {row["action"] for one in first.items for row in one.data["rows"]} == {"register", "create"}
    change(sheet, "c1", description="of glass")
    baselines.mark_reviewed(sheet.project, actor=anna, seq=first.counts["newest"])
    rest = sheet.about_project(unreviewed, actor=anna)
    assert [row["changes"] for one in rest.items for row in one.data["rows"]] == [
        [{"field": "description", "old": "", "new": "of glass"}]
    ]
    assert rest.counts["reviewed"] == first.counts["newest"]
    assert len(sheet.about_project(unreviewed, actor=bert).items) > 1
    baselines.mark_reviewed(sheet.project, actor=anna)
    done = sheet.about_project(unreviewed, actor=anna)
    assert (done.items, done.counts["newest"]) == ([], done.counts["reviewed"])
    baselines.mark_reviewed(sheet.project, actor=anna, seq=0)
    assert len(sheet.about_project(unreviewed, actor=anna).items) == len(first.items) + 1
    assert AuditEntry.objects.filter(entity_kind="review_mark", actor="user:anna").count() == 3
    for seq in (-1, 10**9):
        with pytest.raises(Invalid):
            baselines.mark_reviewed(sheet.project, actor=anna, seq=seq)
    stranger = factories.person(Role.READER, on=factories.project("p05", ()))
    with pytest.raises(Forbidden):
        baselines.mark_reviewed(sheet.project, actor=stranger)
