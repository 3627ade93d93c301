"""What is told of a whole project: its dashboard, and its overview under the project's own address."""

from django.urls import re_path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engineering.models import Entity
from engineering.queries.dashboard import CARDS, dashboard
from memories.api.base import RestViewSet
from memories.api.serializers import Shape, moment, text
from memories.queries import projects


class CardRowShape(Shape):
    """One of the worst."""

    kind = text()
    id = serializers.UUIDField()
    type = text()
    name = text()
    note = text(help_text="why it is listed")
    since = moment()


class CardShape(Shape):
    """One thing to look at."""

    name = serializers.ChoiceField(choices=list(CARDS))
    title = text()
    count = serializers.IntegerField(min_value=0)
    of = serializers.IntegerField(min_value=0, help_text="among how many; 0 when nothing of the sort is recorded yet")
    unit = text(help_text="what `of` counts")
    items = CardRowShape(many=True, help_text="the worst five")
    queries = serializers.ListField(child=text(), help_text="the addresses that answer the count and the whole list")
    rule = text(help_text="what was counted, in a sentence")


class CoverageShape(Shape):
    """A share of the requirements."""

    name = text()
    label = text()  # type: ignore[assignment]  # Field.label is another thing; it is declared away
    numerator = serializers.IntegerField(min_value=0)
    denominator = serializers.IntegerField(min_value=0)
    share = serializers.FloatField(allow_null=True)
    rule = text()


class SinceShape(Shape):
    """When the median candidate, and the oldest tenth of them, came."""

    median = moment()
    p90 = moment()


class WaitingShape(Shape):
    """What waits for a decision."""

    waiting = serializers.IntegerField(min_value=0)
    by_kind = serializers.DictField(child=serializers.IntegerField())
    since = SinceShape()
    seen = serializers.BooleanField(help_text="whether you see the candidates of others")
    recorded = serializers.IntegerField(min_value=0, help_text="active memories and entities, and what waits")


class WeekShape(Shape):
    """A week of the trends."""

    week = serializers.DateTimeField(help_text="its Monday, UTC")
    came = serializers.IntegerField(allow_null=True, help_text="candidates in; null where you see none")
    promoted = serializers.IntegerField()
    rejected = serializers.IntegerField(allow_null=True)
    active = serializers.IntegerField(help_text="active entities at its end")


class DashboardShape(Shape):
    """The figures of a project."""

    project = text()
    cards = CardShape(many=True)
    coverage = CoverageShape(many=True)
    waiting = WaitingShape()
    trends = WeekShape(many=True)
    computed_at = serializers.DateTimeField(help_text="they hold until something is written that they depend on")


class DashboardViewSet(RestViewSet):
    """The dashboard of a project."""

    queryset = Entity.objects.none()
    serializer_class = DashboardShape

    @extend_schema(operation_id="project_dashboard", responses=DashboardShape, tags=["projects"])
    def retrieve(self, request: Request, name: str) -> Response:
        """Count what a team has to look at, with the worst of each; coverage; twelve weeks."""
        return Response(DashboardShape(dashboard(projects.get(name, self.actor), self.actor)).data)


urlpatterns = [
    re_path(
        r"^projects/(?P<name>[^/]+)/dashboard/?$",
        DashboardViewSet.as_view({"get": "retrieve"}),
        name="project-dashboard",
    ),
]
