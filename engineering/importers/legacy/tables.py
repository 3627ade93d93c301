"""What each table's rows become: one function a table, field by field, with the rule of every repair and refusal.

The values returned are spelled as the models' attributes, foreign keys as ids; the project is a canonical name.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from engineering.importers.legacy.desk import Desk, Refused
from engineering.importers.legacy.names import Names
from engineering.ontology import ENTITY_TYPES, RELATIONSHIP_TYPES, ends_allowed
from memories.choices import ConflictSeverity, ConflictStatus, MemoryType, ProjectStatus, Status
from memories.errors import Invalid
from memories.ids import adopt_id
from memories.projects import clean_name, fold
from memories.text import MAX_NAME

Values = dict[str, Any]
_ENTITY_STATUSES = [status.value for status in Status if status != Status.GRADUATED]


@dataclass(slots=True)
class Context:
    """What rows taken before tell about the ones to come.

    Attributes:
        names: project names.
        default_project: canonical project of rows older than the project column; None for no project.
        project_column: tables whose rows name a project.
        taken: ids of the rows taken, by table.
        project_ids: canonical name by id in the old database.
        types: entity type by entity id.
        candidates: entities that are candidates.
        places: project and title of rows that history may speak of, by id.
    """

    names: Names
    default_project: str | None = None
    project_column: frozenset[str] = frozenset()
    taken: dict[str, set[UUID]] = field(default_factory=dict)
    project_ids: dict[UUID, str] = field(default_factory=dict)
    types: dict[UUID, str] = field(default_factory=dict)
    candidates: set[UUID] = field(default_factory=set)
    places: dict[UUID, str | None] = field(default_factory=dict)

    def holds(self, table: str, ref: UUID) -> bool:
        """Tell whether a row was taken."""
        return ref in self.taken.get(table, ())


def _pointer(desk: Desk, name: str, table: str, context: Context) -> UUID | None:
    """Return the row a field points at; a pointer to nothing is left out."""
    text = desk.text(name).strip()
    if not text:
        return None
    target = adopt_id(text)
    if context.holds(table, target):
        return target
    desk.repair("dangling_pointer", f"{name}: there is no row {text!r} in {table}; the pointer was left out")
    return None


def _must_point(desk: Desk, name: str, table: str, context: Context) -> UUID:
    text = desk.text(name).strip()
    target = adopt_id(text)
    if not text or not context.holds(table, target):
        raise Refused("dangling_pointer", f"{name}: there is no row {text!r} in {table}")
    return target


def _project(desk: Desk, table: str, context: Context) -> str | None:
    """Return the canonical project of a row. Raises Refused for a name that nobody registered."""
    if table not in context.project_column:
        return context.default_project
    text = desk.text("project").strip()
    if not text:
        return None
    canonical, other_way = context.names.resolve(text)
    if canonical is None:
        raise Refused("unknown_project", context.names.refusal(text))
    if other_way:
        desk.repair("project_alias", f"project: {text!r} stands for {canonical!r}")
    return canonical


def projects(desk: Desk, context: Context) -> Values:
    """projects: a name that is no slug becomes one, the written one stays known for this import."""
    ref, _ = desk.own_id()
    written = desk.filled("name", most=80).strip()
    try:
        name = clean_name(written)
    except Invalid:
        name = clean_name("-".join("".join(c if c.isalnum() else " " for c in written).split()) or "project")
        desk.repair("project_name", f"name: {written!r} is no project name; it became {name!r}")
    context.names.known[name] = context.names.known.get(name, name)
    context.names.known.setdefault(written.casefold(), name)
    context.project_ids[ref] = context.names.known[name]
    status, _ = desk.choice("status", ProjectStatus.values, ProjectStatus.ACTIVE.value, "unknown_status")
    return {"id": ref, "name": name, "description": desk.text("description"), "status": status, **_times(desk)}


def source_documents(desk: Desk, context: Context) -> Values:
    """source_documents: the project is the folder of the path that names one, else the default project."""
    ref, _ = desk.own_id()
    path = desk.filled("file_path", most=1000)
    named = [context.names.known.get(fold(part)) for part in path.replace("\\", "/").split("/")[:-1]]
    return {
        "id": ref,
        "file_path": path,
        "file_hash": desk.line("file_hash", most=64),
        "title": desk.line("title", most=500),
        "doc_type": desk.line("doc_type", "markdown", most=40) or "markdown",
        "tags": desk.words("tags"),
        "project": next(filter(None, named), context.default_project),
        "status": Status.ACTIVE.value,
        "ingested_at": desk.moment("ingested_at", "updated_at"),
        "created_at": desk.moment("ingested_at", "updated_at"),
        "updated_at": desk.moment("updated_at", "ingested_at"),
    }


def source_chunks(desk: Desk, context: Context) -> Values:
    """source_chunks: a chunk whose document is not there is refused."""
    ref, _ = desk.own_id()
    document = _must_point(desk, "document_id", "source_documents", context)
    content = desk.filled("content")
    counted = desk.count("char_count", len(content))
    if counted != len(content):
        desk.repair("bad_number", f"char_count: {counted} is not the length of the content; it became {len(content)}")
    return {
        "id": ref,
        "document_id": document,
        "chunk_index": desk.count("chunk_index"),
        "content": content,
        "content_hash": hashlib.sha256(content.encode()).hexdigest(),
        "heading_path": desk.line("heading_path", most=1000),
        "char_count": len(content),
        "metadata": desk.object("metadata"),
        "created_at": desk.moment("created_at"),
    }


def interactions(desk: Desk, context: Context) -> Values:
    """interactions: never refused for its project; a name nobody registered stays in project_text."""
    ref, original = desk.own_id("external_ref")
    project, written = _sent_project(desk, context)
    return {
        "id": ref,
        "external_ref": original or None,
        "prompt": desk.text("prompt"),
        "context_pack": desk.object("context_pack"),
        "response": desk.text("response"),
        "response_summary": desk.text("response_summary"),
        "memories_used": [_renamed(item) for item in desk.strings("memories_used")],
        "chunks_used": [_renamed(item) for item in desk.strings("chunks_used")],
        "client": desk.line("client"),
        "session_id": desk.line("session_id"),
        "project": project,
        "project_text": written,
        "created_at": desk.moment("created_at"),
    }


def _renamed(item: str) -> str:
    return str(adopt_id(item.strip()))


def _sent_project(desk: Desk, context: Context) -> tuple[str | None, str]:
    """Return (canonical project, the name as it was sent): by the name, else by the project's id."""
    text, ref = desk.line("project"), desk.text("project_id").strip()
    by_id = context.project_ids.get(adopt_id(ref)) if ref else None
    if ref and by_id is None:
        desk.repair("dangling_pointer", f"project_id: there is no project {ref!r}; the pointer was left out")
    if not text:
        return by_id or (None if ref else context.default_project), ""
    canonical, other_way = context.names.resolve(text)
    if canonical is None:
        desk.repair("unknown_project", f"{context.names.refusal(text)}; kept in project_text")
    elif other_way:
        desk.repair("project_alias", f"project: {text!r} stands for {canonical!r}")
    return canonical or by_id, text


