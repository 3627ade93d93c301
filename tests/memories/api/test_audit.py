"""`audit` over REST: read, export, undo."""

from typing import Any

from rest_framework.test import APIClient

from memories.choices import Role
from memories.models import AuditEntry, Memory
from tests import factories
from tests.rest import API, client_of, is_problem, lines


def test_the_log_is_filtered_by_every_side_of_a_row(reviewer: APIClient, p04: Any) -> None:
    row = factories.memory()
    promoted = reviewer.post(f"{API}/memories/{row.pk}/promote", {"note": "checked"})
    entry = AuditEntry.objects.get(action="promote")
    for query in (
        "action=promote",
        f"record={row.pk}&kind=memory&action=promote",
        "actor=agent:reviewer",
        f"request={promoted['X-Request-ID']}",
        f"decision={entry.decision_id}",
        "project=p04&action=promote",
        "since=2020-01-01&action=promote",
    ):
        found = reviewer.get(f"{API}/audit?{query}").json()["results"]
        assert [item["seq"] for item in found] == [entry.seq], query
    body = reviewer.get(f"{API}/audit/{entry.seq}").json()
    assert (body["note"], body["before"], body["after"]["status"]) == ("checked", {"status": "candidate"}, "active")
    assert reviewer.get(f"{API}/audit?until=2020-01-01").json()["results"] == []


def test_a_decision_is_taken_back(reviewer: APIClient, p04: object) -> None:
    row = factories.memory()
    reviewer.post(f"{API}/memories/{row.pk}/reject")
    entry = AuditEntry.objects.get(action="reject")
    response = reviewer.post(f"{API}/audit/{entry.seq}/undo", {"note": "misread"})
    assert response.status_code == 200, response.content
    assert [(item["id"], item["status"]) for item in response.json()["results"]] == [(str(row.pk), "candidate")]
    body = is_problem(reviewer.post(f"{API}/audit/{entry.seq}/undo"), 409)
    assert body["code"] == "blocked"


def test_undo_of_a_whole_request(reviewer: APIClient, p04: object) -> None:
    items = [{"id": str(factories.memory().pk), "version": 1} for _ in range(3)]
    done = reviewer.post(f"{API}/triage/bulk", {"verb": "promote", "items": items}).json()
    reviewer.patch(f"{API}/memories/{items[0]['id']}", {"content": "Changed since."})
    results = reviewer.post(f"{API}/audit/undo", {"request_id": done["request_id"]}).json()["results"]
    assert sorted(result["outcome"] for result in results) == ["done", "done", "refused"]
    assert Memory.objects.filter(status="candidate").count() == 2


def test_nothing_else_is_done_to_the_log(reviewer: APIClient, agent: APIClient, p04: object) -> None:
    factories.memory()
    seq = AuditEntry.objects.latest("seq").seq
    for method in ("put", "patch", "delete"):
        is_problem(getattr(reviewer, method)(f"{API}/audit/{seq}", {}), 405)
    is_problem(reviewer.post(f"{API}/audit", {}), 405)
    assert agent.post(f"{API}/audit/{seq}/undo").status_code in (403, 404)
    is_problem(agent.post(f"{API}/audit/undo", {"request_id": "x"}), 403)


def test_a_reader_sees_the_history_of_what_is_active(reader: APIClient, reviewer: APIClient, p04: object) -> None:
    hidden, shown = factories.memory(), factories.memory(active=True)
    assert [item["record_id"] for item in reader.get(f"{API}/audit?kind=memory").json()["results"]] == [str(shown.pk)]
    is_problem(reader.get(f"{API}/audit/{AuditEntry.objects.get(record_id=str(hidden.pk)).seq}"), 404)
    kinds = {item["entity_kind"] for item in reviewer.get(f"{API}/audit?limit=200").json()["results"]}
    assert not kinds & {"user", "membership", "token"}
    admin = client_of(Role.ADMIN)
    assert {"user", "token"} <= {item["entity_kind"] for item in admin.get(f"{API}/audit?limit=200").json()["results"]}


def test_the_export_is_one_json_object_a_line(reviewer: APIClient, p04: object) -> None:
    for _ in range(3):
        factories.memory(active=True)
    response = reviewer.get(f"{API}/audit/export?kind=memory", headers={"accept": "application/jsonl"})
    assert (response.status_code, response["Content-Type"]) == (200, "application/jsonl")
    seqs = [line["seq"] for line in lines(response)]
    assert seqs == sorted(seqs)
    assert len(seqs) == 3
    is_problem(reviewer.get(f"{API}/audit/export?limit=3", headers={"accept": "application/jsonl"}), 400)
