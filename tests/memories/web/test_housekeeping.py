"""Housekeeping as maintainers see it: the page, the REST resource, and the list of what has gone cold."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from memories.actors import Actor
from memories.choices import Role
from memories.models import AuditEntry, HousekeepingRun, Memory
from memories.services.housekeeping import run
from memories.services.housekeeping.lock import alone
from tests import factories as make
from tests.rest import client_of

pytestmark = pytest.mark.django_db


def past(days: int) -> Actor:
    return Actor("user:ada", Actor.system("import").principal, clock=timezone.now() - timedelta(days=days))


def expired(number: int = 1) -> list[Memory]:
    return [make.memory(by=past(2), valid_until=timezone.now() - timedelta(days=1)) for _ in range(number)]


def signed_in(client: Client, role: Role) -> Client:
    client.force_login(make.user(role))
    return client


def test_looking_changes_nothing_and_running_leads_to_what_was_done(client: Client) -> None:
    boss, (row,) = signed_in(client, Role.MAINTAINER), expired()
    page = boss.get("/housekeeping/").content.decode()
    assert "It has not run yet" in page
    page = boss.post("/housekeeping/", {"act": "look"}).content.decode()
    assert "This would be done now" in page
    assert "1 memory expired" in " ".join(page.split())
    assert (row.fresh().status, HousekeepingRun.objects.count()) == ("candidate", 0)

    answer = boss.post("/housekeeping/", {"act": "run"}, follow=True)
    assert "Done: 1 row changed." in answer.content.decode()
    assert row.fresh().status == "invalid"
    done = HousekeepingRun.objects.get()
    assert f"/audit/?request={done.request_id}" in answer.content.decode()
    listed = boss.get("/audit/", {"request": done.request_id}).content.decode()
    assert row.content in listed
    assert AuditEntry.objects.get(action="expire").actor == "cron"


def test_who_maintains_one_project_only_is_not_led_there(client: Client) -> None:
    client.force_login(make.user(Role.MAINTAINER, on=make.project()))
    assert client.get("/housekeeping/").status_code == 403
    assert "/housekeeping/" not in client.get("/projects/").content.decode()


def test_a_maintainer_finds_it_in_the_menu(client: Client) -> None:
    assert 'href="/housekeeping/"' in signed_in(client, Role.MAINTAINER).get("/projects/").content.decode()


def test_what_comes_due_is_told_before(client: Client) -> None:
    make.memory(valid_until=timezone.now() + timedelta(days=3))
    make.memory(by=Actor("agent:scribe", past(1).principal, clock=timezone.now() - timedelta(days=10)))
    page = " ".join(signed_in(client, Role.MAINTAINER).get("/housekeeping/").content.decode().split())
    assert "Within a day: 0 memories, 0 entities past their date; 0 memories of assistants" in page
    assert "Within 7 days: 1 memories, 0 entities past their date; 1 memory of assistants" in page


def test_what_has_gone_cold_is_listed_and_led_to(client: Client) -> None:
    cold = make.memory("The dome motor hums at 50 Hz.", by=past(120), active=True)
    young = make.memory("The dome turns in two minutes.", by=past(2), active=True)
    boss = signed_in(client, Role.MAINTAINER)
    page = boss.get("/housekeeping/").content.decode()
    assert cold.content in page
    assert young.content not in page
    listed = boss.get("/memories/?cold=true&sort=oldest").content.decode()
    assert cold.content in listed
    assert young.content not in listed
    other = boss.get("/memories/?cold=false").content.decode()
    assert young.content in other
    assert cold.content not in other


def test_a_step_that_failed_is_told(client: Client) -> None:
    told = {"outcome": "failed", "error": "expire: OSError: disk full", "counts": {"old step": {"left": 1}}}
    HousekeepingRun.objects.create(who="cron", request_id="r", **told)
    page = signed_in(client, Role.MAINTAINER).get("/housekeeping/").content.decode()
    assert "failed: OSError: disk full" in page
    assert "old step" in page


def test_nonsense_is_refused(client: Client) -> None:
    assert signed_in(client, Role.MAINTAINER).post("/housekeeping/", {"act": "burn"}).status_code == 400


def test_rest_looks_runs_and_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("memories.api.views.housekeeping.MOST_IN_A_REQUEST", 2)
    boss, rows = client_of(Role.MAINTAINER), expired(3)

    def post(**body: Any) -> Any:
        return boss.post("/api/v1/housekeeping", body, content_type="application/json").json()

    looked = post(dry_run=True)
    assert (looked["dry_run"], looked["run"]) == (True, None)
    assert looked["steps"]["expire"] == {"memories_expired": 2, "entities_expired": 0, "left": 1}
    done = post()
    assert done["steps"] == looked["steps"]
    post()
    assert {row.fresh().status for row in rows} == {"invalid"}
    runs = boss.get("/api/v1/housekeeping/runs").json()["results"]
    assert [one["outcome"] for one in runs] == ["done", "done"]
    assert runs[1]["id"] == done["run"]
    audit = boss.get("/api/v1/audit", {"request": runs[1]["request_id"], "action": "expire"}).json()["results"]
    assert len(audit) == 2


def test_rest_refuses_what_it_does_not_know() -> None:
    boss = client_of(Role.MAINTAINER)
    answer = boss.post("/api/v1/housekeeping", {"dry": True}, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/dry"


@pytest.mark.needs_sqlite  # PostgreSQL's lock is the session's own: there the test with two processes tells
def test_rest_says_when_another_run_is_under_way() -> None:
    with alone() as held:
        assert held
        answer = client_of(Role.MAINTAINER).post("/api/v1/housekeeping", {}, content_type="application/json")
    assert answer.status_code == 409
    assert "under way" in answer.json()["detail"]


def test_rest_filters_by_cold() -> None:
    cold = make.memory(by=past(120), active=True)
    make.memory(active=True)
    found = client_of(Role.READER).get("/api/v1/memories", {"cold": "true"}).json()["results"]
    assert [one["id"] for one in found] == [str(cold.pk)]
    asked = client_of(Role.READER).get("/api/v1/memories", {"cold": "true", "as_of": "1"})
    assert asked.status_code == 400


def test_the_most_of_a_request_is_bounded() -> None:
    assert run.MOST_IN_A_REQUEST <= 1_000
