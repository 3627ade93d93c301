"""`stats` over REST."""

from typing import Any

from rest_framework.test import APIClient

from memories.models import Memory
from tests import factories
from tests.rest import API, is_problem


def test_figures_by_status_and_type(reviewer: APIClient, p04: Any) -> None:
    waiting = factories.memory("Coolant is changed twice a year.")
    factories.memory(active=True, project=None)
    one, two = factories.entity(), factories.entity(entity_type="decision")
    factories.relationship(one, "affected_by_decision", two, active=False)
    body = reviewer.get(f"{API}/stats").json()
    assert body["memories"]["total"] == 2
    assert body["memories"]["by_status"] == {"candidate": 1, "active": 1}
    assert body["entities"]["by_type"] == {"component": 1, "decision": 1}
    assert body["relationships"]["total"] == 1
    assert body["conflicts"]["total"] == 0
    assert body["triage"]["waiting"] == 2
    assert body["triage"]["oldest"][:19] == Memory.objects.get(pk=waiting.pk).created_at.isoformat()[:19]
    assert reviewer.get(f"{API}/stats?project=p04").json()["memories"]["total"] == 1
    is_problem(reviewer.get(f"{API}/stats?project=p99"), 400)
    is_problem(reviewer.get(f"{API}/stats?status=active"), 400)


def test_figures_count_only_what_one_may_see(reader: APIClient, p04: Any) -> None:
    factories.memory()
    factories.memory(active=True)
    assert reader.get(f"{API}/stats").json()["memories"] == {
        "total": 1,
        "by_status": {"active": 1},
        "by_type": {"knowledge": 1},
    }
