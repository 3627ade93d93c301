"""`projects`: what a team works on, by any of its names."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from memories.api import bodies, represent
from memories.api.base import RestViewSet
from memories.api.serializers import ProjectShape
from memories.errors import Invalid
from memories.filters import ProjectFilter
from memories.models import Project, ProjectAlias
from memories.queries import projects as reads
from memories.services import projects


class ProjectNew(bodies.Body):
    """A new project."""

    name = bodies.Text(help_text="letters a-z, digits, dots, dashes and underscores")
    description = bodies.Text(required=False)
    aliases = bodies.Texts(required=False, max_length=100)


class ProjectChange(bodies.Body):
    """A new description or name; the old name stays as an alias."""

    name = bodies.Text(required=False)
    description = bodies.Text(required=False)
    version = bodies.Whole(required=False)


class AliasNew(bodies.Body):
    """Another name."""

    alias = bodies.Text()


class VersionSeen(bodies.Body):
    """The version you saw."""

    version = bodies.Whole(required=False)


def shown(row: Project) -> dict[str, Any]:
    """Return a project with the aliases that were read with it."""
    return represent.project(row, sorted(name.alias for name in row.names.all()))


@extend_schema_view(
    create=extend_schema(request=ProjectNew, responses={201: ProjectShape}),
    partial_update=extend_schema(request=ProjectChange),
)
class ProjectViewSet(RestViewSet):
    """Projects."""

    queryset = Project.objects.none()
    serializer_class = ProjectShape
    filterset_class = ProjectFilter
    orderings = ("name", "-name", "-created_at", "created_at", "-updated_at", "updated_at")
    lookup_field = lookup_url_kwarg = "name"
    represent = staticmethod(shown)

    def get_queryset(self) -> QuerySet[Project]:
        """Return the projects that the caller may see."""
        live = ProjectAlias.objects.filter(canonical=False, removed_at__isnull=True)
        return reads.visible(self.actor).prefetch_related(Prefetch("names", queryset=live))

    def target(self) -> Project:
        """Return the project that the address names, by any of its names. Raises NotFound."""
        return reads.get(self.kwargs["name"], self.actor)

    def fresh(self, row: Project, status: int = 200) -> Response:
        """Answer a project as it stands now."""
        return self.answer(self.get_queryset().get(pk=row.pk), status)

    def list(self, request: Request) -> Response:
        """List the projects you may see."""
        return self.page(self.get_queryset())

    def create(self, request: Request) -> Response:
        """Register a project with its aliases."""
        response = self.fresh(projects.register(actor=self.actor, **self.body(ProjectNew)), 201)
        response["Location"] = request.build_absolute_uri(f"{request.path.rstrip('/')}/{response.data['name']}")
        return response

    def retrieve(self, request: Request, name: str) -> Response:
        """Get a project by its name or an alias."""
        return self.fresh(self.target())

    def partial_update(self, request: Request, name: str) -> Response:
        """Rename it or describe it anew, one at a time."""
        row = self.target()
        body = self.body(ProjectChange, row)
        if "name" in body and "description" in body:
            raise Invalid.field(
                "name", "Send name and description one after the other: each is an act of its own.", "one_at_a_time"
            )
        if "name" in body:
            return self.fresh(projects.rename(row, actor=self.actor, **body))
        return self.fresh(projects.edit(row, actor=self.actor, **{"description": row.description, **body}))

    @extend_schema(request=VersionSeen)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, name: str) -> Response:
        """Close it to new work; what it holds stays readable."""
        row = self.target()
        return self.fresh(projects.archive(row, actor=self.actor, **self.body(VersionSeen, row)))

    @extend_schema(request=VersionSeen)
    @action(detail=True, methods=["post"])
    def unarchive(self, request: Request, name: str) -> Response:
        """Open it again."""
        row = self.target()
        return self.fresh(projects.unarchive(row, actor=self.actor, **self.body(VersionSeen, row)))

    @extend_schema(request=AliasNew)
    @action(detail=True, methods=["post"])
    def aliases(self, request: Request, name: str) -> Response:
        """Give it another name."""
        return self.fresh(projects.add_alias(self.target(), actor=self.actor, **self.body(AliasNew)))

    @extend_schema(responses=ProjectShape)
    @action(detail=True, methods=["delete"], url_path="aliases/(?P<alias>[^/]+)")
    def remove_alias(self, request: Request, name: str, alias: str) -> Response:
        """Take a name from it; its canonical name stays."""
        return self.fresh(projects.remove_alias(self.target(), alias, actor=self.actor))
