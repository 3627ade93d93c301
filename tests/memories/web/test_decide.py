"""One decision from a card: with a script, without one, too late, by the wrong person."""

import pytest
from django.test import Client

from memories.models import AuditEntry, Memory
from memories.services import edit
from tests import factories
from tests.memories.web.conftest import words

SCRIPT = {"HX-Request": "true"}


def last(memory: Memory) -> AuditEntry:
    """The newest audit row of a memory."""
    return AuditEntry.objects.filter(record_id=str(memory.pk)).latest("seq")


@pytest.mark.parametrize(("verb", "status"), [("promote", "active"), ("reject", "invalid")])
def test_a_plain_form_decides_and_goes_back_where_it_came_from(reviewer: Client, verb: str, status: str) -> None:
    memory = factories.memory()
    answer = reviewer.post(
        f"/memories/{memory.pk}/{verb}/", {"version": 1, "next": "/triage/?tab=memories&sort=oldest"}
    )
    assert answer.headers["Location"] == "/triage/?tab=memories&sort=oldest"
    assert memory.fresh().status == status
    assert (last(memory).action, last(memory).actor) == (verb, "user:rosa")


def test_a_script_gets_words_and_the_last_decisions(reviewer: Client) -> None:
    memory = factories.memory("The slit is 50 µm wide.")
    answer = reviewer.post(f"/memories/{memory.pk}/promote/", {"version": 1}, headers=SCRIPT)
    assert "Promoted: “The slit is 50 µm wide.”" in words(answer.content)
    assert 'id="decided"' in answer.content.decode()


def test_nobody_is_sent_to_another_site_afterwards(reviewer: Client) -> None:
    memory = factories.memory()
    answer = reviewer.post(f"/memories/{memory.pk}/promote/", {"version": 1, "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == f"/memories/{memory.pk}/"


def test_whoever_comes_second_is_told_what_the_first_did(reviewer: Client, colleague: Client) -> None:
    memory = factories.memory()
    colleague.post(f"/memories/{memory.pk}/promote/", {"version": 1})
    answer = reviewer.post(f"/memories/{memory.pk}/reject/", {"version": 1}, headers=SCRIPT)
    assert answer.status_code == 409
    assert "ben promoted this" in words(answer.content)
    assert memory.fresh().status == "active"
    assert AuditEntry.objects.filter(record_id=str(memory.pk), action="reject").count() == 0


def test_a_card_that_changed_is_not_decided_and_comes_back_on_top(reviewer: Client) -> None:
    memory = factories.memory()
    edit.update(memory, {"content": "Said better."}, actor=factories.person())
    answer = reviewer.post(f"/memories/{memory.pk}/promote/", {"version": 1}, headers=SCRIPT)
    assert answer.status_code == 409
    assert f'id="row-{memory.pk}"' in answer.content.decode()
    assert memory.fresh().status == "candidate"


def test_a_decision_without_the_version_seen_is_refused(reviewer: Client) -> None:
    memory = factories.memory()
    assert reviewer.post(f"/memories/{memory.pk}/promote/").status_code == 400
    assert memory.fresh().status == "candidate"


def test_a_reason_given_later_becomes_a_note(reviewer: Client) -> None:
    memory = factories.memory()
    reviewer.post(f"/memories/{memory.pk}/reject/", {"version": 1}, headers=SCRIPT)
    reviewer.post(f"/memories/{memory.pk}/annotate/", {"note": "outdated"}, headers=SCRIPT)
    assert (last(memory).action, last(memory).note) == ("annotate", "outdated")


def test_promoting_over_an_active_one_supersedes_it_in_one_decision(reviewer: Client) -> None:
    old = factories.memory("The bench weighs 5.4 kg.", active=True)
    new = factories.memory("The bench weighs 5.62 kg.")
    form = {"version": 1, "supersedes": str(old.pk), "supersedes_version": 1}
    reviewer.post(f"/memories/{new.pk}/promote/", form)
    assert (new.fresh().status, old.fresh().status) == ("active", "superseded")
    assert last(new).decision_id == last(old).decision_id


def test_a_reader_is_told_which_role_it_takes(reader: Client) -> None:
    memory = factories.memory(active=True)
    answer = reader.post(f"/memories/{memory.pk}/invalidate/", {"version": 1})
    assert answer.status_code == 403
    assert "reviewer" in words(answer.content)


def test_a_stranger_signs_in_first_and_a_script_is_told_so(db: None) -> None:
    memory = factories.memory()
    assert Client().post(f"/memories/{memory.pk}/promote/", {"version": 1}).status_code == 302
    answer = Client().post(f"/memories/{memory.pk}/promote/", {"version": 1}, headers=SCRIPT)
    assert answer.status_code == 401
    assert "Your session ended" in words(answer.content)
    assert memory.fresh().status == "candidate"


def test_looking_does_not_decide(reviewer: Client) -> None:
    assert reviewer.get(f"/memories/{factories.memory().pk}/promote/").status_code == 405


def test_a_verb_that_does_not_exist_is_not_found(reviewer: Client) -> None:
    memory = factories.memory()
    for verb in ("expire", "auto_promote", "delete", "remove"):
        assert reviewer.post(f"/memories/{memory.pk}/{verb}/", {"version": 1}).status_code == 404
    assert memory.fresh().version == 1
