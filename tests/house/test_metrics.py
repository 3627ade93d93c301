"""/metrics: what a scraper reads, who may, and that nobody can make it grow without end."""

from typing import Any

import httpx
import pytest
from django.core.management import call_command
from prometheus_client.parser import text_string_to_metric_families

from memories.choices import Role
from tests import factories
from tests.assistants.assistant import HTTP, assistant
from tests.live import LiveApp
from tests.rest import API, client_of, is_problem

pytestmark = pytest.mark.django_db


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Read every sample with the reader of Prometheus's own library."""
    families = text_string_to_metric_families(text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def scraped() -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return samples(client_of(Role.MAINTAINER).get("/metrics").content.decode())


def value(name: str, **labels: str) -> float:
    return scraped().get((name, frozenset(labels.items())), 0)


def test_answers_are_counted_by_view_and_status_not_by_address() -> None:
    reader = client_of(Role.READER)
    lost = reader.get(f"{API}/memories/01a00000-0000-7000-8000-000000000000")
    match = lost.wsgi_request.resolver_match
    assert match
    view = match.view_name
    labels = {"method": "GET", "view": view, "status": "404"}
    before = value("atocore_http_requests_total", **labels)
    for place in range(5):
        reader.get(f"{API}/memories/01a00000-0000-7000-8000-00000000000{place}")
        reader.get(f"/no/such/page/{place}")
        reader.generic(f"SPOT{place}", "/healthz")
    assert value("atocore_http_requests_total", **labels) == before + 5
    named = {dict(labels).get("view") for name, labels in scraped() if name == "atocore_http_requests_total"}
    methods = {dict(labels).get("method") for name, labels in scraped() if name == "atocore_http_requests_total"}
    assert not any("such" in str(one) or "01a0" in str(one) for one in named)
    assert "other" in named & methods
    assert not any(str(one).startswith("SPOT") for one in methods)
    assert value("atocore_http_request_duration_seconds_count", view=view) >= 5


def test_records_and_what_waits_are_those_of_now() -> None:
    waiting = factories.memory("The hut leaks.")
    assert value("atocore_records", kind="memories", status="candidate") == 1
    assert value("atocore_triage_waiting") == 1
    assert value("atocore_triage_oldest_timestamp_seconds") == pytest.approx(waiting.created_at.timestamp())
    assert value("atocore_housekeeping_success_timestamp_seconds") == 0
    call_command("housekeep")
    assert value("atocore_housekeeping_success_timestamp_seconds") > waiting.created_at.timestamp()


def test_only_who_maintains_everything_reads_it(client: Any) -> None:
    project = factories.project("p88", ())
    is_problem(client_of(Role.MAINTAINER, on=project).get("/metrics"), 403)
    is_problem(client_of(Role.REVIEWER).get("/metrics"), 403)
    is_problem(client.get("/metrics"), 401)
    is_problem(client_of(Role.MAINTAINER).get("/metrics?name[]=up"), 400)


def test_a_scrape_asks_as_often_however_many_rows_there_are(django_assert_max_num_queries: Any) -> None:
    scraper = client_of(Role.MAINTAINER)
    for _ in range(5):
        factories.memory()
    with django_assert_max_num_queries(24):
        scraper.get("/metrics")


def test_calls_of_assistants_are_counted_by_tool_and_outcome(live_app: LiveApp) -> None:
    keeper = {"Authorization": f"Bearer {live_app.create_token('metrics-keeper', 'maintainer')}"}
    with assistant(live_app, live_app.create_token("metrics-agent"), HTTP) as scribe:
        scribe.call("atocore_search", q="lathe")
        scribe.refused("atocore_search", q="lathe", project="no-such-project")
    found = samples(httpx.get(f"{live_app.base_url}/metrics", headers=keeper).text)
    for outcome in ("ok", "refused"):
        assert found["atocore_mcp_calls_total", frozenset({("tool", "atocore_search"), ("outcome", outcome)})] >= 1
    assert found["process_resident_memory_bytes", frozenset()] > 0
