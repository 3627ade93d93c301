"""What stands around an entity, as a drawing and as the rows of a table."""

from typing import Any
from uuid import UUID

from engineering.models import Entity
from engineering.ontology import RELATIONSHIP_TYPES
from engineering.queries import neighbourhood
from engineering.web import pictures
from memories import permissions
from memories.actors import Actor
from memories.choices import LIVE
from memories.kinds import Row


def around(row: Row, actor: Actor, depth: int = 1) -> dict[str, Any]:
    """Return what stands around an entity, as a drawing and as rows of a table. Three queries, four for two steps."""
    found = neighbourhood.around(row, actor, depth=depth)
    names = _names(found.entities, actor)
    known = {entity.pk: entity for entity in found.entities}
    rows = [
        {
            "link": link,
            "source": (known[link.source_entity_id], names[link.source_entity_id]),
            "reads": RELATIONSHIP_TYPES[link.relationship_type].label,
            "target": (known[link.target_entity_id], names[link.target_entity_id]),
        }
        for link in found.links
    ]
    picture = pictures.of_neighbours(row, found, names) if len(names) > 1 else None
    return {"picture": picture, "rows": rows, "depth": depth}


def _names(entities: list[Entity], actor: Actor) -> dict[UUID, str]:
    """Return the names a person may see; what is no longer true keeps its own for reviewers alone."""
    dead = [one.pk for one in entities if one.status not in LIVE]
    shown = set(permissions.for_principal(Entity.objects.filter(pk__in=dead), actor).values_list("pk", flat=True))
    return {
        one.pk: one.name if one.status in LIVE or one.pk in shown else f"({one.status} {one.entity_type})"
        for one in entities
    }
