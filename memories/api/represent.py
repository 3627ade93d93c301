"""Rows as JSON: one plain function a kind, since a list of fifty must not cost fifty serializers.

What they return is declared in serializers.py; a test compares the two. Each reads the row and what its kind selects
with it, never the database.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from memories.kinds import Row, kinds
from memories.models import (
    AuditEntry,
    ExtractionRun,
    Finding,
    Interaction,
    Memory,
    Project,
    Reinforcement,
    SourceChunk,
    SourceDocument,
)


def when(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 in UTC."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def ref(record_id: UUID | None) -> str | None:
    """Return an id as text."""
    return str(record_id) if record_id else None


def project_name(row: Any) -> str | None:
    """Return the canonical name of a row's project."""
    return row.project.name if row.project_id else None


def common(row: Row) -> dict[str, Any]:
    """Return what every record with a lifecycle has."""
    return {
        "id": str(row.pk),
        "status": row.status,
        "created_by": row.created_by,
        "version": row.version,
        "created_at": when(row.created_at),
        "updated_at": when(row.updated_at),
    }


def memory(row: Memory) -> dict[str, Any]:
    """Return a memory."""
    return {
        **common(row),
        "confidence": row.confidence,
        "memory_type": row.memory_type,
        "content": row.content,
        "project": project_name(row),
        "external_ref": row.external_ref,
        "source_chunk": ref(row.source_chunk_id),
        "source_interaction": ref(row.source_interaction_id),
        "session_id": row.session_id,
        "position": row.position,
        "observed_at": when(row.observed_at),
        "last_referenced_at": when(row.last_referenced_at),
        "reference_count": row.reference_count,
        "domain_tags": row.domain_tags,
        "entities": row.entities,
        "valid_until": when(row.valid_until),
        "graduated_to_entity": ref(row.graduated_to_entity_id),
        "superseded_by": ref(row.superseded_by_id),
        "proposed_supersedes": ref(row.proposed_supersedes_id),
        "near_overlap": row.near_overlap,
        "rejected_before": row.rejected_before,
    }


def document(row: SourceDocument) -> dict[str, Any]:
    """Return a document without its text."""
    return {
        **common(row),
        "file_path": row.file_path,
        "file_hash": row.file_hash,
        "title": row.title,
        "doc_type": row.doc_type,
        "tags": row.tags,
        "dated": row.dated.isoformat() if row.dated else None,
        "origin": row.origin,
        "project": project_name(row),
        "ingested_at": when(row.ingested_at),
        "removed_at": when(row.removed_at),
    }


def chunk(row: SourceChunk) -> dict[str, Any]:
    """Return a piece of a document; `span` counts characters of the document's text, `lines` its lines from 1."""
    return {
        "id": str(row.pk),
        "document": str(row.document_id),
        "chunk_index": row.chunk_index,
        "heading_path": row.heading_path,
        "content": row.content,
        "content_hash": row.content_hash,
        "char_count": row.char_count,
        "span": None if row.span_start is None else [row.span_start, row.span_end],
        "lines": None if row.line_start is None else [row.line_start, row.line_end],
        "metadata": row.metadata,
        "created_at": when(row.created_at),
        "removed_at": when(row.removed_at),
    }


def project(row: Project, aliases: list[str]) -> dict[str, Any]:
    """Return a project with its other names."""
    return {
        "name": row.name,
        "description": row.description,
        "status": row.status,
        "aliases": aliases,
        "version": row.version,
        "created_at": when(row.created_at),
        "updated_at": when(row.updated_at),
    }


def interaction(row: Interaction) -> dict[str, Any]:
    """Return a captured interaction."""
    return {
        "id": str(row.pk),
        "project": project_name(row),
        "project_text": row.project_text,
        "external_ref": row.external_ref,
        "prompt": row.prompt,
        "context_pack": row.context_pack,
        "response": row.response,
        "response_summary": row.response_summary,
        "memories_used": row.memories_used,
        "chunks_used": row.chunks_used,
        "client": row.client,
        "session_id": row.session_id,
        "created_by": row.created_by,
        "version": row.version,
        "created_at": when(row.created_at),
    }


def extraction_run(row: ExtractionRun) -> dict[str, Any]:
    """Return one pass of an extractor."""
    return {
        "id": str(row.pk),
        "extractor": row.extractor,
        "outcome": row.outcome,
        "llm_model": row.llm_model,
        "found": row.found,
        "proposed": row.proposed,
        "refused": row.refused,
        "error": row.error,
        "created_by": row.created_by,
        "created_at": when(row.created_at),
    }


def finding(row: Finding) -> dict[str, Any]:
    """Return one statement and where it stands."""
    return {
        "kind": row.record_kind,
        "id": str(row.record_id),
        "outcome": row.outcome,
        "place": row.place,
        "start": row.start,
        "end": row.end,
        "rule": row.rule,
        "extractor": row.run.extractor,
    }


def reinforcement(row: Reinforcement) -> dict[str, Any]:
    """Return what an exchange repeats."""
    return {"memory": str(row.memory_id), "share": row.share, "created_at": when(row.created_at)}


def audit_entry(row: AuditEntry) -> dict[str, Any]:
    """Return an audit row."""
    return {
        "seq": row.seq,
        "entity_kind": row.entity_kind,
        "record_id": row.record_id,
        "action": row.action,
        "actor": row.actor,
        "title": row.title,
        "project": row.project_name or None,
        "before": row.before_json,
        "after": row.after_json,
        "note": row.note,
        "timestamp": when(row.timestamp),
        "request_id": row.request_id,
        "decision_id": str(row.decision_id),
        "external_ref": row.external_ref,
    }


#: How each kind is shown where several stand in one list (triage, similar); engineering adds its own.
OF_KIND: dict[str, Callable[[Any], dict[str, Any]]] = {"memory": memory, "document": document}


def record(row: Row) -> dict[str, Any]:
    """Return a row of any kind that REST shows."""
    return OF_KIND[kinds.of(row).name](row)
