"""What the sections of an entity's page show. Reads only."""

from typing import Any

from engineering.ontology import Property, PropertyKind, declared
from engineering.queries import links, reviewed
from engineering.slots.quantity import unparsed
from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.kinds import Row
from memories.models import AuditEntry
from memories.queries import history

#: Memories an entity was made of that are shown.
MOST_MEMORIES = 20
#: Audit rows in which the present value of a property is looked for.
MOST_ROWS = 50


def properties(row: Row) -> list[dict[str, Any]]:
    """Return an entity's properties, the declared ones first, each with whether its type declares it."""
    known = declared(row.entity_type)
    names = [name for name in known if name in row.properties] + [name for name in row.properties if name not in known]
    return [
        {
            "name": name,
            "value": row.properties[name],
            "declared": name in known,
            "unread": _unread(row, known.get(name)),
        }
        for name in names
    ]


def _unread(row: Row, spec: Property | None) -> bool:
    """Tell whether a declared quantity cannot be read as one."""
    value = row.properties.get(spec.name) if spec and spec.kind is PropertyKind.QUANTITY else None
    return spec is not None and isinstance(value, str) and bool(value) and unparsed(value, spec.dimension)


def properties_of(row: Row, actor: Actor) -> dict[str, Any]:
    """Return the section of the properties, each with the audit row that gave it its present value."""
    past = permissions.for_principal(history.of_record("entity", row.pk), actor)[:MOST_ROWS]
    since = _since(row, list(past)) if row.properties else {}
    return {"properties": [one | {"entry": since.get(one["name"])} for one in properties(row)]}


def _since(row: Row, past: list[AuditEntry]) -> dict[str, AuditEntry]:
    found: dict[str, AuditEntry] = {}
    for entry in past:
        if entry.before_json and "properties" not in entry.before_json:
            continue
        old = entry.before_json.get("properties", {})
        for name, value in row.properties.items():
            if name not in found and old.get(name) != value:
                found[name] = entry
    return found


def suspects(row: Row, actor: Actor) -> dict[str, Any]:
    """Return the section of the links whose target changed since they were reviewed; nothing where there are none."""
    found = reviewed.of_entity(row, actor)
    return {"suspects": found.shown, "total": found.total} if found.total else {}


def relationships(row: Row, actor: Actor) -> dict[str, Any]:
    """Return the section of the links: the active ones by type and direction, and apart what waits."""
    groups = links.grouped(row, actor, Status.ACTIVE)
    marked = {link.row.pk for group in groups for link in group.links if reviewed.is_suspect(link.row)}
    return {"groups": groups, "waiting": links.grouped(row, actor, Status.CANDIDATE), "suspect": marked}


def memories(row: Row, actor: Actor) -> dict[str, Any]:
    """Return the section of the memories that graduated into the entity; nothing where there are none."""
    became = list(permissions.for_principal(row.graduated_memories.all(), actor)[:MOST_MEMORIES])
    return {"memories": became} if became else {}
