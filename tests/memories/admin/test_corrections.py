"""A correction in the administration is the verb update: one audit row with its reason, refusals beside the fields."""

import pytest

from memories.choices import Role, Status
from memories.models import AuditEntry, Memory
from memories.services import edit, lifecycle, projects
from tests import factories
from tests.memories.admin import address, by_service, enter, form_on, last, save, written_by

pytestmark = pytest.mark.django_db


def test_a_correction_leaves_the_one_row_that_the_service_leaves() -> None:
    row = factories.memory("The lens is 12 mm thick.", active=True)
    client, someone = enter(name="anna"), factories.person()
    fields = {"content": "The lens is 14 mm thick.", "domain_tags": ["optics", "glass"]}
    expected = by_service(lambda: edit.update(row.fresh(), fields, actor=someone, note="a typing error"))
    typed = {"content": "The lens is 14 mm thick.", "domain_tags": "optics\nglass"}
    assert written_by(lambda: save(client, row, **typed)) == expected
    assert len(expected) == 1
    assert last().actor == "admin:anna"
    assert last().request_id


def test_without_a_reason_nothing_is_written_and_the_text_is_kept() -> None:
    row = factories.memory("The pupil is round.", active=True)
    answer = save(enter(), row, content="The pupil is square.", reason="")
    assert answer.status_code == 422
    assert b"The pupil is square." in answer.content
    assert "reason" in answer.context["adminform"].form.errors
    assert row.fresh().content == "The pupil is round."


def test_what_a_verb_refuses_stands_beside_its_field() -> None:
    row = factories.memory(active=True)
    answer = save(enter(), row, valid_until="next Tuesday", content="Kept as typed.")
    assert answer.status_code == 422
    assert "A time is written like" in str(answer.context["adminform"].form.errors["valid_until"])
    assert b"Kept as typed." in answer.content


def test_saving_an_untouched_form_writes_nothing() -> None:
    row = factories.memory(
        "Two\nlines.", active=True, valid_until="2027-01-02T03:04:05.678901Z", domain_tags=["a", "b"]
    )
    client, url = enter(), address(row)
    before = AuditEntry.objects.count()
    sent = {name: value.replace("\n", "\r\n") for name, value in form_on(client, url).items()}  # as browsers do
    assert client.post(url, {**sent, "reason": "none"}).status_code == 302
    assert AuditEntry.objects.count() == before
    assert row.fresh().version == row.version


def test_who_changed_it_meanwhile_is_told_and_saving_again_changes_only_what_was_typed() -> None:
    row = factories.memory("The gap is 3 mm.", active=True)
    client, url = enter(name="anna"), address(row)
    sent = form_on(client, url) | {"content": "The gap is 4 mm.", "reason": "measured"}
    bob = factories.person(name="bob")
    edit.update(Memory.objects.get(pk=row.pk), {"domain_tags": ["gap"]}, actor=bob, note="tagged")
    refused = client.post(url, sent)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "user:bob" in page
    assert "domain_tags" in page
    assert "The gap is 4 mm." in page
    form = refused.context["adminform"].form
    sent["seen_version"] = str(form["seen_version"].value())
    assert client.post(url, sent).status_code == 302
    after = row.fresh()
    assert (after.content, after.domain_tags) == ("The gap is 4 mm.", ["gap"])
    assert "domain_tags" not in last().before_json


def test_a_form_for_a_record_that_died_meanwhile_says_who_did_it() -> None:
    row = factories.memory("The stop is open.", active=False)
    client, url = enter(), address(row)
    sent = form_on(client, url) | {"content": "The stop is shut.", "reason": "seen"}
    lifecycle.reject(Memory.objects.get(pk=row.pk), actor=factories.person(name="carl"))
    refused = client.post(url, sent)
    assert refused.status_code == 409
    assert "user:carl" in refused.content.decode()
    assert "The stop is shut." in refused.content.decode()


def test_a_dead_record_is_shown_but_offers_no_field() -> None:
    row = factories.memory()
    lifecycle.reject(row, actor=factories.person())
    page = enter().get(address(row))
    assert page.status_code == 200
    assert 'name="content"' not in page.content.decode()
    assert 'action="' + address(row, "verb", "restore") in page.content.decode()


def test_status_and_version_cannot_be_typed() -> None:
    row = factories.memory()
    save(enter(), row, status="active", version="9", triage_rank="1", content="Something else.")
    assert (row.fresh().status, row.fresh().version) == (Status.CANDIDATE, row.version + 1)


def test_a_new_memory_is_proposed_by_the_verb_create_and_a_second_of_its_kind_is_not_made() -> None:
    factories.project()
    client = enter(name="anna")
    sent = {"content": "The slit is 30 µm.", "memory_type": "knowledge", "project": "", "confidence": "0.8"}
    sent |= {"start_as": "active", "reason": "from the log book"}
    assert client.post(address(Memory, "add"), sent).status_code == 302
    made = Memory.objects.get()
    assert (made.status, made.created_by) == (Status.ACTIVE, "admin:anna")
    assert (last().action, last().note) == ("create", "from the log book")
    again = client.post(address(Memory, "add"), sent, follow=True)
    assert "says the same already" in again.content.decode()
    assert Memory.objects.count() == 1


def test_a_project_is_described_and_renamed_by_its_verbs() -> None:
    row = factories.project()
    answer = save(enter(), row, description="A spectrograph.")
    assert answer.status_code == 302
    assert (last().action, last().note, last().before_json) == ("update", "a typing error", {"description": ""})
    projects.edit(row.__class__.objects.get(pk=row.pk), actor=factories.person(Role.MAINTAINER), description="Two.")
    stale = save(enter(), row, description="Three.", seen_version="1")
    assert stale.status_code == 409
    assert "A spectrograph." in stale.content.decode()
