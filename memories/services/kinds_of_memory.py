"""The kinds of the ground floor: what a memory and a document are to code that handles every kind."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from memories import lifecycle
from memories.actors import Actor
from memories.choices import LIVE, MemoryType, Status
from memories.errors import Blocked, Invalid
from memories.kinds import IndexText, Kind, kinds
from memories.markdown.folder import path_fault
from memories.models import Interaction, Memory, SourceChunk, SourceDocument
from memories.queries import triage
from memories.queries.keys import holders_of
from memories.search import index, marks, neighbours
from memories.services import fields as f
from memories.services import pieces
from memories.text import normalise, shortened

_MEMORY_FIELDS: dict[str, tuple[str, f.Parser]] = {
    "memory_type": ("memory_type", f.choice(MemoryType.values)),
    "content": ("content", f.text(20_000)),
    "project": ("project", f.project),
    "external_ref": ("external_ref", f.optional_text(300)),
    "source_chunk": ("source_chunk_id", f.model_row(SourceChunk)),
    "source_interaction": ("source_interaction_id", f.model_row(Interaction)),
    "session_id": ("session_id", f.text(200, blank=True, single=True)),
    "position": ("position", f.integer(0, 2**31 - 1)),
    "observed_at": ("observed_at", f.moment),
    "confidence": ("confidence", f.confidence),
    "domain_tags": ("domain_tags", f.tags),
    "entities": ("entities", f.names),
    "valid_until": ("valid_until", f.moment),
    "proposed_supersedes": ("proposed_supersedes_id", f.record("memory")),
}


def digest(*parts: object) -> str:
    """Return a key that is equal where all parts are."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


def clean_memory(fields: Mapping[str, Any], *, actor: Actor, row: Memory | None) -> dict[str, Any]:
    """Parse a memory's fields (see kinds.Kind.clean); `row` is the present one for an update, None for a creation."""
    values = f.clean_all(_MEMORY_FIELDS, fields, actor=actor, required=() if row else ("memory_type", "content"))
    return f.by_id(values) if row else values


def key_of(row: Memory) -> str:
    """Return what is equal for memories of the same content, type, project and reference."""
    return digest(row.memory_type, row.project_id or "", row.external_ref or "", normalise(row.content))


def refresh_memory(row: Memory) -> None:
    """Recompute a memory's derived columns."""
    key = key_of(row)
    if key != row.dedupe_key or not row.triage_rank:
        row.dedupe_key = key
        if row.status == Status.CANDIDATE:
            refresh_nearness(row)
    place_in_queue(row)


def place_in_queue(row: Memory) -> None:
    """Set where in the triage queue a memory stands."""
    row.triage_rank = triage.rank(
        contested=row.proposed_supersedes_id is not None, near=row.near_overlap >= index.NEAR, confidence=row.confidence
    )


def refresh_nearness(row: Any) -> None:
    """Ask the index and the history whether a candidate is a near duplicate or was rejected before."""
    kind = kinds.of(row)
    row.near_overlap = index.nearest(kind, row)
    row.rejected_before = any(status == Status.INVALID and pk != row.pk for pk, status in holders_of(row))


def find_twin(row: Any) -> Any:
    """Return the live row with the same key, or None."""
    found = [pk for pk, status in holders_of(row) if status in LIVE and pk != row.pk]
    return type(row)._base_manager.filter(pk__in=found).first() if found else None


def index_text(row: Memory) -> IndexText:
    """Return the words by which a memory is found: its own and its tags', led by what it names and when it was said."""
    said = [f"{row.observed_at:%-d %B %Y}"] if row.observed_at else []
    carried = (marks.type_of("memory", row.memory_type), *marks.tags(row.domain_tags))
    return IndexText(" ".join([row.content, *row.domain_tags]), lead=" ".join([*row.entities, *said]), marks=carried)


def check_memory(row: Memory, action: str) -> None:
    """Check the rules between a memory and others."""
    if row.proposed_supersedes_id is not None and row.proposed_supersedes_id == row.pk:
        raise Invalid.field("proposed_supersedes", "A memory cannot propose to replace itself.")
    if action == "restore" and (twin := find_twin(row)):
        raise Blocked(
            f"A live memory with the same content exists: {twin.pk}.", blockers=[str(twin.pk)], status=row.status
        )


def blockers_of_memory(row: Memory) -> list[tuple[str, str]]:
    """Return the live records that rest on an active memory: rows it superseded."""
    replaced = Memory.objects.filter(superseded_by=row, status=Status.SUPERSEDED).values_list("pk", flat=True)
    return [(str(pk), f"memory {pk} was superseded by it") for pk in replaced]


def clean_document(fields: Mapping[str, Any], *, actor: Actor, row: SourceDocument | None) -> dict[str, Any]:
    """Parse a document's fields."""
    values = f.clean_all(_DOCUMENT_FIELDS, fields, actor=actor, required=() if row else ("file_path",))
    return f.by_id(values) if row else values


def _path(value: Any, name: str, actor: Actor) -> str:
    path = f.text(1_000, single=True)(value, name, actor)
    if fault := path_fault(path):
        raise Invalid.field(name, fault, "bad_path")
    return str(path)


_DOCUMENT_FIELDS: dict[str, tuple[str, f.Parser]] = {
    "file_path": ("file_path", _path),
    "title": ("title", f.text(500, blank=True, single=True)),
    "doc_type": ("doc_type", f.text(40, single=True)),
    "tags": ("tags", f.tags),
    "project": ("project", f.project),
}

MEMORY = kinds.register(
    Kind(
        name="memory",
        plural="memories",
        model=Memory,
        lifecycle=lifecycle.MEMORY,
        clean=clean_memory,
        editable=tuple(
            name for name in _MEMORY_FIELDS if name not in ("source_chunk", "source_interaction", "external_ref")
        ),
        title=lambda row: shortened(row.content),
        refresh=refresh_memory,
        index_text=index_text,
        surround=neighbours.surround,
        check=check_memory,
        blockers=blockers_of_memory,
        key=key_of,
        find_twin=find_twin,
        union=("domain_tags", "entities"),
        choosable=("content", "memory_type", "confidence", "valid_until", "observed_at"),
        card="memories/cards/memory.html",
        url=lambda record_id: f"/memories/{record_id}/",
        select=("project", "source_interaction", "source_chunk__document", "proposed_supersedes", "superseded_by"),
        unsourced=Q(source_interaction__isnull=True, source_chunk__isnull=True),
    )
)

DOCUMENT = kinds.register(
    Kind(
        name="document",
        plural="documents",
        model=SourceDocument,
        lifecycle=lifecycle.DOCUMENT,
        clean=clean_document,
        editable=("title", "doc_type", "tags"),
        title=lambda row: row.title or row.file_path,
        card="memories/cards/document.html",
        url=lambda record_id: f"/documents/{record_id}/",
        select=("project",),
        hooks=[pieces.follow],
    )
)
