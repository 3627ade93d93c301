"""Rows of the evidence tables: one function a table, field by field, with the rule of every repair and refusal.

The values returned are spelled as the models' attributes, foreign keys as ids; the project is a canonical name.
"""

import hashlib

from engineering.importers.legacy.context import KIND_TABLES, Context, Values, must_point, pointer, project_of, times
from engineering.importers.legacy.desk import Desk
from memories.choices import MemoryType, ProjectStatus, Status
from memories.errors import Invalid
from memories.ids import adopt_id
from memories.projects import clean_name, fold


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
    return {"id": ref, "name": name, "description": desk.text("description"), "status": status, **times(desk)}


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
    document = must_point(desk, "document_id", "source_documents", context)
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
        "memories_used": [_renamed(item, context) for item in desk.strings("memories_used")],
        "chunks_used": [_renamed(item, context) for item in desk.strings("chunks_used")],
        "client": desk.line("client"),
        "session_id": desk.line("session_id"),
        "project": project,
        "project_text": written,
        "created_at": desk.moment("created_at"),
    }


def _renamed(item: str, context: Context) -> str:
    """Return an id as the row has it now; what is no id of a row stays as it was written."""
    return str(adopt_id(item)) if item in context.written else item


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


def memories(desk: Desk, context: Context) -> Values:
    """memories: an unknown type becomes knowledge and with an unknown status a candidate, for a person to decide."""
    ref, original = desk.own_id("external_ref")
    content = desk.filled("content").strip()
    project = project_of(desk, "memories", context)
    kind, known = desk.choice("memory_type", MemoryType.values, MemoryType.KNOWLEDGE.value, "unknown_type")
    status, _ = desk.choice("status", Status.values, Status.CANDIDATE.value, "unknown_status")
    if not known and status == Status.ACTIVE:
        status = Status.CANDIDATE.value
    entity = pointer(desk, "graduated_to_entity_id", "entities", context)
    if status == Status.GRADUATED and entity is None:
        desk.repair("graduated_to_nothing", "a graduated memory without its entity became a candidate")
        status = Status.CANDIDATE.value
    return {
        "id": ref,
        "external_ref": original or None,
        "memory_type": kind,
        "content": content,
        "project": project,
        "source_chunk_id": pointer(desk, "source_chunk_id", "source_chunks", context),
        "confidence": desk.share("confidence", 1.0),
        "status": status,
        "last_referenced_at": desk.time("last_referenced_at"),
        "reference_count": desk.count("reference_count"),
        "domain_tags": desk.words("domain_tags"),
        "valid_until": desk.time("valid_until"),
        "graduated_to_entity_id": entity,
        **times(desk),
    }


def memory_audit(desk: Desk, context: Context) -> Values:
    """memory_audit: history stays as it came; a record that is not there keeps its old id."""
    text = desk.filled("id", most=200).strip()
    kind = desk.line("entity_kind", "memory", most=32) or "memory"
    about = desk.filled("memory_id", most=64).strip()
    adopted = adopt_id(about)
    known = context.holds(KIND_TABLES.get(kind, ""), adopted)
    if not known and kind in KIND_TABLES:
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
