"""The faces of the ground floor's kinds: memory and document."""

from collections.abc import Sequence
from typing import Any

import django_filters as df

from memories import permissions
from memories.actors import Actor
from memories.choices import MemoryType, Status
from memories.filters import Filter, MemoryFilter, OneOf
from memories.kinds import Row, kinds
from memories.models import Finding, SourceChunk, SourceDocument
from memories.queries import packs, reinforcements
from memories.services.documents import remove
from memories.web import documents, provenance
from memories.web.faces import Face, faces
from memories.web.filters import DocumentQueueFilter, QueueFilter, SubjectMixin
from memories.web.forms import DocumentForm, MemoryForm


class MemoryQueueFilter(SubjectMixin, QueueFilter):
    """Filters of waiting memories."""

    type = df.ChoiceFilter(empty_label="any", field_name="memory_type", choices=MemoryType.choices)


class DocumentFilter(Filter):
    """Filters of the list of documents."""

    project = df.CharFilter(method="of_project")
    status = OneOf(choices=[(word, word) for word in (Status.CANDIDATE, Status.ACTIVE, Status.INVALID)])
    doc_type = df.CharFilter(label="Type")
    file_path = df.CharFilter(lookup_expr="icontains", label="Path contains")

    class Meta:
        model = SourceDocument
        fields: list[str] = []


def sources_of_memory(row: Row, actor: Actor, places: Sequence[Finding]) -> list[provenance.Source]:
    """Return where a memory came from: the exchange, the chunk, or neither."""
    found = []
    if row.source_interaction:
        found.append(provenance.of_interaction(row.source_interaction, row.content, places))
    if row.source_chunk:
        found.append(provenance.of_chunk(row.source_chunk, row.content))
    return found


def first_chunks(row: Row, actor: Actor) -> dict[str, Any]:
    """Return the beginning of a document, for its card."""
    live = SourceChunk.objects.filter(document=row, removed_at__isnull=True).order_by("chunk_index")
    return {"chunks": permissions.for_principal(live, actor)[:4]}


def standing(row: Row, actor: Actor) -> dict[str, Any]:
    """Return what a memory's page shows further: what it replaced, what would replace it, what it became."""
    same = permissions.for_principal(type(row)._base_manager.all(), actor)
    replaced = list(same.filter(superseded_by=row).select_related("project")[:20])
    proposed = list(same.filter(proposed_supersedes=row, status=Status.CANDIDATE).select_related("project")[:20])
    became = row.graduated_to_entity
    heard = reinforcements.of_memory(row, actor)
    return {
        "replaced": replaced,
        "proposed": proposed,
        "repeats": list(heard[:20]),
        "sessions": reinforcements.independent_sessions([row.pk])[row.pk] if row.reference_count else 0,
        "relied": packs.relied_on(row.pk, actor, 20),
        "became": became,
        "became_url": kinds.of(became).url(became.pk) if became else "",
    }


MEMORY = faces.register(
    Face(
        kind=kinds.named("memory"),
        queue_filter=MemoryQueueFilter,
        list_filter=MemoryFilter,
        shown=("project", "status", "type", "tag", "created_by", "confidence_min", "cold"),
        page="memories/memory.html",
        form=MemoryForm,
        type_of=lambda row: str(row.memory_type),
        text=lambda row: str(row.content),
        sources=sources_of_memory,
        detail=standing,
    )
)

DOCUMENT = faces.register(
    Face(
        kind=kinds.named("document"),
        queue_filter=DocumentQueueFilter,
        list_filter=DocumentFilter,
        shown=("project", "status", "doc_type", "file_path"),
        page="memories/document.html",
        form=DocumentForm,
        type_of=lambda row: str(row.doc_type),
        text=lambda row: str(row.title or row.file_path),
        beside=first_chunks,
        asked=documents.page_of,
        verbs={"remove": remove},
    )
)
