"""The audit log in the administration: what changed, with what else, and the way back."""

import pytest

from memories.choices import Role, Status
from memories.models import AuditEntry, Memory
from memories.services import bulk, edit, lifecycle
from tests import factories
from tests.memories.admin import address, do, enter, last

pytestmark = pytest.mark.django_db


def test_a_row_shows_before_and_after_and_leads_to_its_record() -> None:
    row = factories.memory("The gap is 3 mm.")
    edit.update(row, {"content": "The gap is 4 mm."}, actor=factories.person(), note="measured again")
    entry = last()
    page = enter().get(address(entry)).content.decode()
    for words in ("The gap is 3 mm.", "The gap is 4 mm.", "measured again", address(row)):
        assert words in page


def test_a_row_is_never_changed_or_added() -> None:
    factories.memory()
    entry, client = last(), enter(Role.ADMIN)
    assert client.post(address(entry), {"note": "other"}).status_code == 403
    assert client.get(address(AuditEntry, "add")).status_code == 403
    assert AuditEntry.objects.get(pk=entry.pk).note == entry.note


def test_a_decision_is_undone_with_all_that_it_changed() -> None:
    old, new = factories.memory(active=True), factories.memory()
    lifecycle.promote(new, actor=factories.person(), supersedes=old)
    entry, client = last(), enter()
    page = client.get(address(entry))
    assert [other.action for other in page.context["in_decision"]] == ["promote"]
    assert do(client, entry, "undo").status_code == 302
    assert (old.fresh().status, new.fresh().status) == (Status.ACTIVE, Status.CANDIDATE)
    refused = do(client, entry, "undo")
    assert refused.status_code == 409
    assert "cannot be undone" in refused.content.decode()


def test_what_is_no_decision_offers_no_undo() -> None:
    factories.memory()
    entry, client = last(), enter()
    assert "Undo this decision" not in client.get(address(entry)).content.decode()
    assert do(client, entry, "undo").status_code == 404


def test_rows_of_the_same_request_stand_together() -> None:
    rows = [factories.memory() for _ in range(3)]
    bulk.bulk("memory", "reject", [(row.pk, 1) for row in rows], actor=factories.person())
    entry = last()
    page = enter().get(address(entry))
    assert {entry.record_id for entry in page.context["in_request"]} == {str(row.pk) for row in rows[:2]}


def test_the_log_is_filtered_by_kind_action_actor_project_request_and_id() -> None:
    row = factories.memory()
    factories.entity(active=True)
    lifecycle.reject(row, actor=factories.person(name="bob"))
    entry = last()
    client = enter()
    for query in (
        {"entity_kind": "memory", "action": "reject"},
        {"actor": "user:bob"},
        {"request_id": entry.request_id},
        {"project": str(entry.project_id), "action": "reject"},
        {"q": str(row.pk), "action": "reject"},
        {"q": str(entry.decision_id)},
    ):
        found = list(client.get(address(AuditEntry, "changelist"), query).context["cl"].queryset)
        assert found == [entry], query
    everything = list(client.get(address(AuditEntry, "changelist"), {"timestamp_within": "1"}).context["cl"].queryset)
    assert entry in everything
    day = f"{entry.timestamp:%Y-%m-%d}"
    assert entry in client.get(address(AuditEntry, "changelist"), {"day": day}).context["cl"].queryset
    assert not client.get(address(AuditEntry, "changelist"), {"day": "2001-02-03"}).context["cl"].queryset


def test_a_records_history_is_its_audit_rows() -> None:
    row = factories.memory()
    factories.memory()
    page = enter().get(address(row, "history"), follow=True)
    assert [entry.record_id for entry in page.context["cl"].queryset] == [str(row.pk)]


def test_the_front_page_shows_ones_own_last_corrections() -> None:
    row = factories.memory("The mirror is gold.")
    client = enter(name="anna")
    do(client, row, "reject")
    page = client.get("/admin/").content.decode()
    assert "The mirror is gold." in page
    assert Memory.objects.get().status == Status.INVALID