def entities(desk: Desk, context: Context) -> Values:
    """entities: an unknown type becomes an artifact, and with an unknown status a candidate, for a person to decide."""
    ref, original = desk.own_id("external_ref")
    entity_type, known = desk.choice("entity_type", ENTITY_TYPES, "artifact", "unknown_type")
    status, _ = desk.choice("status", _ENTITY_STATUSES, Status.CANDIDATE.value, "unknown_status")
    properties = desk.object("properties")
    if not known:
        properties.setdefault("kind", desk.text("entity_type"))
        status = Status.CANDIDATE.value if status == Status.ACTIVE else status
    name = " ".join(desk.filled("name").split())
    if len(name) > MAX_NAME:
        properties.setdefault("title", name)
        desk.repair("cut", f"name: {MAX_NAME} characters are taken; all of it is in properties.title")
        name = f"{name[: MAX_NAME - 1]}…"
    project = _project(desk, "entities", context)
    context.types[ref] = entity_type
    if status == Status.CANDIDATE:
        context.candidates.add(ref)
    return {
        "id": ref,
        "external_ref": original or None,
        "entity_type": entity_type,
        "name": name,
        "project": project,
        "description": desk.text("description"),
        "properties": properties,
        "status": status,
        "confidence": desk.share("confidence", 1.0),
        "source_refs": desk.strings("source_refs"),
        **_times(desk),
    }


def memories(desk: Desk, context: Context) -> Values:
    """memories: an unknown type becomes knowledge and with an unknown status a candidate, for a person to decide."""
    ref, original = desk.own_id("external_ref")
    content = desk.filled("content").strip()
    project = _project(desk, "memories", context)
    kind, known = desk.choice("memory_type", MemoryType.values, MemoryType.KNOWLEDGE.value, "unknown_type")
    status, _ = desk.choice("status", Status.values, Status.CANDIDATE.value, "unknown_status")
    if not known and status == Status.ACTIVE:
        status = Status.CANDIDATE.value
    entity = _pointer(desk, "graduated_to_entity_id", "entities", context)
    if status == Status.GRADUATED and entity is None:
        desk.repair("graduated_to_nothing", "a graduated memory without its entity became a candidate")
        status = Status.CANDIDATE.value
    return {
        "id": ref,
        "external_ref": original or None,
        "memory_type": kind,
        "content": content,
        "project": project,
        "source_chunk_id": _pointer(desk, "source_chunk_id", "source_chunks", context),
        "confidence": desk.share("confidence", 1.0),
        "status": status,
        "last_referenced_at": desk.time("last_referenced_at"),
        "reference_count": desk.count("reference_count"),
        "domain_tags": desk.words("domain_tags"),
        "valid_until": desk.time("valid_until"),
        "graduated_to_entity_id": entity,
        **_times(desk),
    }


