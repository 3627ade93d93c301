"""How the rows of each older table become rows here: built unsaved, refused where they meet a rule of this database."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from engineering.importers.legacy.context import Values
from engineering.importers.legacy.desk import Refused
from engineering.models import Conflict, ConflictMember, Entity, Relationship
from engineering.services.importing import origin
from engineering.services.importing.world import World
from memories.choices import ConflictStatus, Status
from memories.errors import Invalid
from memories.models import Interaction, Memory, Project, SourceChunk, SourceDocument

Built = Any  # an unsaved row of one of the models below


@dataclass(frozen=True, slots=True)
class Table:
    """One older table.

    Attributes:
        model: where its rows go.
        kind: word of its audit rows.
        build: makes the unsaved row. Raises Refused.
        identity: values by which two rows of one id are the same row.
        project_of: the project that its audit row names.
    """

    model: type[models.Model]
    kind: str
    build: Callable[[World, Values], Built]
    identity: tuple[str, ...]
    project_of: Callable[[World, Built], Project | None] = lambda world, row: row.project


def _document(world: World, values: Values) -> SourceDocument:
    project = world.project(values["project"])
    row = SourceDocument(**_with(values, project=project, created_by=world.batch.actor.label))
    place = (project.pk if project else None, row.file_path)
    standing = SourceDocument.objects.filter(project=project, file_path=row.file_path, removed_at__isnull=True)
    other = standing.values_list("pk", flat=True).first() or world.first("document", place, row.pk)
    if other != row.pk:
        raise Refused("path_taken", f"the project has a document at {row.file_path!r} already: {other}", other)
    world.places[row.pk] = project
    return row


def _chunk(world: World, values: Values) -> SourceChunk:
    document = world.ref(values["document_id"])
    if document is None:
        raise Refused("dangling_pointer", "its document was refused")
    if document != values["document_id"]:
        same = SourceChunk.objects.filter(document=document, content_hash=values["content_hash"]).first()
        reason = f"its document is here already as {document}"
        if same:
            raise Refused("path_taken", f"{reason}, with this text", same.pk)
        raise Refused("path_taken", reason)
    row = SourceChunk(**values)
    if world.first("chunk", (document, row.chunk_index), row.pk) != row.pk:
        raise Refused("repeated_place", f"the document has a chunk {row.chunk_index} already")
    return row


def _interaction(world: World, values: Values) -> Interaction:
    project = world.project(values["project"])
    return Interaction(**_with(values, project=project, created_by=world.batch.actor.label))


def _entity(world: World, values: Values) -> Entity:
    project = world.project(values["project"])
    try:
        properties, moved = origin.fit(values["entity_type"], values["properties"])
    except Invalid as error:
        raise Refused("too_large", error.message) from None
    if moved:
        words = f"the ontology takes other values for {', '.join(moved)}; kept under `as_written`"
        world.repair(values["id"], "property_kind", words)
    row = Entity(**_with(values, project=project, properties=properties, created_by=world.batch.actor.label))
    _own_ref(world, row)
    world.entities[row.pk] = row
    return row


def _memory(world: World, values: Values) -> Memory:
    chunk, entity = world.ref(values["source_chunk_id"]), world.ref(values["graduated_to_entity_id"])
    status = values["status"]
    if values["source_chunk_id"] and chunk is None:
        world.repair(values["id"], "dangling_pointer", "source_chunk_id: the chunk was refused; it was left out")
    if status == Status.GRADUATED and entity is None:
        world.repair(values["id"], "graduated_to_nothing", "its entity was refused; it became a candidate")
        status = Status.CANDIDATE.value
    pointers = {"source_chunk_id": chunk, "graduated_to_entity_id": entity, "status": status}
    project = world.project(values["project"])
    row = Memory(**_with(values, project=project, created_by=world.batch.actor.label, **pointers))
    _own_ref(world, row)
    return row


def _relationship(world: World, values: Values) -> Relationship:
    source, target = (world.ref(values[end]) for end in ("source_entity_id", "target_entity_id"))
    if source is None or target is None:
        raise Refused("dangling_pointer", "an entity at one of its ends was refused")
    if source == target:
        raise Refused("self_link", "both ends are one entity here")
    ends = {"source_entity": world.entities[source], "target_entity": world.entities[target]}
    rest = {name: value for name, value in values.items() if name not in ("source_entity_id", "target_entity_id")}
    return Relationship(**rest, **ends, created_by=world.batch.actor.label)


def _conflict(world: World, values: Values) -> Conflict:
    project = world.project(values["project"])
    row = Conflict(**_with(values, project=project))
    slot = (project.pk if project else None, row.slot_kind, row.slot_key)
    standing = Conflict.objects.filter(
        project=project, slot_kind=row.slot_kind, slot_key=row.slot_key, status=ConflictStatus.OPEN
    )
    if row.status == ConflictStatus.OPEN and (world.first("slot", slot, row.pk) != row.pk or standing.exists()):
        raise Refused("slot_taken", f"there is an open conflict of {row.slot_kind} {row.slot_key} already")
    world.places[row.pk] = project
    return row


def _member(world: World, values: Values) -> ConflictMember:
    conflict, member = world.ref(values["conflict_id"]), world.ref(values["member_id"])
    if conflict is None or member is None:
        raise Refused("dangling_pointer", "its conflict or the record it names was refused")
    row = ConflictMember(**_with(values, conflict_id=conflict, member_id=member))
    if world.first("member", (conflict, row.member_kind, member), row.pk) != row.pk:
        raise Refused("repeated_member", "the conflict names that record already")
    return row


def _own_ref(world: World, row: Any) -> None:
    """Refuse an external_ref that another row of the project has."""
    if row.external_ref is None:
        return
    name = type(row).__name__
    standing = type(row).objects.filter(project=row.project, external_ref=row.external_ref).exclude(pk=row.pk)
    if world.first(name, (row.project_id, row.external_ref), row.pk) != row.pk or standing.exists():
        raise Refused("ref_taken", f"another record of the project has the external_ref {row.external_ref!r}")


def _with(values: Values, **others: Any) -> dict[str, Any]:
    return {**values, **others}


def _by_document(world: World, row: SourceChunk) -> Project | None:
    return world.places.get(row.document_id)


def _by_conflict(world: World, row: ConflictMember) -> Project | None:
    return world.places.get(row.conflict_id)


def _by_source(world: World, row: Relationship) -> Project | None:
    return row.source_entity.project


TABLE: dict[str, Table] = {
    "source_documents": Table(SourceDocument, "document", _document, ("file_path", "file_hash")),
    "source_chunks": Table(SourceChunk, "chunk", _chunk, ("content",), _by_document),
    "interactions": Table(Interaction, "interaction", _interaction, ("prompt", "response")),
    "entities": Table(Entity, "entity", _entity, ("entity_type", "name")),
    "memories": Table(Memory, "memory", _memory, ("memory_type", "content")),
    "relationships": Table(Relationship, "relationship", _relationship, ("relationship_type",), _by_source),
    "conflicts": Table(Conflict, "conflict", _conflict, ("slot_kind", "slot_key")),
    "conflict_members": Table(ConflictMember, "conflict_member", _member, ("member_id",), _by_conflict),
}
