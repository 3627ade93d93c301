"""The verbs on documents: bring one in with its chunks, remove it. (Cutting files into chunks is ingestion's.)"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from memories import permissions
from memories.actors import Actor
from memories.choices import Role, Status
from memories.errors import Duplicate
from memories.kinds import kinds
from memories.models import SourceChunk, SourceDocument
from memories.services._write import Batch, serialise
from memories.services.lifecycle import admit, clean_note
from memories.text import clean_text


def bring(
    fields: Mapping[str, Any],
    chunks: Sequence[Mapping[str, Any]],
    *,
    actor: Actor,
    status: str | None = None,
    note: str = "",
) -> SourceDocument:
    """Take a document with its chunks; an agent's is a candidate until a person accepts it.

    Args:
        fields: file_path, title, doc_type, tags, project.
        chunks: {content, heading_path} each, in order.
        actor: who brings it.
        status: candidate (default for agents) or active (default for reviewers).
        note: reason.

    Raises:
        Duplicate: the project has a document at that path (replacing is ingestion's verb).
    """
    kind = kinds.named("document")
    document = SourceDocument(**kind.clean(fields, actor=actor, row=None), created_by=actor.label)
    role = actor.principal.role_on(document.project_id)
    document.status = status or (Status.ACTIVE if role and role.includes(Role.REVIEWER) else Status.CANDIDATE)
    permissions.require(
        actor, Role.AGENT if document.status == Status.CANDIDATE else Role.REVIEWER, document.project_id
    )
    texts = [clean_text(chunk.get("content"), f"chunks/{place}/content") for place, chunk in enumerate(chunks)]
    document.file_hash = _digest("\n".join(texts))
    with Batch(actor) as batch:
        _check_path(document)
        document.created_at = document.updated_at = document.ingested_at = batch.at
        batch.insert(kind, document, note=clean_note(note))
        SourceChunk.objects.bulk_create(
            _chunk(document, place, text, str(chunks[place].get("heading_path", "")))
            for place, text in enumerate(texts)
        )
    return document


def remove(document: SourceDocument, *, actor: Actor, version: int | None = None, note: str = "") -> SourceDocument:
    """Mark a document and its chunks removed; what points at them keeps its pointer."""
    with Batch(actor) as batch:
        kind = admit(document, "remove", actor=actor, version=version)
        batch.change(
            kind, document, "remove", {"status": Status.INVALID.value, "removed_at": batch.at}, note=clean_note(note)
        )
        document.chunks.filter(removed_at__isnull=True).update(removed_at=batch.at)
    return document


def _check_path(document: SourceDocument) -> None:
    serialise(f"document {document.project_id} {document.file_path}")
    there = SourceDocument.objects.filter(
        project=document.project_id, file_path=document.file_path, removed_at__isnull=True
    )
    if twin := there.first():
        raise Duplicate(
            f"The project has a document at “{document.file_path}” already.", id=str(twin.pk), status=twin.status
        )


def _chunk(document: SourceDocument, place: int, text: str, heading: str) -> SourceChunk:
    heading_path = clean_text(heading, f"chunks/{place}/heading_path", most=1_000, blank=True, single=True)
    return SourceChunk(
        document=document,
        chunk_index=place,
        content=text,
        content_hash=_digest(text),
        heading_path=heading_path,
        char_count=len(text),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
