"""Graduation: a memory becomes an entity. The entity is proposed; when it is promoted, the memory points at it."""

from collections.abc import Mapping
from typing import Any

from engineering.models import Entity
from memories.actors import Actor
from memories.choices import LIVE, Status
from memories.errors import Blocked, Duplicate
from memories.kinds import Change, kinds
from memories.models import Memory
from memories.services import edit
from memories.services._write import Batch, stale
from memories.services.edit import Created
from memories.services.lifecycle import admit, clean_note, move
from memories.services.refusals import present_state


def propose(
    memory: Memory, fields: Mapping[str, Any], *, actor: Actor, version: int | None = None, note: str = ""
) -> Created:
    """Propose the entity that a memory should become; the memory stays as it is until a person promotes it.

    Args:
        memory: a candidate or active memory.
        fields: the entity's (entity_type and name at least); description defaults to the memory's content.
        actor: a reviewer.
        version: the memory's version that the person saw.
        note: reason.

    Raises:
        StateConflict: the memory is neither candidate nor active.
        Stale: the memory changed since it was seen.
    """
    row = _prepare(memory, fields, actor, version)
    with Batch(actor) as batch:
        return edit.insert_in(batch, kinds.of(row), row, note=clean_note(note))


def graduate(memory: Memory, fields: Mapping[str, Any], *, actor: Actor, version: int, note: str = "") -> Entity:
    """Propose the entity and promote it in one go: both or neither. The memory becomes its pointer.

    Args:
        memory, fields, actor, version, note: as `propose` takes them.

    Raises:
        Duplicate: an entity with this content stands already; nothing is written.
    """
    row = _prepare(memory, fields, actor, version)
    reason = clean_note(note)
    with Batch(actor) as batch, batch.decision():
        made = edit.insert_in(batch, kinds.of(row), row, note=reason)
        if not made.created:
            raise stands(made.row)
        move(batch, row, "promote", note=reason)
    return row


def _prepare(memory: Memory, fields: Mapping[str, Any], actor: Actor, version: int | None) -> Entity:
    admit(memory, "graduate", actor=actor, version=version)
    home = memory.project.name if memory.project else None
    given = {"description": memory.content, "confidence": memory.confidence, "project": home, **fields}
    row: Entity = edit.prepare("entity", given, actor=actor)
    # Admitted above, so that it need not be looked up once more by its id.
    row.graduates_memory = memory
    if "source_refs" not in fields:
        row.source_refs = [f"memory:{memory.pk}"]
    return row


def stands(twin: Entity) -> Duplicate:
    """Build the refusal for an entity whose content a live one has already."""
    state = present_state(kinds.of(twin), twin)
    return Duplicate(f"A live entity with the same content exists: {twin.name} ({twin.status}).", **state)


def support(
    memory: Memory, entity: Entity, *, actor: Actor, version: int, entity_version: int, note: str = ""
) -> Entity:
    """Name a memory as a source of an entity that stands already, in place of making another one of it.

    A candidate is promoted with it, for nothing rests on what nobody accepted; an active memory stays as it is.

    Args:
        memory: a candidate or active memory.
        entity: a candidate or active entity.
        actor: a reviewer of both.
        version: the memory's version that the person saw; `entity_version` the entity's.
        note: reason.

    Raises:
        Blocked: they are of different projects.
    """
    ref = f"memory:{memory.pk}"
    with Batch(actor) as batch, batch.decision():
        # Asked of both before anything is written.
        admit(memory, "promote" if memory.status == Status.CANDIDATE else "update", actor=actor, version=version)
        kind = admit(entity, "update", actor=actor, version=entity_version)
        _check_project(memory, entity)
        if memory.status == Status.CANDIDATE:
            move(batch, memory, "promote", note=clean_note(note))
        if ref not in entity.source_refs:
            values = {"source_refs": [*entity.source_refs, ref]}
            batch.change(kind, entity, "update", values, note=clean_note(note) or f"rests on {ref}")
    return entity


def _check_project(memory: Memory, entity: Entity) -> None:
    if memory.project_id not in (None, entity.project_id):
        raise Blocked(
            f"The memory belongs to {memory.project}, the entity to {entity.project or 'no project'}.",
            blockers=[str(memory.pk)],
            status=entity.status,
        )


def follow_entity(change: Change) -> None:
    """Graduate the memory when its entity becomes active, in the same decision (hook).

    Raises:
        Blocked: the memory went another way since it was proposed, or to another project.
        Stale: it changed since the entity was read with it.
    """
    entity = change.row
    becomes_active = change.action in ("promote", "auto_promote") or (
        change.action == "create" and entity.status == Status.ACTIVE
    )
    if not entity.graduates_memory_id or not becomes_active:
        return
    memory = Memory.objects.select_related("project", "graduated_to_entity").get(pk=entity.graduates_memory_id)
    if memory.status not in LIVE:
        raise Blocked(_gone(memory), blockers=[str(memory.pk)], status=entity.status)
    if Entity.graduates_memory.is_cached(entity) and entity.graduates_memory.version != memory.version:
        raise stale(kinds.of(memory), entity.graduates_memory)
    _check_project(memory, entity)
    note = f"became {entity.entity_type} {entity.pk}"
    move(change.batch, memory, "graduate", note=note, graduated_to_entity_id=entity.pk)


def _gone(memory: Memory) -> str:
    if memory.graduated_to_entity:
        became = memory.graduated_to_entity
        return f"Its memory graduated already, into the {became.entity_type} “{became.name}”. Reject this one."
    return f"Its memory is {memory.status} by now. Restore the memory first, or reject this one."
