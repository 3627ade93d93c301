"""`documents`: Markdown that evidence was read from. A POST takes one in, or the next version of one."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from memories import permissions
from memories.api import bodies, preconditions, represent
from memories.api.parsing import StrictJSONParser
from memories.api.problems import PreconditionFailed
from memories.api.serializers import (
    ChunkShape,
    DocumentChange,
    DocumentNew,
    DocumentShape,
    DocumentTaken,
    DocumentUpload,
)
from memories.api.verbs import Judged, checked
from memories.errors import Invalid, Stale
from memories.files import decode
from memories.filters import ChunkFilter, DocumentFilter
from memories.findings import InputFault
from memories.kinds import Row
from memories.markdown.folder import markdown, shown
from memories.models import SourceChunk, SourceDocument
from memories.services import documents

_BODIES = {"application/json": DocumentNew, "multipart/form-data": DocumentUpload}


@extend_schema_view(
    create=extend_schema(request=_BODIES, responses={201: DocumentTaken, 200: DocumentTaken}),
    promote=extend_schema(request=bodies.Decision),
    partial_update=extend_schema(request=DocumentChange, responses=DocumentShape),
)
class DocumentViewSet(Judged):
    """Documents."""

    kind_name = "document"
    queryset = SourceDocument.objects.none()
    serializer_class = DocumentShape
    filterset_class = DocumentFilter
    orderings = ("-ingested_at", "ingested_at", "id", "-id")
    list_actions = frozenset({"list", "audit", "chunks"})
    parser_classes = (StrictJSONParser, MultiPartParser)
    represent = staticmethod(represent.document)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the request; a form is taken where a document is uploaded and nowhere else."""
        if self.action != "create" and request.content_type.startswith("multipart/"):
            raise UnsupportedMediaType(request.content_type, "Only JSON is taken here.")
        super().initial(request, *args, **kwargs)

    def create(self, request: Request) -> Response:
        """Take in a document: 201 for a new one, 200 for the next version of one, or where it stands as it is."""
        fields = self.uploaded() if request.content_type.startswith("multipart/") else self.fields()
        options = {name: fields.pop(name) for name in ("status", "note") if name in fields}
        wanted = preconditions.wanted_version(request)
        try:
            taken = documents.ingest(fields, actor=self.actor, version=wanted, **checked(options))
        except Stale as refusal:
            raise PreconditionFailed(refusal.message, **refusal.data) from None
        created = taken.outcome == documents.CREATED
        response = self.answer(taken.row, 201 if created else 200, created=created, outcome=taken.outcome)
        response["Location"] = request.build_absolute_uri(f"{request.path.rstrip('/')}/{taken.row.pk}")
        return response

    def uploaded(self) -> dict[str, Any]:
        """Return the fields of an upload, the file as `text`. Raises Invalid, UnsupportedMediaType."""
        sent: Any = self.request.data
        found: dict[str, list[Any]] = {name: sent.getlist(name) for name in sent}
        files = [value for values in found.values() for value in values if isinstance(value, UploadedFile)]
        if len(files) != 1 or found.pop("file", []) != files:
            raise Invalid.field("file", "One file is expected, as the part “file”.", "required")
        if "text" in found:
            raise Invalid.field("text", "The text of an upload is its file.", "contradiction")
        tags = [word for value in found.pop("tags", []) for word in value.split(",") if word.strip()]
        twice = [name for name, values in found.items() if len(values) != 1]
        if twice:
            raise Invalid.field(twice[0][:80], "This part stands more than once.", "duplicate_key")
        fields = {"file_path": str(files[0].name), **{name: values[0] for name, values in found.items()}}
        return {**fields, **({"tags": tags} if tags else {}), "text": _text_of(files[0])}

    def partial_update(self, request: Request, id: str) -> Response:
        """Change what is said about a document; its text comes by POST."""
        return self.change()

    def promotion(self, row: Row) -> dict[str, Any]:
        """Return what the body says: a document replaces no other by being promoted."""
        return self.body(bodies.Decision, row)

    @extend_schema(request=bodies.Decision)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, id: str) -> Response:
        """Mark it and its pieces removed; what points at them keeps its pointer."""
        row = self.target()
        return self.answer(documents.remove(row, actor=self.actor, **self.body(bodies.Decision, row)))

    @extend_schema(responses=ChunkShape(many=True))
    @action(detail=True, orderings=("chunk_index", "-chunk_index"), filterset_class=ChunkFilter)
    def chunks(self, request: Request, id: str) -> Response:
        """Its pieces in order; `removed=true` gives those that vanished and stay for what points at them."""
        return self.page(self._chunks(request), represent.chunk)

    def _chunks(self, request: Request) -> QuerySet[SourceChunk]:
        found = SourceChunk.objects.filter(document=self.target())
        if "removed" not in request.query_params:
            found = found.filter(removed_at__isnull=True)
        return permissions.for_principal(found, self.actor)


def _text_of(file: Any) -> str:
    name = shown(str(file.name))
    if not markdown(name):
        kind = file.content_type or "unknown"
        raise UnsupportedMediaType(kind, "Only one .md or .markdown file is taken; archives are not.")
    try:
        return decode(file.read(), name)
    except InputFault as fault:
        raise Invalid.field("file", str(fault), "not_utf8") from None
