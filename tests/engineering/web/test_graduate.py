"""A memory becomes an entity: from its card, from its page, with a script and without."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from engineering.models import Entity
from engineering.services import graduation
from memories.choices import Role
from memories.models import AuditEntry, Memory
from memories.services import edit, lifecycle
from tests import factories

SCRIPT = {"HX-Request": "true"}
FRAME = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT")


def browser(role: Role, name: str) -> Client:
    """A browser in which somebody of a role is signed in."""
    client = Client()
    client.force_login(factories.user(role, name), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def reviewer(db: None) -> Client:
    """A reviewer of every project."""
    return browser(Role.REVIEWER, "rosa")


def words(content: bytes) -> str:
    """What a page says."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", content.decode())))


def form_of(client: Client, memory: Memory, **changed: str) -> dict[str, Any]:
    """What the form sends as it is shown, and what a person changed."""
    shown = client.get(f"/memories/{memory.pk}/graduate/").context
    sent = {field.html_name: field.value() or "" for field in shown["form"]}
    hidden = {"version": memory.version, "guessed": shown["form"].guess.name, "looked": shown["form"].looked}
    return {**sent, **hidden, **changed}


def test_the_card_offers_it_by_its_key_and_other_kinds_do_not(reviewer: Client) -> None:
    memory = factories.memory()
    factories.entity(active=False)
    assert f'hx-get="/memories/{memory.pk}/graduate/"' in reviewer.get("/triage/?tab=memories").content.decode()
    assert 'data-key="t"' not in reviewer.get("/triage/?tab=entities").content.decode()


def test_the_form_comes_filled_in_from_the_words(reviewer: Client) -> None:
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    form = reviewer.get(f"/memories/{memory.pk}/graduate/").context["form"]
    assert (form["entity_type"].value(), form["name"].value()) == ("component", "Optical bench")
    assert (form["property-mass"].value(), form["project"].value()) == ("5.62 kg", "p04-gigabit")
    assert form["description"].value() == memory.content


def test_graduate_and_promote_in_one_go(reviewer: Client) -> None:
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    form = form_of(reviewer, memory, then="promote", next="/triage/?tab=memories")
    answer = reviewer.post(f"/memories/{memory.pk}/graduate/", form)
    assert answer.headers["Location"] == "/triage/?tab=memories"
    entity = Entity.objects.get(graduates_memory=memory)
    assert (entity.status, entity.properties, entity.created_by) == ("active", {"mass": "5.62 kg"}, "user:rosa")
    assert entity.source_refs == [f"memory:{memory.pk}"]
    assert (memory.fresh().status, memory.fresh().graduated_to_entity_id) == ("graduated", entity.pk)
    page = words(reviewer.get(f"/memories/{memory.pk}/").content)
    assert "Graduated into component Optical bench" in page
    assert "Made of the memory Optical bench mass is 5.62 kg." in words(reviewer.get(f"/entities/{entity.pk}/").content)


def test_the_entity_may_be_left_a_candidate_and_the_card_says_so(reviewer: Client) -> None:
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    form = form_of(reviewer, memory, then="propose", name="Bench")
    answer = reviewer.post(f"/memories/{memory.pk}/graduate/", form, headers=SCRIPT)
    entity = Entity.objects.get(graduates_memory=memory)
    assert (entity.status, entity.name, memory.fresh().status) == ("candidate", "Bench", "candidate")
    assert "Proposed: “Bench”" in words(answer.content)
    assert "Proposed as component, waiting: Bench" in words(answer.content)
    assert "Proposed as component, waiting: Bench" in words(reviewer.get(f"/memories/{memory.pk}/").content)
    card = words(reviewer.get("/triage/?tab=entities").content)
    assert "Would graduate the memory Optical bench mass is 5.62 kg." in card


def test_what_was_typed_or_emptied_is_what_is_saved(reviewer: Client) -> None:
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    form = form_of(reviewer, memory, then="propose", **{"property-mass": "", "property-quantity": "2"})
    reviewer.post(f"/memories/{memory.pk}/graduate/", form)
    assert Entity.objects.get(graduates_memory=memory).properties == {"quantity": 2}


