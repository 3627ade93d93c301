"""`search`: one ranked list over memories, entities and chunks of documents, each with why it was found."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from memories.api import represent
from memories.api.base import RestViewSet
from memories.api.serializers import Shape, moment, share, words
from memories.api.serializers import text as string
from memories.choices import Status
from memories.queries import search, search_asked
from memories.search import chunks


class WhyShape(Shape):
    """What found a hit."""

    terms = words(help_text="words of its own that the question asks for")
    neighbours = words(help_text="words of the question that only what stands beside it holds")
    names = words(help_text="names of the question that it holds")
    meaning = share(help_text="likeness in meaning; 0 without the semantic extra")


class HitShape(Shape):
    """A hit."""

    kind = serializers.CharField()
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.choices)
    type = string(help_text="memory or entity type; the document's for a chunk")
    project = string(allow_null=True)
    title = string()
    text = string(help_text="its own words")
    snippet = string()
    url = string(help_text="its page")
    score = serializers.FloatField(help_text="greater is better; comparable within one answer only")
    why = WhyShape()
    external_ref = string(allow_null=True)
    confidence = share(allow_null=True)
    session_id = string(allow_null=True)
    position = serializers.IntegerField(allow_null=True)
    observed_at = moment()
    document = serializers.UUIDField(allow_null=True)
    heading_path = string(allow_null=True)


SearchShape = inline_serializer("SearchAnswer", {"query": string(), "results": HitShape(many=True)})

FLAG = ("true", "false")
#: Asked when the schema is made: every app has registered its kinds by then.
KINDS = search.searched()
_PARAMETERS = [
    OpenApiParameter("q", str, required=True, description="what to search for, in plain words"),
    OpenApiParameter("project", str, description="name or alias; “none” for records of no project"),
    OpenApiParameter("kinds", str, many=True, description="memory, entity, chunk; also with commas", enum=KINDS),
    OpenApiParameter("tags", str, many=True, description="domain tags of which a memory carries one"),
    OpenApiParameter("types", str, many=True, description="memory or entity types"),
    OpenApiParameter(
        "candidates", str, description="count what waits for a decision, too (marked by its status)", enum=FLAG
    ),
    OpenApiParameter("limit", int, description=f"most hits, 1 to {search_asked.MOST}; 20 unless said"),
]


class SearchViewSet(RestViewSet):
    """Search."""

    extra_params = {"retrieve": search_asked.PARAMS}

    def known_params(self) -> tuple[set[str], set[str]]:
        """Return the parameters, and which of them may be repeated."""
        known, repeatable = super().known_params()
        return known, repeatable | set(search_asked.REPEATABLE)

    @extend_schema(operation_id="search", parameters=_PARAMETERS, responses=SearchShape)
    def retrieve(self, request: Request) -> Response:
        """Search what is true now."""
        wanted = search_asked.asked(dict(request.query_params.lists()), self.actor)
        found = search.find(wanted, self.actor)
        return Response({"query": wanted.text, "results": [hit(one) for one in found]})


def hit(found: search.Found) -> dict[str, Any]:
    """Return a hit as JSON."""
    row = found.row
    return {
        "kind": found.kind,
        "id": str(row.pk),
        "status": found.status,
        "project": found.project.name if found.project else None,
        "title": found.title,
        "text": found.text,
        "snippet": "".join(piece.text for piece in found.snippet),
        "url": found.url,
        "score": round(found.score, 6),
        "why": found.why._asdict(),
        **(_of_chunk(row) if found.kind == chunks.KIND else _of_record(row)),
    }


def _of_chunk(row: Any) -> Mapping[str, Any]:
    nothing = dict.fromkeys(("external_ref", "confidence", "session_id", "position", "observed_at"))
    return {
        **nothing,
        "type": row.document.doc_type,
        "document": str(row.document_id),
        "heading_path": row.heading_path,
    }


def _of_record(row: Any) -> Mapping[str, Any]:
    return {
        "type": getattr(row, "memory_type", "") or getattr(row, "entity_type", ""),
        "external_ref": row.external_ref,
        "confidence": row.confidence,
        "session_id": getattr(row, "session_id", None),
        "position": getattr(row, "position", None),
        "observed_at": represent.when(getattr(row, "observed_at", None)),
        "document": None,
        "heading_path": None,
    }
