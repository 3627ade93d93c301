"""`housekeeping`, its log of runs, and `projects/{name}/daily-figures`, which it writes."""

from typing import Any

from django.urls import re_path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from memories import permissions
from memories.api import bodies
from memories.api.base import RestViewSet
from memories.api.represent import when
from memories.api.serializers import Shape, moment, text
from memories.api.views.baselines import OfProject
from memories.choices import Role
from memories.errors import StateConflict
from memories.models import DailyFigures, HousekeepingRun
from memories.queries import housekeeping as reads
from memories.services.housekeeping.run import BUSY, MOST_IN_A_REQUEST, housekeep, shown


class StepsField(serializers.DictField):
    """What each step did, by its name: numbers by their words."""

    child = serializers.DictField(child=serializers.IntegerField())


class RunShape(Shape):
    """One run of housekeeping."""

    id = serializers.UUIDField()
    started_at = serializers.DateTimeField()
    finished_at = moment()
    outcome = text(help_text="running, done, failed (a step; the others were done) or broken off")
    steps = StepsField()
    error = text(help_text="a line for each step that failed")
    who = text()
    request_id = text(help_text="names the rows it wrote: audit?request=")
    longest_ms = serializers.IntegerField(help_text="its longest transaction")


class ReportShape(Shape):
    """What a run did, or would do."""

    dry_run = serializers.BooleanField()
    outcome = text(help_text="done, or failed where a step failed (the others were done)")
    steps = StepsField()
    failed = serializers.DictField(child=serializers.CharField(), help_text="in words, by the step's name")
    longest_ms = serializers.IntegerField()
    run = serializers.UUIDField(allow_null=True)
    request_id = text(allow_null=True)


class RunNew(bodies.Body):
    """A run, or a look at what it would do."""

    dry_run = serializers.BooleanField(required=False, help_text="true: say what would be done and change nothing")


class HousekeepingViewSet(RestViewSet):
    """Housekeeping, for maintainers of all projects."""

    queryset = HousekeepingRun.objects.none()
    serializer_class = RunShape
    least_role = Role.MAINTAINER
    orderings = ("-started_at", "started_at")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in who maintains every project: a run reaches over all of them."""
        super().initial(request, *args, **kwargs)
        permissions.require(self.actor, Role.MAINTAINER, None)

    @extend_schema(operation_id="housekeeping_runs_list", responses=RunShape(many=True), tags=["housekeeping"])
    def list(self, request: Request) -> Response:
        """List the runs, newest first."""
        return self.page(reads.runs(), run)

    @extend_schema(operation_id="housekeeping_run", request=RunNew, responses={200: ReportShape}, tags=["housekeeping"])
    def create(self, request: Request) -> Response:
        """Run, or say what a run would do; each step changes 1,000 rows at most, the rest is told as `left`."""
        dry_run = self.body(RunNew).get("dry_run", False)
        report = housekeep(actor=self.actor, dry_run=dry_run, most=MOST_IN_A_REQUEST)
        if report.outcome == BUSY:
            raise StateConflict("Housekeeping is under way already; nothing was done.")
        return Response(shown(report))


def run(row: HousekeepingRun) -> dict[str, Any]:
    """Return a run as JSON."""
    return {
        "id": str(row.pk),
        "started_at": when(row.started_at),
        "finished_at": when(row.finished_at),
        "outcome": row.outcome,
        "steps": row.counts,
        "error": row.error,
        "who": row.who,
        "request_id": row.request_id,
        "longest_ms": row.longest_ms,
    }


class DailyShape(Shape):
    """The figures of one whole day, in UTC."""

    day = serializers.DateField()
    measured_at = serializers.DateTimeField(help_text="when what stands was counted")
    figures = serializers.DictField(
        help_text="came, promoted, rejected, expired, decisions (of people), sources of that day; records by status "
        "and waiting_days (median, p90), as they were measured"
    )


class DailyViewSet(OfProject):
    """The figures of a project, day by day."""

    queryset = DailyFigures.objects.none()
    serializer_class = DailyShape
    orderings = ("-day", "day")

    @extend_schema(operation_id="daily_figures_list", responses=DailyShape(many=True), tags=["housekeeping"])
    def list(self, request: Request, name: str) -> Response:
        """List the figures that housekeeping wrote of a project, the newest day first. Takes a reviewer of it."""
        project = self.project()
        permissions.require(self.actor, Role.REVIEWER, project.pk)
        return self.page(reads.daily(project.pk), daily)


def daily(row: DailyFigures) -> dict[str, Any]:
    """Return the figures of a day as JSON."""
    return {"day": row.day.isoformat(), "measured_at": when(row.measured_at), "figures": row.figures}


urlpatterns = [
    re_path(r"^projects/(?P<name>[^/]+)/daily-figures/?$", DailyViewSet.as_view({"get": "list"}), name="daily-figures"),
    re_path(r"^housekeeping/?$", HousekeepingViewSet.as_view({"post": "create"}), name="housekeep"),
    re_path(r"^housekeeping/runs/?$", HousekeepingViewSet.as_view({"get": "list"}), name="housekeeping-runs"),
]
