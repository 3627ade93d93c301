"""Rows of the engineering tables: one function a table, field by field, with the rule of every repair and refusal.

The values returned are spelled as the models' attributes, foreign keys as ids; the project is a canonical name.
"""

from engineering.importers.legacy.context import KIND_TABLES, Context, Values, must_point, project_of, times
from engineering.importers.legacy.desk import Desk, Refused
from engineering.ontology import ENTITY_TYPES, RELATIONSHIP_TYPES, ends_allowed
from memories.choices import ConflictSeverity, ConflictStatus, Status
from memories.ids import adopt_id
from memories.text import MAX_NAME

_ENTITY_STATUSES = [status.value for status in Status if status != Status.GRADUATED]


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
    project = project_of(desk, "entities", context)
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
        **times(desk),
    }


def relationships(desk: Desk, context: Context) -> Values:
    """relationships: what the ontology does not let stand becomes refers_to and keeps its name in origin_role.

    The old table had no status: a link was as good as its ends, so one with a candidate at an end is a candidate.
    """
    ref, _ = desk.own_id()
    source = must_point(desk, "source_entity_id", "entities", context)
    target = must_point(desk, "target_entity_id", "entities", context)
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
        "project": project_of(desk, "conflicts", context),
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
    if kind not in KIND_TABLES:
        raise Refused("unknown_type", f"member_kind {kind!r} is not known; known: {', '.join(KIND_TABLES)}")
    return {
        "id": ref,
        "conflict_id": must_point(desk, "conflict_id", "conflicts", context),
        "member_kind": kind,
        "member_id": must_point(desk, "member_id", KIND_TABLES[kind], context),
        "member_layer_trust": min(desk.count("member_layer_trust"), 100),
        "value_snapshot": desk.text("value_snapshot"),
    }
