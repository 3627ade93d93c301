"""`audit`: everything that ever changed. It is read, and a decision in it can be taken back; nothing else."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from memories import permissions
from memories.api import bodies, represent
from memories.api.base import RestViewSet
from memories.api.serializers import AuditShape, UndoneRequest, UndoneShape
from memories.choices import Role
from memories.errors import DomainError, NotFound
from memories.filters import AuditFilter
from memories.models import AuditEntry
from memories.services import undo

LINES = "application/jsonl"
MOST_SEQ = 2**63 - 1
Renderers = list[BaseRenderer]


class RequestNamed(bodies.Noted):
    """A request whose decisions are taken back."""

    request_id = bodies.Text(allow_blank=False, max_length=64)


class LinesRenderer(BaseRenderer):
    """Lets a client ask for JSON lines; the lines are streamed by the view itself."""

    media_type = LINES
    format = "jsonl"


class AuditViewSet(RestViewSet):
    """Audit rows, newest first."""

    queryset = AuditEntry.objects.none()
    serializer_class = AuditShape
    filterset_class = AuditFilter
    orderings = ("-seq", "seq")
    represent = staticmethod(represent.audit_entry)
    lookup_field = lookup_url_kwarg = "seq"
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[AuditEntry]:
        """Return the rows that the caller may see."""
        return permissions.for_principal(AuditEntry.objects.all(), self.actor)

    def known_params(self) -> tuple[set[str], set[str]]:
        """Return the parameters taken; the export takes the filters, but has no pages."""
        if self.action == "export":
            return set(AuditFilter.base_filters), AuditFilter.repeatable()
        return super().known_params()

    def get_renderers(self) -> Renderers:
        """The export answers lines; its errors are JSON like all others."""
        return [JSONRenderer(), LinesRenderer()] if self.action == "export" else super().get_renderers()

    def target(self) -> AuditEntry:
        """Return the row that the address names. Raises NotFound."""
        seq = int(self.kwargs["seq"][:20])
        row = self.get_queryset().filter(pk=seq).first() if seq <= MOST_SEQ else None
        if row is None:
            raise NotFound(f"There is no audit row {seq} that you may see.")
        return row

    def list(self, request: Request) -> Response:
        """List audit rows, newest first."""
        return self.page(self.get_queryset())

    def retrieve(self, request: Request, seq: str) -> Response:
        """Get one audit row."""
        return Response(represent.audit_entry(self.target()))

    @extend_schema(operation_id="audit_undo", request=bodies.Noted, responses=UndoneShape)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, seq: str) -> Response:
        """Take back the decision it belongs to, with the rows that the decision changed together."""
        rows = undo.undo(self.target(), actor=self.actor, **self.body(bodies.Noted))
        return Response({"results": [represent.record(row) for row in rows]})

    @extend_schema(operation_id="audit_undo_request", request=RequestNamed, responses=UndoneRequest)
    @action(detail=False, methods=["post"], url_path="undo")
    def undo_request(self, request: Request) -> Response:
        """Take back every decision of one request, such as a bulk one; one result a decision."""
        permissions.require_anywhere(self.actor, Role.REVIEWER)
        results = undo.undo_request(actor=self.actor, **self.body(RequestNamed))
        return Response({"results": [_undone(entry, refusal) for entry, refusal in results]})

    @extend_schema(responses={(200, LINES): OpenApiResponse(OpenApiTypes.STR, "one JSON object a line")})
    @action(detail=False)
    def export(self, request: Request) -> StreamingHttpResponse:
        """Export the filtered rows as JSON lines, oldest first."""
        rows = self.filter_queryset(self.get_queryset()).order_by("seq")
        headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
        return StreamingHttpResponse(_lines(rows), content_type=LINES, headers=headers)


def _lines(rows: QuerySet[AuditEntry]) -> Iterator[bytes]:
    for row in rows.iterator(chunk_size=500):
        yield json.dumps(represent.audit_entry(row), ensure_ascii=False).encode() + b"\n"


def _undone(entry: AuditEntry, refusal: DomainError | None) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "outcome": "refused" if refusal else "done",
        "code": refusal.code if refusal else "",
        "message": refusal.message if refusal else "",
    }
