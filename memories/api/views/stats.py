"""`stats`: the figures of what the caller may see."""

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from memories.api import represent
from memories.api.base import RestViewSet
from memories.api.serializers import Shape
from memories.errors import UnknownProject
from memories.queries import projects, stats


class Figures(Shape):
    """How many there are."""

    total = serializers.IntegerField()
    by_status = serializers.DictField(child=serializers.IntegerField())
    by_type = serializers.DictField(child=serializers.IntegerField(), required=False)


class Waiting(Shape):
    """What waits for a decision."""

    waiting = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)


StatsShape = inline_serializer(
    "Stats",
    {
        **{name: Figures() for name in ("memories", "documents", "entities", "relationships", "conflicts")},
        "triage": Waiting(),
    },
)


class StatsViewSet(RestViewSet):
    """Figures."""

    extra_params = {"retrieve": ("project",)}

    @extend_schema(
        operation_id="stats",
        parameters=[OpenApiParameter("project", str, description="name or alias")],
        responses=StatsShape,
    )
    def retrieve(self, request: Request) -> Response:
        """Count records by status and type, and what waits."""
        name = request.query_params.get("project")
        try:
            project = projects.resolve(name, self.actor)
        except UnknownProject as unknown:
            raise UnknownProject(str(name), unknown.data["closest"], "?project") from None
        found = stats.figures(self.actor, project_id=project.pk if project else None)
        found["triage"]["oldest"] = represent.when(found["triage"]["oldest"])
        return Response(found)
