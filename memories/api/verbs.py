"""The endpoints that every kind with a lifecycle has. Each gets its record, calls the verb, and answers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from memories import permissions
from memories.actors import Actor
from memories.api import bodies, preconditions, represent
from memories.api.base import record_id
from memories.api.looking_back import AS_OF, LooksBack
from memories.api.serializers import AlikeList, AuditShape
from memories.errors import Invalid
from memories.kinds import Row, kinds
from memories.queries import history, records, triage
from memories.services import edit, lifecycle


class RecordViewSet(LooksBack):
    """Records of one kind: list, get, create, history.

    Attributes:
        kind_name: the kind.
        list_select: relations that `represent` reads.
    """

    kind_name: str
    list_select: tuple[str, ...] = ("project",)
    list_actions = frozenset({"list", "audit"})
    looks_back = frozenset({"list", "retrieve"})

    def moment_project(self, actor: Actor) -> UUID | None:
        """Return the project of the record that the address names, or the one that the list is narrowed to."""
        if "id" not in self.kwargs:
            return super().moment_project(actor)
        kind = kinds.named(self.kind_name)
        found = kind.model._base_manager.filter(pk=record_id(self.kwargs["id"]))
        project: UUID | None = found.values_list(f"{kind.project_paths[0]}_id", flat=True).first()
        return project if project and actor.principal.role_on(project) else None

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows that the caller may see."""
        model = kinds.named(self.kind_name).model
        return permissions.for_principal(model._base_manager.select_related(*self.list_select), self.actor)

    def target(self) -> Row:
        """Return the record that the address names. Raises NotFound."""
        return records.get(self.kind_name, self.kwargs["id"], self.actor)

    def other(self, record_id: Any, pointer: str) -> Row:
        """Return another record of the kind that the body names. Raises Invalid where it is not there."""
        row = records.visible(self.kind_name, self.actor).filter(pk=record_id).first()
        if row is None:
            raise Invalid.field(pointer, f"There is no {self.kind_name} {record_id} that you may see.", "dangling")
        return row

    @extend_schema(parameters=[AS_OF])
    def list(self, request: Request) -> Response:
        """List the records you may see."""
        return self.page(self.get_queryset())

    @extend_schema(parameters=[AS_OF])
    def retrieve(self, request: Request, id: str) -> Response:
        """Get one record; its version is the ETag."""
        return self.answer(self.target())

    def create(self, request: Request) -> Response:
        """Create a record. A live one of the same content answers 200 with `created: false` instead."""
        fields = self.fields()
        options = {name: fields.pop(name) for name in ("status", "note") if name in fields}
        made = edit.create(self.kind_name, fields, actor=self.actor, **checked(options))
        response = self.answer(made.row, 201 if made.created else 200, created=made.created)
        response["Location"] = request.build_absolute_uri(f"{request.path.rstrip('/')}/{made.row.pk}")
        return response

    def change(self) -> Response:
        """Change fields of a candidate or active record."""
        row, fields = self.target(), self.fields()
        options = {name: fields.pop(name) for name in ("version", "note") if name in fields}
        return self.answer(edit.update(row, fields, actor=self.actor, **self.at_version(row, checked(options))))

    @extend_schema(responses=AuditShape(many=True))
    @action(detail=True, orderings=("-seq", "seq"), filterset_class=None)
    def audit(self, request: Request, id: str) -> Response:
        """Its whole history, newest first."""
        found = history.of_record(self.kind_name, self.target().pk)
        return self.page(permissions.for_principal(found, self.actor), represent.audit_entry)


class Judged(RecordViewSet):
    """The verbs that all triaged records share: promote, reject, annotate."""

    @extend_schema(request=bodies.Promotion)
    @action(detail=True, methods=["post"])
    def promote(self, request: Request, id: str) -> Response:
        """Make a candidate active; what it replaces is superseded with it."""
        row = self.target()
        return self.answer(lifecycle.promote(row, actor=self.actor, **self.promotion(row)))

    def promotion(self, row: Row) -> dict[str, Any]:
        """Return what the body says about a promotion."""
        body = self.body(bodies.Promotion, row)
        if "supersedes" in body:
            body["supersedes"] = self.other(body["supersedes"], "supersedes")
        return body

    @extend_schema(request=bodies.Decision)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, id: str) -> Response:
        """Turn a candidate down."""
        row = self.target()
        return self.answer(lifecycle.reject(row, actor=self.actor, **self.body(bodies.Decision, row)))

    @extend_schema(request=bodies.Annotation)
    @action(detail=True, methods=["post"])
    def annotate(self, request: Request, id: str) -> Response:
        """Add a note to its history; the record stays as it is."""
        row = self.target()
        preconditions.check(request, row)
        return self.answer(lifecycle.annotate(row, actor=self.actor, **self.body(bodies.Annotation)))


class Decisions(Judged):
    """The verbs that memories, entities and relationships share beyond those."""

    @extend_schema(request=bodies.Succession)
    @action(detail=True, methods=["post"])
    def supersede(self, request: Request, id: str) -> Response:
        """Retire an active record, in favour of the active one that `by` names."""
        row = self.target()
        body = self.body(bodies.Succession, row)
        by = self.other(body.pop("by"), "by") if "by" in body else None
        return self.answer(lifecycle.supersede(row, actor=self.actor, by=by, **body))

    @extend_schema(request=bodies.Decision)
    @action(detail=True, methods=["post"])
    def invalidate(self, request: Request, id: str) -> Response:
        """Declare an active record no longer true, with nothing in its place."""
        row = self.target()
        return self.answer(lifecycle.invalidate(row, actor=self.actor, **self.body(bodies.Decision, row)))

    @extend_schema(request=bodies.Decision)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, id: str) -> Response:
        """Put a dead record back in the queue."""
        row = self.target()
        return self.answer(lifecycle.restore(row, actor=self.actor, **self.body(bodies.Decision, row)))


class Mergeable(Decisions):
    """Kinds that can be edited, folded into one another and compared."""

    def partial_update(self, request: Request, id: str) -> Response:
        """Change fields of a candidate or active record."""
        return self.change()

    @extend_schema(request=bodies.Merging)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, id: str) -> Response:
        """Fold this record into another, which is answered."""
        row = self.target()
        body = self.body(bodies.Merging, row)
        into = self.other(body.pop("into"), "into")
        return self.answer(lifecycle.merge(row, into, actor=self.actor, **body))

    @extend_schema(responses=AlikeList)
    @action(detail=True)
    def similar(self, request: Request, id: str) -> Response:
        """The active records most like this one, best first."""
        found = triage.similar(self.target(), self.actor)
        return Response({"results": [alike(item.row, item.overlap) for item in found]})


def alike(row: Row, overlap: float) -> dict[str, Any]:
    """Return a resembling record."""
    return {"kind": kinds.of(row).name, "overlap": round(overlap, 4), "record": represent.record(row)}


class _Options(bodies.Noted):
    status = bodies.Text(required=False)
    version = bodies.Whole(required=False)


def checked(options: Mapping[Any, Any]) -> dict[str, Any]:
    """Return status, version and note of a body after checking what they are. Raises ValidationError."""
    read = _Options(data=dict(options))
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)
