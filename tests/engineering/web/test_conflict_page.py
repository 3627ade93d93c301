"""A conflict's page and the queue of conflicts, without a browser: what is said, decided and refused, who sees what."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from engineering.models import Conflict, Entity
from engineering.services.conflicts import resolve
from engineering.web.dashboard import panel
from memories.choices import Role
from memories.models import AuditEntry, Memory
from memories.services import capture, edit, lifecycle
from tests import factories as make

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser(role: Role = Role.REVIEWER, name: str = "rosa", on: Any = None) -> Client:
    client = Client()
    client.force_login(make.user(role, name, on), backend=BACKEND)
    return client


def words(answer: Any) -> str:
    """What a page says."""
    text = re.sub(r"<(script|style|title).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u202f", " "))


def quarrel(subject: str = "M1 mirror", said: str = "13100 g", **more: Any) -> tuple[Entity, Memory, Conflict]:
    """A part of 12.7 kg and a memory that says otherwise."""
    part = make.entity(subject, properties={"mass": "12.7 kg"}, **more)
    memory = make.memory(f"{subject} mass is {said}.", active=True)
    return part, memory, Conflict.objects.get(slot_key=subject.lower())


def form(row: Conflict, act: str, *members: Any, **fields: str) -> dict[str, Any]:
    """What the form of a decision sends when everything stands as it was shown."""
    seen = [f"{member.pk}:{member.fresh().version}" for member in members]
    return {"act": act, "version": row.fresh().version, "seen": seen, **fields}


def test_the_sides_stand_beside_each_other_as_written_and_as_read() -> None:
    _, _, row = quarrel()
    page = words(browser().get(f"/conflicts/{row.pk}/"))
    assert "M1 mirror – two values for mass" in page
    assert "They cannot both hold." in page
    assert "13100 g reads as 13.1 kg" in page
    assert "found" in page
    assert "created “M1 mirror mass is 13100 g.”" in page
    assert "Trust 40, an entity from a document" in page


def test_the_highest_trust_is_labelled_and_chosen_by_nobody() -> None:
    part, _, row = quarrel()
    answer = browser().get(f"/conflicts/{row.pk}/")
    assert words(answer).count("Highest trust.") == 1
    assert "checked" not in answer.content.decode()
    assert 'name="winner"' not in answer.content.decode()
    lower = make.memory("M1 mirror mass is 14 kg.", active=True)
    edit.update(part.fresh(), {"properties": {}}, actor=make.SETUP)
    assert lower.status == "active"
    assert "All of them stand in one layer of trust" in words(browser(name="ben").get(f"/conflicts/{row.pk}/"))


def test_sources_are_counted_by_their_origins_and_the_newest_is_quoted() -> None:
    make.project()
    heard = [
        capture.capture(
            {"prompt": "M3?", "response": text, "session_id": session, "project": "p04-gigabit"}, actor=make.SETUP
        )
        for text, session in (("M3 mirror weighs 2 kg.", "a"), ("Once more, 2 kg.", "a"), ("The scale says 2 kg.", "b"))
    ]
    refs = [f"interaction:{one.pk}" for one in heard]
    _, _, row = quarrel("M3 mirror", "3 kg", source_refs=refs)
    page = words(browser().get(f"/conflicts/{row.pk}/"))
    assert "Sources 3, of 2 origins" in page
    assert "The scale says 2 kg." in page
    assert "Sources none recorded" in page
    assert "No source recorded." in page


def test_what_keeping_one_does_is_shown_before_it_is_done() -> None:
    part, memory, row = quarrel()
    rosa = browser()
    page = rosa.get(f"/conflicts/{row.pk}/?act=keep&winner={part.pk}")
    assert "This will supersede a memory." in words(page)
    assert re.search(r'<button class="primary" autofocus>Decide', page.content.decode())
    answer = rosa.post(f"/conflicts/{row.pk}/", form(row, "keep", part, memory, winner=str(part.pk)))
    assert (answer.status_code, answer["Location"]) == (302, "/conflicts/")
    assert (row.fresh().status, memory.fresh().status, part.fresh().status) == ("resolved", "superseded", "active")
    decided = AuditEntry.objects.get(entity_kind="memory", action="supersede")
    assert decided.actor == "user:rosa"
    assert decided.decision_id == AuditEntry.objects.get(entity_kind="conflict", action="resolve").decision_id
    settled = words(rosa.get(f"/conflicts/{row.pk}/"))
    assert "Resolved by rosa" in settled
    assert "kept A, 12.7 kg" in settled


def test_it_is_taken_back_with_what_followed_from_it() -> None:
    part, memory, row = quarrel()
    rosa = browser()
    rosa.post(f"/conflicts/{row.pk}/", form(row, "keep", part, memory, winner=str(memory.pk)))
    assert part.fresh().properties["mass"] == "13100 g"
    page = rosa.get(f"/conflicts/{row.pk}/").content.decode()
    seq = re.search(r'name="seq" value="(\d+)"', page)
    assert seq is not None
    answer = rosa.post("/triage/undo/", {"seq": seq[1], "next": f"/conflicts/{row.pk}/"})
    assert answer["Location"] == f"/conflicts/{row.pk}/"
    assert (row.fresh().status, part.fresh().properties["mass"]) == ("open", "12.7 kg")


def test_the_right_value_is_typed_shown_and_set() -> None:
    part, memory, row = quarrel()
    rosa = browser()
    page = rosa.get(f"/conflicts/{row.pk}/?act=set_value&value=12.9 kg")
    assert "Set 12.9 kg. This will supersede a memory, and correct an entity." in words(page)
    rosa.post(f"/conflicts/{row.pk}/", form(row, "set_value", part, memory, value="12.9 kg"))
    assert (part.fresh().properties["mass"], memory.fresh().status) == ("12.9 kg", "superseded")


def test_a_dismissal_without_words_comes_back_beside_its_field() -> None:
    part, memory, row = quarrel()
    rosa = browser()
    for act in ("dismiss", "both_true", "no_action"):
        answer = rosa.post(f"/conflicts/{row.pk}/", form(row, act, part, memory, note=" "))
        assert answer.status_code == 422
        assert 'aria-describedby="note-fault"' in answer.content.decode()
    assert row.fresh().status == "open"
    rosa.post(f"/conflicts/{row.pk}/", form(row, "dismiss", part, memory, note="two temperatures"))
    assert (row.fresh().status, row.fresh().note) == ("dismissed", "two temperatures")
    rosa.post(f"/conflicts/{row.pk}/", form(row, "reopen"))
    assert row.fresh().status == "open"
    answer = rosa.post(f"/conflicts/{row.pk}/", form(row, "no_action", note="asked the shop"))
    assert answer["Location"] == f"/conflicts/{row.pk}/"
    assert (row.fresh().status, row.fresh().note) == ("open", "asked the shop")


def test_both_are_true_where_each_holds() -> None:
    one = make.entity("Cell", properties={"mass": "1 kg"})
    other = make.entity("cell", properties={"mass": "2 kg"})
    row = Conflict.objects.get(slot_kind="component.mass")
    scopes = {f"scope-{one.pk}": "as-designed", f"scope-{other.pk}": ""}
    browser().post(f"/conflicts/{row.pk}/", form(row, "both_true", one, other, note="one is weighed", **scopes))
    assert (row.fresh().status, row.fresh().resolution) == ("dismissed", "both true")
    assert (one.fresh().properties.get("scope"), other.fresh().properties.get("scope")) == ("as-designed", None)


def test_two_entities_of_one_subject_are_offered_to_the_merge() -> None:
    one, other = (make.entity(name, properties={"mass": mass}) for name, mass in (("Cell", "1 kg"), ("cell", "2 kg")))
    row = Conflict.objects.get(slot_kind="component.identity")
    rosa = browser()
    page = rosa.get(f"/conflicts/{row.pk}/").content.decode()
    merge = f"/entities/{other.pk}/merge/{one.pk}/"
    assert merge in page
    sent = {"version": 1, "into_version": 1, "next": f"/conflicts/{row.pk}/"}
    assert rosa.post(merge, sent)["Location"] == f"/conflicts/{row.pk}/"
    assert (other.fresh().status, row.fresh().status) == ("superseded", "resolved")


def test_a_side_that_changed_meanwhile_stops_the_decision_and_keeps_the_text() -> None:
    part, memory, row = quarrel()
    sent = form(row, "dismiss", part, memory, note="a rounding")
    edit.update(part.fresh(), {"description": "polished"}, actor=make.person(name="ben"))
    answer = browser().post(f"/conflicts/{row.pk}/", sent)
    page = words(answer)
    assert answer.status_code == 409
    assert "ben edited one of its sides" in page
    assert page.count("changed since you saw it") == 1
    assert "a rounding" in page
    assert row.fresh().status == "open"


def test_who_comes_too_late_reads_who_decided_and_keeps_the_text() -> None:
    part, memory, row = quarrel()
    sent = form(row, "dismiss", part, memory, note="a rounding")
    resolve.keep(row.fresh(), part.pk, actor=make.person(name="ben"))
    answer = browser().post(f"/conflicts/{row.pk}/", sent)
    assert answer.status_code == 409
    assert "ben settled this conflict" in words(answer)
    assert "a rounding" in words(answer)


def test_the_queue_is_led_through_in_its_order_and_within_its_filters() -> None:
    soft = quarrel("M4 mirror", "12.7 ± 0.1 kg")[2]
    first, memory, grave = quarrel("M5 mirror")
    last = quarrel("M6 mirror")[2]
    rosa = browser()
    found = re.findall(r'href="/conflicts/([0-9a-f-]{36})/', rosa.get("/conflicts/").content.decode())
    assert found == [str(grave.pk), str(last.pk), str(soft.pk)]
    sent = form(grave, "keep", first, memory, winner=str(first.pk))
    assert rosa.post(f"/conflicts/{grave.pk}/", sent)["Location"] == f"/conflicts/{last.pk}/"
    lead = rosa.get(f"/conflicts/{last.pk}/?list=severity%3Dconflict").content.decode()
    assert f"/conflicts/{soft.pk}/" not in lead
    assert f"/conflicts/{soft.pk}/" in rosa.get(f"/conflicts/{last.pk}/").content.decode()


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 2), ("status=any", 3), ("status=dismissed", 1), ("severity=review", 1), ("rule=identity", 0),
     ("rule=values", 2), ("project=p04", 2), ("severity=conflict", 1)],
)  # fmt: skip
def test_the_filters_stand_in_the_address(query: str, count: int) -> None:
    quarrel("M4 mirror", "12.7 ± 0.1 kg")
    quarrel("M5 mirror")
    quarrel("M7 mirror", "12.7 flumps")
    resolve.dismiss(quarrel("M6 mirror")[2], note="none", actor=make.SETUP)
    found = browser().get(f"/conflicts/?{query}").content.decode()
    assert found.count('href="/conflicts/0') == count


def test_an_unknown_filter_or_decision_is_refused() -> None:
    row = quarrel()[2]
    rosa = browser()
    assert rosa.get("/conflicts/?statsu=open").status_code == 400
    assert rosa.get(f"/conflicts/{row.pk}/?list=statsu%3Dopen").status_code == 400
    assert rosa.get(f"/conflicts/{row.pk}/?act=burn").status_code == 404
    assert rosa.get(f"/conflicts/{row.pk}/?act=keep&winner={row.pk}").status_code == 404
    assert rosa.post(f"/conflicts/{row.pk}/", {"act": "keep"}).status_code == 400


def test_the_tab_counts_what_waits_and_triage_leads_there() -> None:
    quarrel()
    rosa = browser()
    bar = words(rosa.get("/triage/?tab=memories"))
    assert "Conflicts 1" in bar
    assert rosa.get("/triage/?tab=conflicts&project=p04-gigabit")["Location"] == "/conflicts/?project=p04-gigabit"


def test_a_reader_compares_and_decides_nothing() -> None:
    part, memory, row = quarrel()
    ruth = browser(Role.READER, "ruth")
    page = words(ruth.get(f"/conflicts/{row.pk}/"))
    assert "13100 g" in page
    assert "takes the role reviewer" in page
    assert ruth.post(f"/conflicts/{row.pk}/", form(row, "keep", part, memory, winner=str(part.pk))).status_code == 403
    assert row.fresh().status == "open"


def test_a_side_of_a_project_one_may_not_read_is_not_shown() -> None:
    here, there = make.project(), make.project("p05-secret", ())
    part = make.entity("Strut", "result")
    hidden = make.entity("Hidden strut", "result", project="p05-secret")
    make.relationship(part, "conflicts_with", hidden)
    row = Conflict.objects.get(slot_kind="entity.conflicts_with")
    where = here if row.project_id == here.pk else there
    page = words(browser(on=where).get(f"/conflicts/{row.pk}/"))
    assert "1 further side that you may not read." in page
    assert ("Hidden strut" in page) is (where == there)


def test_records_say_that_they_stand_in_an_open_conflict() -> None:
    part, memory, row = quarrel()
    rosa = browser()
    pages = {f"/entities/{part.pk}/": "M1 mirror mass is 13100 g.", f"/memories/{memory.pk}/": "M1 mirror"}
    for address, other in pages.items():
        said = f"In an open conflict with “{other}”: M1 mirror – two values for mass"
        assert said in words(rosa.get(address))
    make.memory("M1 mirror mass is 12.8 kg.", proposed_supersedes=str(memory.pk))
    waiting = words(rosa.get("/triage/?tab=memories"))
    assert "What it would replace is in an open conflict" in waiting
    resolve.keep(row, part.pk, actor=make.SETUP)
    assert "open conflict" not in words(rosa.get(f"/entities/{part.pk}/"))


def test_a_promotion_says_at_once_what_it_contradicts() -> None:
    make.entity("M1 mirror", properties={"mass": "12.7 kg"})
    memory = make.memory("M1 mirror mass is 13.1 kg.")
    answer = browser().post(f"/memories/{memory.pk}/promote/", {"version": 1}, headers={"HX-Request": "true"})
    assert "In an open conflict with “M1 mirror”: M1 mirror – two values for mass." in words(answer)


def test_a_link_says_so_of_itself_and_of_its_ends() -> None:
    cell, one, other = make.entity("Cell"), make.entity("Bench", "system"), make.entity("Tower", "system")
    links = [make.relationship(cell, "part_of", whole) for whole in (one, other)]
    rosa = browser()
    assert "Cell – two parents at once" in words(rosa.get(f"/relationships/{links[0].pk}/"))
    make.entity("Cell", properties={"mass": "1 kg"}), make.memory("Cell mass is 2 kg.", active=True)
    quarrel("Plate")
    make.relationship(Entity.objects.get(name="Plate"), "depends_on", one, active=False)
    assert "Plate is in an open conflict with “Plate mass is 13100 g.”: Plate – two values for mass" in words(
        rosa.get("/triage/?tab=relationships")
    )


def test_the_list_takes_the_same_queries_for_two_conflicts_and_for_twelve() -> None:
    rosa = browser()

    def taken() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert rosa.get("/conflicts/").status_code == 200
        return len(seen)

    for number in range(2):
        quarrel(f"Part {number}a")
    taken()
    two = taken()
    for number in range(10):
        quarrel(f"Part {number}b")
    assert taken() == two


def test_a_memory_of_its_own_words_can_be_decided_after_its_promotion() -> None:
    part = make.entity("M1 mirror", properties={"mass": "12.7 kg"})
    memory = make.memory("M1 mirror mass is 13100 g.")
    rosa = browser()
    assert not Conflict.objects.exists()
    lifecycle.promote(memory, actor=make.person(name="ben"))
    row = Conflict.objects.get()
    assert "when ben promoted “M1 mirror mass is 13100 g.”" in words(rosa.get(f"/conflicts/{row.pk}/"))
    assert part.fresh().status == "active"


def test_the_dashboard_leads_to_all_the_conflicts_it_counts() -> None:
    make.entity("Bracket", properties={"mass": "5 kg"})
    make.memory("Bracket mass is 5.", active=True)
    row = Conflict.objects.get()
    assert row.severity == "review"
    assert row.project is not None
    found = panel(row.project, make.person())
    card = next(card for card in found["cards"] if card["name"] == "open-conflicts")
    assert card["count"] == 1
    [(_, address)] = card["lists"]
    assert f"/conflicts/{row.pk}/" in browser().get(address).content.decode()


def test_nonsense_about_the_list_does_not_spoil_a_decision() -> None:
    part, memory, row = quarrel()
    sent = form(row, "dismiss", part, memory, note="two temperatures") | {"list": "severity=loud"}
    answer = browser().post(f"/conflicts/{row.pk}/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/conflicts/")
    assert row.fresh().status == "dismissed"
