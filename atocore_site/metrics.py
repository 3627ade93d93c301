"""Owns /metrics: what was counted, and how many records there are now, for maintainers of all projects only."""

from collections.abc import Iterator

from django.http import HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from rest_framework.request import Request
from rest_framework.views import APIView

from atocore_site import meters
from memories import permissions
from memories.actors import Actor
from memories.api import params
from memories.api.authentication import actor_of
from memories.choices import Role
from memories.queries import housekeeping, stats


class MetricsView(APIView):
    """Prometheus's text format. A scraper sends the token of a maintainer: `authorization` in its configuration."""

    http_method_names = ["get", "head"]
    schema = None

    def get(self, request: Request) -> HttpResponse:
        """Answer every figure. Raises Forbidden unless the asker maintains all projects, for figures span them."""
        actor = actor_of(request)
        permissions.require(actor, Role.MAINTAINER, None)
        params.check(request.query_params, set(), set())
        now = CollectorRegistry()
        now.register(Records(actor))
        return HttpResponse(
            generate_latest(meters.REGISTRY) + generate_latest(now),
            content_type=CONTENT_TYPE_LATEST,
            headers={"Cache-Control": "no-store"},
        )


class Records(Collector):
    """The records as they stand when asked, read once a scrape: as many queries however many there are."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Return nothing, so that registering asks no database."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield records by kind and status, what waits, and when housekeeping last succeeded."""
        found = stats.figures(self._actor)
        waits = found.pop("triage")
        records = GaugeMetricFamily("atocore_records", "Records.", labels=["kind", "status"])
        for kind, figures in found.items():
            for status, number in figures["by_status"].items():
                records.add_metric([kind, status], number)
        yield records
        yield GaugeMetricFamily("atocore_triage_waiting", "Candidates that wait for a decision.", waits["waiting"])
        oldest = waits["oldest"].timestamp() if waits["oldest"] else 0
        yield GaugeMetricFamily(
            "atocore_triage_oldest_timestamp_seconds", "When the one that waits longest came, 0 for none.", oldest
        )
        last = housekeeping.last_success()
        yield GaugeMetricFamily(
            "atocore_housekeeping_success_timestamp_seconds",
            "When housekeeping last ended without a fault, 0 for never.",
            last.timestamp() if last else 0,
        )
