"""Searching: what is found, in what order, and what never is."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from memories.actors import Actor
from memories.choices import Role, Status
from memories.models import IndexRow, Memory
from memories.queries.search import Found, Search, find
from memories.services import documents, edit, lifecycle
from tests import factories as make

pytestmark = pytest.mark.django_db


def titles(text: str, actor: Actor | None = None, **more: object) -> list[str]:
    return [hit.title for hit in hits(text, actor, **more)]


def hits(text: str, actor: Actor | None = None, **more: object) -> list[Found]:
    return find(Search(text, **more), actor or make.person())  # type: ignore[arg-type]


def turn(position: int, text: str, session: str = "s1", **more: Any) -> Memory:
    return make.memory(text, active=True, session_id=session, position=position, **more)


def test_memories_entities_and_chunks_stand_in_one_list() -> None:
    make.memory("The grating holder is Invar 36.", active=True)
    make.entity("Grating holder", properties={"material": "Invar 36"})
    text = "# Holder\n\n## Why\n\nInvar keeps the grating holder straight.\n"
    documents.ingest({"file_path": "notes/holder.md", "project": "p04-gigabit", "text": text}, actor=make.person())
    found = hits("grating holder Invar")
    assert {hit.kind for hit in found} == {"memory", "entity", "chunk"}
    assert all(hit.why.terms for hit in found)
    chunk = next(hit for hit in found if hit.kind == "chunk")
    assert (chunk.title, chunk.project.name if chunk.project else "") == ("Holder > Why", "p04-gigabit")


def test_a_word_is_found_in_any_of_its_forms_and_without_its_accents() -> None:
    make.memory("Mirrors are aligned with the théodolite.", active=True)
    assert titles("aligning a mirror")
    assert titles("theodolite")


def test_only_what_is_true_now_is_found() -> None:
    reviewer = make.person()
    rows = {word: make.memory(f"Coolant {word} flows.", active=True) for word in ("one", "two", "three", "four")}
    waiting = make.memory("Coolant five flows.")
    lifecycle.invalidate(rows["two"], actor=reviewer)
    lifecycle.supersede(rows["three"], by=rows["one"], actor=reviewer)
    edit.update(rows["four"], {"valid_until": timezone.now() - timedelta(minutes=1)}, actor=reviewer)
    lifecycle.reject(make.memory("Coolant six flows."), actor=reviewer)
    assert titles("coolant flows") == ["Coolant one flows."]
    with_candidates = hits("coolant flows", candidates=True)
    assert {hit.row.pk for hit in with_candidates} == {rows["one"].pk, waiting.pk}
    assert {hit.status for hit in with_candidates} == {Status.ACTIVE.value, Status.CANDIDATE.value}


def test_a_candidate_is_found_by_its_proposer_and_by_reviewers_only() -> None:
    scribe = make.agent("scribe")
    make.memory("The shutter sticks below zero.", by=scribe)
    assert titles("shutter sticks", scribe, candidates=True)
    assert titles("shutter sticks", make.person(Role.REVIEWER), candidates=True)
    assert not titles("shutter sticks", make.agent("other"), candidates=True)
    assert not titles("shutter sticks", make.person(Role.READER), candidates=True)


def test_rows_of_projects_one_may_not_see_are_not_found() -> None:
    make.project("p05-other", ())
    make.memory("The secret filter is red.", active=True, project="p05-other")
    everyones = make.memory("Filters are red.", active=True, project=None)
    local = make.person(Role.READER, on=make.project())
    assert [hit.row.pk for hit in hits("red filter", local)] == [everyones.pk]
    assert len(hits("red filter")) == 2


def test_narrowed_by_project_kind_tag_and_type() -> None:
    other = make.project("p05-other", ())
    make.memory("The filter is red.", active=True, domain_tags=["optics"])
    make.memory("The filter is blue.", active=True, project="p05-other", memory_type="preference")
    make.entity("Red filter")
    assert titles("filter", projects=[other]) == ["The filter is blue."]
    assert titles("filter", kinds=["entity"]) == ["Red filter"]
    assert titles("filter", tags=["Optics"]) == ["The filter is red."]
    assert titles("filter", types=["preference"]) == ["The filter is blue."]


def test_what_was_said_before_helps_to_find_an_answer() -> None:
    turn(1, "Does the etalon arrive this week?")
    answer = turn(2, "Yes, on Tuesday.")
    turn(3, "I will clear the bench then.")
    turn(1, "The canteen is closed.", session="s2")
    found = {hit.row.pk: hit for hit in hits("When does the etalon arrive?")}
    assert found[answer.pk].why.terms == []
    assert found[answer.pk].why.neighbours == ["etalon", "arrive"]


def contexts() -> dict[int, str]:
    rows = Memory.objects.filter(session_id__in=["s1", "s2"]).values_list("pk", "position")
    held = dict(IndexRow.objects.filter(kind="memory").values_list("record_id", "context"))
    return {position or 0: held[pk] for pk, position in rows}


def test_neighbours_follow_every_verb() -> None:
    reviewer = make.person()
    rows = [turn(place, word) for place, word in enumerate(["alpha", "beta", "gamma", "delta"])]
    assert {place: text.split() for place, text in contexts().items()} == {
        0: ["beta", "gamma"],
        1: ["alpha", "gamma", "delta"],
        2: ["alpha", "beta", "delta"],
        3: ["beta", "gamma"],
    }
    edit.update(rows[1], {"content": "omega"}, actor=reviewer)
    assert contexts()[0].split() == ["omega", "gamma"]
    lifecycle.invalidate(rows[1], actor=reviewer)
    assert contexts()[0].split() == ["gamma", "delta"]
    edit.update(rows[2], {"session_id": "s2"}, actor=reviewer)
    assert contexts()[0].split() == ["delta"]
    assert contexts()[2] == ""


def test_neighbours_are_of_the_same_project_and_near() -> None:
    make.project("p05-other", ())
    turn(1, "alpha")
    turn(2, "beta", project="p05-other")
    turn(60, "gamma")
    assert set(contexts().values()) == {""}


def test_a_name_in_both_lifts_a_hit_and_a_question_sinks() -> None:
    said = make.memory("Mara likes the red filter best.", active=True)
    make.memory("Jon likes the red filter best.", active=True)
    asked = make.memory("Does Mara like the red filter?", active=True)
    found = hits("Which filter does Mara like?")
    assert found[0].row.pk == said.pk
    assert found[0].why.names == ["mara"]
    assert asked.pk in {hit.row.pk for hit in found}


def test_the_same_question_has_the_same_answer() -> None:
    for number in range(30):
        make.memory(f"Bolt {number} is torqued.", active=True)
    first = [(hit.row.pk, hit.score) for hit in hits("torqued bolt", limit=10)]
    assert len(first) == 10
    assert first == [(hit.row.pk, hit.score) for hit in hits("torqued bolt", limit=10)]


def test_a_hit_shows_the_stretch_that_answers() -> None:
    make.memory("Nothing of note. " * 40 + "The etalon sits on Invar feet. " + "More of nothing. " * 40, active=True)
    pieces = hits("etalon Invar")[0].snippet
    assert [piece.text for piece in pieces if piece.asked] == ["etalon", "Invar"]
    assert len("".join(piece.text for piece in pieces)) < 260