def test_another_type_brings_its_properties_and_keeps_what_was_typed(reviewer: Client) -> None:
    memory = factories.memory("Requirement: the bench weighs at most 6 kg.")
    form = form_of(reviewer, memory, then="type", entity_type="constraint", description="As agreed.")
    answer = reviewer.post(f"/memories/{memory.pk}/graduate/", form, headers=SCRIPT)
    shown = answer.context["form"]
    assert (answer.status_code, shown["property-max"].value()) == (200, "6 kg")
    assert (shown["description"].value(), "property-threshold" in shown.fields) == ("As agreed.", False)
    assert not Entity.objects.exists()


def test_a_fault_stands_beside_its_field(reviewer: Client) -> None:
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    form = form_of(reviewer, memory, **{"property-quantity": "two"})
    answer = reviewer.post(f"/memories/{memory.pk}/graduate/", form)
    assert answer.status_code == 422
    assert f'id="graduate-{memory.pk}-property-quantity_error"' in answer.content.decode()
    assert not Entity.objects.exists()


def test_what_stands_already_is_shown_before_another_one_is_made(reviewer: Client) -> None:
    stands = factories.entity("Optical bench of the spectrograph")
    factories.entity("Optical table, spare bench", "decision")
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    path = f"/memories/{memory.pk}/graduate/"
    assert [one.row.pk for one in reviewer.get(path).context["near"]] == [stands.pk]
    form = form_of(reviewer, memory, then="promote", name="Optical bench, whole")
    answer = reviewer.post(path, form)
    assert answer.status_code == 422
    assert "Optical bench of the spectrograph" in words(answer.content)
    assert reviewer.post(path, {**form, "looked": answer.context["form"].looked}).status_code == 302
    assert memory.fresh().status == "graduated"


def test_the_same_entity_again_is_refused(reviewer: Client) -> None:
    factories.entity("Optical bench", properties={"mass": "5.62 kg"})
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    for then in ("promote", "propose"):
        answer = reviewer.post(f"/memories/{memory.pk}/graduate/", form_of(reviewer, memory, then=then))
        assert answer.status_code == 422
        assert "same content exists: Optical bench" in words(answer.content)
    assert (Entity.objects.count(), memory.fresh().version) == (1, 1)


@pytest.mark.parametrize("active", [True, False])
def test_a_memory_becomes_a_source_of_what_stands_already(reviewer: Client, active: bool) -> None:
    stands = factories.entity("Optical bench")
    memory = factories.memory("Optical bench mass is 5.62 kg.", active=active)
    form = form_of(reviewer, memory, evidence=f"{stands.pk}:{stands.version}")
    assert reviewer.post(f"/memories/{memory.pk}/graduate/", form).status_code == 302
    assert stands.fresh().source_refs == [f"memory:{memory.pk}"]
    assert (memory.fresh().status, memory.fresh().graduated_to_entity_id) == ("active", None)
    entry = AuditEntry.objects.filter(record_id=str(stands.pk)).latest("seq")
    reviewer.post("/triage/undo/", {"seq": entry.seq})
    assert (stands.fresh().source_refs, memory.fresh().status) == ([], "active" if active else "candidate")


def test_an_entity_that_changed_meanwhile_takes_no_source(reviewer: Client) -> None:
    stands, memory = factories.entity("Optical bench"), factories.memory("Optical bench mass is 5.62 kg.")
    form = form_of(reviewer, memory, evidence=f"{stands.pk}:{stands.version}")
    edit.update(stands, {"description": "Said better."}, actor=factories.person())
    assert reviewer.post(f"/memories/{memory.pk}/graduate/", form).status_code == 409
    assert (stands.fresh().source_refs, memory.fresh().status) == ([], "candidate")
    assert reviewer.post(f"/memories/{memory.pk}/graduate/", {**form, "evidence": "nonsense"}).status_code == 400


def test_whoever_comes_second_is_told(reviewer: Client) -> None:
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    form = form_of(reviewer, memory, then="promote")
    edit.update(memory.fresh(), {"content": "Bench mass is 5 kg."}, actor=factories.person(name="ben"))
    answer = reviewer.post(f"/memories/{memory.pk}/graduate/", form, headers=SCRIPT)
    assert answer.status_code == 409
    assert "ben edited this" in words(answer.content)
    assert not Entity.objects.exists()