def relationships(desk: Desk, context: Context) -> Values:
    """relationships: what the ontology does not let stand becomes refers_to and keeps its name in origin_role.

    The old table had no status: a link was as good as its ends, so one with a candidate at an end is a candidate.
    """
    ref, _ = desk.own_id()
    source = _must_point(desk, "source_entity_id", "entities", context)
    target = _must_point(desk, "target_entity_id", "entities", context)
    if source == target:
        raise Refused("self_link", "a link from a record to itself is never stored")
    kind, _ = desk.choice("relationship_type", RELATIONSHIP_TYPES, "refers_to", "unknown_type")
    role = desk.line("relationship_type", most=120)
    if kind == "supersedes" or not ends_allowed(kind, context.types[source], context.types[target]):
        ends = f"{context.types[source]} and {context.types[target]}"
        desk.repair("ends_not_allowed", f"{kind} does not join {ends}; it became refers_to")
        kind = "refers_to"
    return {
        "id": ref,
        "source_entity_id": source,
        "target_entity_id": target,
        "relationship_type": kind,
        "origin_role": role if role != kind else "",
        "confidence": desk.share("confidence", 1.0),
        "source_refs": desk.strings("source_refs"),
        "status": Status.CANDIDATE.value if {source, target} & context.candidates else Status.ACTIVE.value,
        "created_at": desk.moment("created_at"),
        "updated_at": desk.moment("created_at"),
    }


def conflicts(desk: Desk, context: Context) -> Values:
    """conflicts: an unknown status becomes open."""
    ref, _ = desk.own_id()
    key = desk.filled("slot_key", most=400).strip()
    status, _ = desk.choice("status", ConflictStatus.values, ConflictStatus.OPEN.value, "unknown_status")
    return {
        "id": ref,
        "slot_kind": desk.line("slot_kind", most=80),
        "slot_key": str(adopt_id(key)) if context.holds("entities", adopt_id(key)) else key,
        "project": _project(desk, "conflicts", context),
        "severity": ConflictSeverity.CONFLICT.value,
        "status": status,
        "resolution": desk.line("resolution"),
        "resolved_at": desk.time("resolved_at"),
        "detected_at": desk.moment("detected_at"),
        "note": desk.text("note"),
    }


def conflict_members(desk: Desk, context: Context) -> Values:
    """conflict_members: a member that is not there is refused."""
    ref, _ = desk.own_id()
    kind = desk.text("member_kind").strip().casefold()
    if kind not in _MEMBER_TABLES:
        raise Refused("unknown_type", f"member_kind {kind!r} is not known; known: {', '.join(_MEMBER_TABLES)}")
    return {
        "id": ref,
        "conflict_id": _must_point(desk, "conflict_id", "conflicts", context),
        "member_kind": kind,
        "member_id": _must_point(desk, "member_id", _MEMBER_TABLES[kind], context),
        "member_layer_trust": min(desk.count("member_layer_trust"), 100),
        "value_snapshot": desk.text("value_snapshot"),
    }


_MEMBER_TABLES = {"memory": "memories", "entity": "entities", "relationship": "relationships"}


def memory_audit(desk: Desk, context: Context) -> Values:
    """memory_audit: history stays as it came; a record that is not there keeps its old id."""
    text = desk.filled("id", most=200).strip()
    kind = desk.line("entity_kind", "memory", most=32) or "memory"
    about = desk.filled("memory_id", most=64).strip()
    adopted = adopt_id(about)
    known = context.holds(_MEMBER_TABLES.get(kind, ""), adopted)
    if not known and kind in _MEMBER_TABLES:
        desk.repair("dangling_record", f"memory_id: there is no {kind} {about!r}; its history stays under that id")
    return {
        "external_ref": text,
        "entity_kind": kind,
        "record_id": str(adopted) if known else about,
        "action": desk.line("action", "unknown", most=32) or "unknown",
        "actor": desk.line("actor", "api"),
        "before_json": desk.object("before_json"),
        "after_json": desk.object("after_json"),
        "note": desk.text("note"),
        "timestamp": desk.moment("timestamp"),
        "project": context.places.get(adopted),
    }


def _times(desk: Desk) -> dict[str, datetime]:
    return {
        "created_at": desk.moment("created_at", "updated_at"),
        "updated_at": desk.moment("updated_at", "created_at"),
    }


READERS: dict[str, Callable[[Desk, Context], Values]] = {
    "projects": projects,
    "source_documents": source_documents,
    "source_chunks": source_chunks,
    "interactions": interactions,
    "entities": entities,
    "memories": memories,
    "relationships": relationships,
    "conflicts": conflicts,
    "conflict_members": conflict_members,
    "memory_audit": memory_audit,
}
