"""What the sections of an entity's page show. Reads only."""

from typing import Any

from engineering.fingerprint import fingerprint
from engineering.ontology import declared
from engineering.queries import links
from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.kinds import Row

#: Memories an entity was made of that are shown.
MOST_MEMORIES = 20


def properties(row: Row) -> list[dict[str, Any]]:
    """Return an entity's properties, the declared ones first, each with whether its type declares it."""
    known = declared(row.entity_type)
    names = [name for name in known if name in row.properties] + [name for name in row.properties if name not in known]
    return [{"name": name, "value": row.properties[name], "declared": name in known} for name in names]


def properties_of(row: Row, actor: Actor) -> dict[str, Any]:
    """Return the section of the properties."""
    return {"properties": properties(row)}


def relationships(row: Row, actor: Actor) -> dict[str, Any]:
    """Return the section of the links, by type and direction."""
    found = [{"link": link, "suspect": suspect(link.row)} for link in links.of_entity(row, actor)]
    return {"groups": _grouped(found)}


def _grouped(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    groups: dict[tuple[bool, str], list[dict[str, Any]]] = {}
    for one in found:
        groups.setdefault((one["link"].outgoing, one["link"].reads), []).append(one)
    return [{"outgoing": outgoing, "reads": reads, "links": rows} for (outgoing, reads), rows in groups.items()]


def suspect(row: Row) -> bool:
    """Tell whether an active link's target changed since a person last confirmed the link."""
    seen = row.reviewed_fingerprint
    return row.status == Status.ACTIVE and bool(seen) and seen != fingerprint(row.target_entity)


def memories(row: Row, actor: Actor) -> dict[str, Any]:
    """Return the section of the memories that graduated into the entity; nothing where there are none."""
    became = list(permissions.for_principal(row.graduated_memories.all(), actor)[:MOST_MEMORIES])
    return {"memories": became} if became else {}
