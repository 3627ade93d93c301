"""Graduation: a memory becomes an entity. The entity is proposed; when it is promoted, the memory points at it."""

from collections.abc import Mapping
from typing import Any

from memories.actors import Actor
from memories.kinds import Change
from memories.models import Memory
from memories.services import edit
from memories.services.edit import Created
from memories.services.lifecycle import admit, move


def propose(memory: Memory, fields: Mapping[str, Any], *, actor: Actor, note: str = "") -> Created:
    """Propose the entity that a memory should become; the memory stays as it is until a person promotes it.

    Args:
        memory: a candidate or active memory.
        fields: the entity's (entity_type and name at least); description defaults to the memory's content.
        actor: a reviewer.
        note: reason.

    Raises:
        StateConflict: the memory is neither candidate nor active.
    """
    admit(memory, "graduate", actor=actor)
    given: dict[str, Any] = {
        "description": memory.content,
        "project": memory.project.name if memory.project else None,
        "confidence": memory.confidence,
        "source_refs": [f"memory:{memory.pk}"],
    }
    return edit.create("entity", {**given, **fields, "graduates_memory": str(memory.pk)}, actor=actor, note=note)


def follow_entity(change: Change) -> None:
    """Graduate the memory when its entity becomes active, in the same decision (hook)."""
    entity = change.row
    becomes_active = change.action in ("promote", "auto_promote") or (
        change.action == "create" and entity.status == "active"
    )
    if entity.graduates_memory_id and becomes_active:
        memory = Memory.objects.select_related("project").get(pk=entity.graduates_memory_id)
        move(
            change.batch,
            memory,
            "graduate",
            note=f"became {entity.entity_type} {entity.pk}",
            graduated_to_entity_id=entity.pk,
        )
