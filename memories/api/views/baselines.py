"""`projects/{name}/baselines` and `projects/{name}/reviewed`: moments that people name, and how far they reviewed."""

from typing import Any

from django.urls import re_path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from memories.api import bodies
from memories.api.base import RestViewSet
from memories.api.represent import when
from memories.api.serializers import Shape, moment, text
from memories.errors import NotFound
from memories.models import Baseline, Project, ReviewMark
from memories.queries import moments, projects
from memories.services import baselines


class BaselineShape(Shape):
    """A named moment of a project."""

    name = text()
    project = text()
    at = serializers.DateTimeField(help_text="the moment that is named")
    seq = serializers.IntegerField(help_text="the newest row of the audit log when it was named")
    note = text()
    created_by = text()
    created_at = serializers.DateTimeField()


class BaselineNew(bodies.Noted):
    """A name for a moment."""

    name = bodies.Text(help_text="unique in the project; begins with a letter or digit, no slash, no number or time")
    at = bodies.Text(required=False, help_text="a time, or the number of an audit row; now unless told otherwise")


class MarkShape(Shape):
    """How far the caller has reviewed a project's changes."""

    project = text()
    seq = serializers.IntegerField(help_text="the last row of the audit log that was reviewed; 0 for none")
    moved_at = moment(help_text="when it was moved last")


class MarkNew(bodies.Body):
    """How far one has reviewed."""

    seq = serializers.IntegerField(
        required=False, min_value=0, max_value=2**63 - 1, help_text="a row of the audit log; the newest unless told"
    )


class OfProject(RestViewSet):
    """Something that belongs to the project in the address."""

    lookup_field = lookup_url_kwarg = "name"

    def project(self) -> Project:
        """Return the project that the address names. Raises NotFound."""
        return projects.get(self.kwargs["name"], self.actor)


class BaselineViewSet(OfProject):
    """Baselines of a project."""

    queryset = Baseline.objects.none()
    serializer_class = BaselineShape
    orderings = ("-at", "at")

    @extend_schema(operation_id="baselines_list", responses=BaselineShape(many=True), tags=["baselines"])
    def list(self, request: Request, name: str) -> Response:
        """List the baselines of a project, the newest moment first."""
        return self.page(moments.baselines(self.project().pk).select_related("project"), shown)

    @extend_schema(
        operation_id="baselines_create", request=BaselineNew, responses={201: BaselineShape}, tags=["baselines"]
    )
    def create(self, request: Request, name: str) -> Response:
        """Name a moment of a project. A baseline is never changed and never taken away."""
        made = baselines.name_baseline(self.project(), actor=self.actor, **_spelled(self.body(BaselineNew)))
        return Response(shown(made), 201)

    @extend_schema(operation_id="baselines_retrieve", tags=["baselines"])
    def retrieve(self, request: Request, name: str, baseline: str) -> Response:
        """Get one baseline by its name."""
        found = (
            moments.baselines(self.project().pk).filter(name__iexact=baseline[:80]).select_related("project").first()
        )
        if found is None:
            raise NotFound(f"There is no baseline “{baseline[:80]}” of this project.")
        return Response(shown(found))


class MarkViewSet(OfProject):
    """The caller's own mark in the changes of a project."""

    queryset = ReviewMark.objects.none()
    serializer_class = MarkShape

    @extend_schema(operation_id="reviewed_retrieve", tags=["baselines"])
    def retrieve(self, request: Request, name: str) -> Response:
        """Tell how far you have reviewed the project's changes."""
        project = self.project()
        found = ReviewMark.objects.filter(project=project, reviewer=self.actor.label).first()
        return Response(_mark(project, found))

    @extend_schema(operation_id="reviewed_create", request=MarkNew, responses={200: MarkShape}, tags=["baselines"])
    def create(self, request: Request, name: str) -> Response:
        """Say how far you have reviewed; `queries/projects/{name}/changes/unreviewed` tells what came after."""
        project = self.project()
        return Response(_mark(project, baselines.mark_reviewed(project, actor=self.actor, **self.body(MarkNew))))


def _spelled(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name in ("name", "at", "note")}


def shown(row: Baseline) -> dict[str, Any]:
    """Return a baseline as JSON."""
    return {
        "name": row.name,
        "project": row.project.name,
        "at": when(row.at),
        "seq": row.seq,
        "note": row.note,
        "created_by": row.created_by,
        "created_at": when(row.created_at),
    }


def _mark(project: Project, mark: ReviewMark | None) -> dict[str, Any]:
    return {"project": project.name, "seq": mark.seq if mark else 0, "moved_at": when(mark.moved_at) if mark else None}


_PROJECT = r"^projects/(?P<name>[^/]+)"
urlpatterns = [
    re_path(rf"{_PROJECT}/baselines/?$", BaselineViewSet.as_view({"get": "list", "post": "create"}), name="baselines"),
    re_path(
        rf"{_PROJECT}/baselines/(?P<baseline>[^/]+)/?$", BaselineViewSet.as_view({"get": "retrieve"}), name="baseline"
    ),
    re_path(rf"{_PROJECT}/reviewed/?$", MarkViewSet.as_view({"get": "retrieve", "post": "create"}), name="reviewed"),
]
