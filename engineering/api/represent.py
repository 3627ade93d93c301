"""Rows as JSON (see memories.api.represent)."""

from typing import Any

from engineering.drafts import Draft
from engineering.models import Conflict, Entity, Relationship, ValueAlias
from engineering.queries.neighbourhood import Neighbourhood
from engineering.queries.proposals import Near
from memories.api.represent import OF_KIND, common, project_name, ref, when
from memories.models import Memory


def entity(row: Entity) -> dict[str, Any]:
    """Return an entity."""
    return {
        **common(row),
        "confidence": row.confidence,
        "entity_type": row.entity_type,
        "name": row.name,
        "project": project_name(row),
        "external_ref": row.external_ref,
        "description": row.description,
        "properties": row.properties,
        "source_refs": row.source_refs,
        "valid_until": when(row.valid_until),
        "graduates_memory": ref(row.graduates_memory_id),
        "superseded_by": ref(row.superseded_by_id),
        "proposed_supersedes": ref(row.proposed_supersedes_id),
        "near_overlap": row.near_overlap,
        "rejected_before": row.rejected_before,
    }


def end(row: Entity) -> dict[str, Any]:
    """Return an end of a link, enough to read the link by."""
    return {
        "id": str(row.pk),
        "entity_type": row.entity_type,
        "name": row.name,
        "status": row.status,
        "project": project_name(row),
    }


def relationship(row: Relationship) -> dict[str, Any]:
    """Return a relationship with its two ends."""
    return {
        **common(row),
        "confidence": row.confidence,
        "source_entity": end(row.source_entity),
        "relationship_type": row.relationship_type,
        "target_entity": end(row.target_entity),
        "origin_role": row.origin_role,
        "source_refs": row.source_refs,
        "reviewed_fingerprint": row.reviewed_fingerprint,
        "superseded_by": ref(row.superseded_by_id),
    }


def conflict(row: Conflict) -> dict[str, Any]:
    """Return a conflict with its claims, which were read with it."""
    return {
        "id": str(row.pk),
        "slot_kind": row.slot_kind,
        "slot_key": row.slot_key,
        "project": project_name(row),
        "severity": row.severity,
        "status": row.status,
        "resolution": row.resolution,
        "resolved_at": when(row.resolved_at),
        "resolved_by": row.resolved_by,
        "detected_at": when(row.detected_at),
        "note": row.note,
        "version": row.version,
        "members": [
            {
                "kind": member.member_kind,
                "id": str(member.member_id),
                "trust": member.member_layer_trust,
                "value": member.value_snapshot,
            }
            for member in row.members.all()
        ],
    }


def value_alias(row: ValueAlias) -> dict[str, Any]:
    """Return a value alias."""
    return {
        "id": str(row.pk),
        "project": project_name(row),
        "text": row.text,
        "stands_for": row.stands_for,
        "created_by": row.created_by,
        "created_at": when(row.created_at),
    }


def neighbourhood(found: Neighbourhood) -> dict[str, Any]:
    """Return nodes with their distance, and the edges between them."""
    return {
        "nodes": [{**end(row), "steps": found.steps[row.pk]} for row in found.entities],
        "edges": [
            {
                "id": str(link.pk),
                "source": str(link.source_entity_id),
                "relationship_type": link.relationship_type,
                "target": str(link.target_entity_id),
                "status": link.status,
            }
            for link in found.links
        ],
        "truncated": found.truncated,
    }


OF_KIND.update(entity=entity, relationship=relationship)


def graduation_draft(row: Memory, guess: Draft, near: list[Near]) -> dict[str, Any]:
    """Return what a memory could become."""
    return {
        "entity_type": guess.entity_type,
        "name": guess.name,
        "project": project_name(row),
        "properties": guess.properties,
        "sure": guess.sure,
        "near": [
            {
                "id": str(one.row.pk),
                "entity_type": one.row.entity_type,
                "name": one.row.name,
                "status": one.row.status,
                "version": one.row.version,
                "overlap": round(one.overlap, 3),
            }
            for one in near
        ],
    }
