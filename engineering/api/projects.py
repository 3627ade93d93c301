"""What is told of a whole project: its dashboard, and its overview under the project's own address."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import re_path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from engineering.api import queries
from engineering.api.queries_shapes import AnswerShape, as_json
from engineering.models import Entity
from engineering.queries.catalogue import BY_ID
from engineering.queries.dashboard import CARDS, dashboard
from engineering.queries.decided import decisions, decisions_in_force
from engineering.queries.envelope import Answer
from engineering.queries.overview import overview
from engineering.queries.overview_text import as_markdown
from memories import permissions
from memories.api.base import RestViewSet, record_id
from memories.api.serializers import Shape, moment, text
from memories.queries import projects

MARKDOWN = "text/markdown"


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


class SourceShape(Shape):
    """What became of the proposals of one source."""

    proposed_by = text(help_text="label of who proposed, such as agent:scribe; or the extractor")
    promoted = serializers.IntegerField(min_value=0)
    rejected = serializers.IntegerField(min_value=0)
    share = serializers.FloatField(min_value=0, max_value=1, help_text="promoted of both")


class ReviewingShape(Shape):
    """How reviewing goes."""

    days = serializers.IntegerField(help_text="days over which decisions are counted")
    decisions = serializers.IntegerField(min_value=0, help_text="decisions of people in that time")
    per_day = serializers.FloatField(min_value=0)
    weeks = serializers.IntegerField(help_text="weeks over which sources are counted")
    sources = SourceShape(many=True)
    extractors = SourceShape(many=True)


class DashboardShape(Shape):
    """The figures of a project."""

    project = text()
    cards = CardShape(many=True)
    coverage = CoverageShape(many=True)
    waiting = WaitingShape()
    trends = WeekShape(many=True)
    reviewing = ReviewingShape(allow_null=True, help_text="null where you do not review")
    computed_at = serializers.DateTimeField(help_text="they hold until something is written that they depend on")


class DashboardViewSet(RestViewSet):
    """The dashboard of a project."""

    queryset = Entity.objects.none()
    serializer_class = DashboardShape

    @extend_schema(operation_id="project_dashboard", responses=DashboardShape, tags=["projects"])
    def retrieve(self, request: Request, name: str) -> Response:
        """Count what a team has to look at, with the worst of each; coverage; twelve weeks."""
        return Response(DashboardShape(dashboard(projects.get(name, self.actor), self.actor)).data)


class MarkdownRenderer(BaseRenderer):
    """Lets a client ask for Markdown; the text is made by the view itself."""

    media_type = MARKDOWN
    format = "md"


class OverviewViewSet(queries.view_of(BY_ID["Q-020"])):  # type: ignore[misc]  # a class that is made from the catalogue
    """The overview under the project's own address."""

    def get_renderers(self) -> list[BaseRenderer]:
        """JSON, or Markdown for who asks for it."""
        return [JSONRenderer(), MarkdownRenderer()]

    @extend_schema(
        operation_id="project_overview",
        parameters=queries.parameters_of(BY_ID["Q-020"]),
        responses={(200, "application/json"): AnswerShape, (200, MARKDOWN): OpenApiTypes.STR},
        tags=["projects"],
    )
    def retrieve(self, request: Request, name: str) -> HttpResponseBase:
        """Q-020: where the project stands, in the envelope of the queries or as Markdown (Accept: text/markdown)."""
        if not isinstance(request.accepted_renderer, MarkdownRenderer):
            answer: Response = super().retrieve(request, name=name)
            return answer
        project = projects.get(name, self.actor)
        text = as_markdown(project, overview(project, self.actor, self.limits()))
        return HttpResponse(text, content_type=f"{MARKDOWN}; charset=utf-8")


class DecisionsViewSet(queries.QueryViewSet):
    """Decisions in force, or those that affect a part."""

    query = BY_ID["Q-008"]
    extra_params = {"retrieve": ("project", "part", "limit", "offset", "depth")}
    looks_back = frozenset[str]()

    @extend_schema(
        operation_id="queries_decisions_of",
        parameters=[
            OpenApiParameter("project", str, description="name or alias: its decisions in force"),
            OpenApiParameter("part", OpenApiTypes.UUID, description="an entity: the decisions that affect it (Q-008)"),
            *[one for one in queries.parameters_of(BY_ID["Q-008"]) if one.name != "as_of"],
        ],
        responses=AnswerShape,
        tags=["queries"],
    )
    def retrieve(self, request: Request) -> Response:
        """List the decisions in force, of a project or of all you may read, or those that affect a part."""
        name, part = (request.query_params.get(word, "") for word in ("project", "part"))
        project = projects.get(name, self.actor) if name else None
        if not part:
            return Response(as_json(decisions_in_force(project, self.actor, self.limits())))
        own = Entity.objects.filter(pk=record_id(part), **({"project": project} if project else {}))
        about = permissions.for_principal(own, self.actor).first()
        if about is None:
            # A filter by what one may not see finds nothing, as those of the lists do.
            return Response(as_json(Answer("Q-008", {"entity": part}, timezone.now(), "There is no such part.")))
        return Response(as_json(decisions(about, self.actor, self.limits())))


urlpatterns = [
    re_path(
        r"^projects/(?P<name>[^/]+)/dashboard/?$",
        DashboardViewSet.as_view({"get": "retrieve"}),
        name="project-dashboard",
    ),
    re_path(
        r"^projects/(?P<name>[^/]+)/overview/?$",
        OverviewViewSet.as_view({"get": "retrieve"}),
        name="project-overview-rest",
    ),
    re_path(r"^queries/decisions/?$", DecisionsViewSet.as_view({"get": "retrieve"}), name="query-decisions-of"),
]