def test_a_graduated_memory_is_not_graduated_again_nor_edited(reviewer: Client) -> None:
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    reviewer.post(f"/memories/{memory.pk}/graduate/", form_of(reviewer, memory, then="promote"))
    answer = reviewer.get(f"/memories/{memory.pk}/graduate/")
    assert answer.status_code == 409
    assert "graduated" in words(answer.content)
    page = reviewer.get(f"/memories/{memory.pk}/edit/", follow=True)
    assert "A graduated memory is not edited; restore it first." in words(page.content)
    sent = {"content": "x", "memory_type": "knowledge", "confidence": "0.5", "version": memory.fresh().version}
    assert reviewer.post(f"/memories/{memory.pk}/edit/", sent).status_code == 409


def test_a_promotion_is_taken_back_by_one_undo(reviewer: Client) -> None:
    memory = factories.memory("Optical bench mass is 5.62 kg.")
    reviewer.post(f"/memories/{memory.pk}/graduate/", form_of(reviewer, memory, then="promote"))
    entry = AuditEntry.objects.filter(record_id=str(memory.pk), action="graduate").latest("seq")
    answer = reviewer.post("/triage/undo/", {"seq": entry.seq, "tab": "memories"}, headers=SCRIPT)
    assert f'id="row-{memory.pk}"' in answer.content.decode()
    assert memory.fresh().status == "candidate"
    assert Entity.objects.get(graduates_memory=memory).status == "candidate"


def test_readers_are_told_which_role_it_takes(db: None) -> None:
    memory = factories.memory(active=True)
    reader = browser(Role.READER, "ruth")
    assert "Graduate" not in words(reader.get(f"/memories/{memory.pk}/").content)
    answer = reader.get(f"/memories/{memory.pk}/graduate/")
    assert (answer.status_code, "reviewer" in words(answer.content)) == (403, True)


def test_a_reviewer_of_one_project_makes_nothing_in_another(db: None) -> None:
    other = factories.project("p05-other", ())
    memory = factories.memory("Optical bench mass is 5.62 kg.", active=True)
    home = factories.user(Role.REVIEWER, "ben", factories.project())
    client = Client()
    client.force_login(home, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/memories/{memory.pk}/graduate/", form_of(client, memory, project=other.name))
    assert answer.status_code == 422
    assert not Entity.objects.exists()


def queries(client: Client, path: str, form: dict[str, Any]) -> int:
    """How many queries an answer takes, the transaction's frame left out."""
    with CaptureQueriesContext(connection) as seen:
        assert client.post(path, form, headers=SCRIPT).status_code == 200
    return sum(not query["sql"].startswith(FRAME) for query in seen.captured_queries)


@pytest.mark.parametrize("then", ["promote", "propose"])
def test_what_it_takes_does_not_grow_with_what_stands_already(reviewer: Client, then: str) -> None:
    taken = []
    for place, name in enumerate(("Optical bench", "Camera barrel")):
        for number in range(6):
            factories.entity(f"{name} number {number} of {place}")
        memory = factories.memory(f"{name} mass is 5.62 kg.")
        taken.append(queries(reviewer, f"/memories/{memory.pk}/graduate/", form_of(reviewer, memory, then=then)))
    assert taken[0] == taken[1] <= 32


def test_graduating_adds_three_queries_to_the_promotion_of_an_entity(reviewer: Client) -> None:
    memory = factories.memory(active=True)
    made = graduation.propose(memory, {"entity_type": "component", "name": "Bench"}, actor=factories.person()).row
    plain = factories.entity("Table", active=False)
    with_memory, without = (
        queries(reviewer, f"/entities/{row.pk}/promote/", {"version": "1"}) for row in (made, plain)
    )
    assert memory.fresh().status == "graduated"
    assert with_memory <= without + 3


def test_a_rejected_proposal_leaves_the_memory_as_it_was(reviewer: Client) -> None:
    memory = factories.memory(active=True)
    made = graduation.propose(memory, {"entity_type": "component", "name": "Bench"}, actor=factories.person()).row
    reviewer.post(f"/entities/{made.pk}/reject/", {"version": 1})
    assert (memory.fresh().status, memory.fresh().version) == ("active", memory.version)
    assert "waiting" not in words(reviewer.get(f"/memories/{memory.pk}/").content)
    lifecycle.invalidate(memory.fresh(), actor=factories.person())
