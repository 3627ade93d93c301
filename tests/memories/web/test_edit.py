"""Editing in place: saved, saved and promoted, refused beside the field, overtaken by somebody else."""

from django.test import Client

from memories.models import AuditEntry, Memory
from memories.services import edit
from tests import factories
from tests.memories.web.conftest import words

SCRIPT = {"HX-Request": "true"}


def form_of(memory: Memory, **changed: str) -> dict[str, str]:
    """What the edit form of a memory sends."""
    sent = {"content": memory.content, "memory_type": memory.memory_type, "project": "p04-gigabit", "confidence": "0.5"}
    return sent | {"domain_tags": "", "valid_until": "", "version": str(memory.version), "then": "save"} | changed


def test_saving_changes_only_what_was_changed(reviewer: Client) -> None:
    memory = factories.memory("The bench weighs 5.4 kg.")
    answer = reviewer.post(
        f"/memories/{memory.pk}/edit/", form_of(memory, content="The bench weighs 5.62 kg."), headers=SCRIPT
    )
    assert f'id="item-{memory.pk}"' in answer.content.decode()
    entry = AuditEntry.objects.filter(record_id=str(memory.pk)).latest("seq")
    assert set(entry.before_json) - {"version", "updated_at"} == {"content"}
    assert memory.fresh().status == "candidate"


def test_save_and_promote_is_one_press(reviewer: Client) -> None:
    memory = factories.memory("The bench weighs 5.4 kg.")
    reviewer.post(
        f"/memories/{memory.pk}/edit/", form_of(memory, content="It weighs 5.62 kg.", then="promote"), headers=SCRIPT
    )
    assert (memory.fresh().content, memory.fresh().status) == ("It weighs 5.62 kg.", "active")


def test_what_cannot_be_promoted_is_not_saved_either(reviewer: Client, colleague: Client) -> None:
    memory = factories.memory("First wording.")
    colleague.post(f"/memories/{memory.pk}/promote/", {"version": 1})
    answer = reviewer.post(
        f"/memories/{memory.pk}/edit/", form_of(memory, content="Mine.", then="promote"), headers=SCRIPT
    )
    assert answer.status_code == 409
    assert memory.fresh().content == "First wording."


def test_a_fault_stands_beside_its_field_with_what_was_typed(reviewer: Client) -> None:
    memory = factories.memory()
    answer = reviewer.post(f"/memories/{memory.pk}/edit/", form_of(memory, valid_until="next spring"), headers=SCRIPT)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="next spring"' in page
    assert 'aria-invalid="true"' in page
    assert f'id="edit-{memory.pk}-valid_until_error"' in page


def test_an_empty_text_is_refused_by_the_form(reviewer: Client) -> None:
    memory = factories.memory()
    assert reviewer.post(f"/memories/{memory.pk}/edit/", form_of(memory, content=" ")).status_code == 422


def test_whoever_is_overtaken_sees_their_result_and_keeps_the_own_text(reviewer: Client) -> None:
    memory = factories.memory("The bench weighs 5.4 kg.")
    edit.update(memory.fresh(), {"content": "The bench weighs 5.5 kg."}, actor=factories.person(name="ben"))
    answer = reviewer.post(
        f"/memories/{memory.pk}/edit/", form_of(memory, content="The bench weighs 5.62 kg."), headers=SCRIPT
    )
    said = words(answer.content)
    assert answer.status_code == 409
    assert "ben edited this" in said
    assert "Re-apply mine as an edit" in said
    assert 'value="The bench weighs 5.62 kg."' in answer.content.decode()


def test_re_applying_uses_the_version_that_stands_now(reviewer: Client) -> None:
    memory = factories.memory("One.")
    now = edit.update(memory.fresh(), {"content": "Two."}, actor=factories.person())
    reviewer.post(
        f"/memories/{memory.pk}/edit/", form_of(memory, content="Three.", version=str(now.version)), headers=SCRIPT
    )
    assert memory.fresh().content == "Three."


def test_correcting_an_active_one_keeps_the_reason(reviewer: Client) -> None:
    memory = factories.memory("The bench weighs 5.4 kg.", active=True)
    assert "Reason" in words(reviewer.get(f"/memories/{memory.pk}/edit/").content)
    reviewer.post(f"/memories/{memory.pk}/edit/", form_of(memory, content="It weighs 5.5 kg.", note="weighed again"))
    assert AuditEntry.objects.filter(record_id=str(memory.pk)).latest("seq").note == "weighed again"


def test_a_dead_record_has_no_form(reviewer: Client) -> None:
    memory = factories.memory()
    reviewer.post(f"/memories/{memory.pk}/reject/", {"version": 1})
    assert reviewer.get(f"/memories/{memory.pk}/edit/").status_code == 302


def test_the_form_is_not_for_readers(reader: Client) -> None:
    memory = factories.memory(active=True)
    assert reader.post(f"/memories/{memory.pk}/edit/", form_of(memory, content="Mine.")).status_code == 403
    assert memory.fresh().version == 1


def test_what_would_repeat_another_is_said_in_the_form(reviewer: Client) -> None:
    factories.memory("The bench weighs 5.4 kg.")
    memory = factories.memory("The bench weighs 5.5 kg.")
    answer = reviewer.post(f"/memories/{memory.pk}/edit/", form_of(memory, content="The bench weighs 5.4 kg."))
    assert answer.status_code == 422
    assert "same content exists" in words(answer.content)
    assert memory.fresh().content == "The bench weighs 5.5 kg."
