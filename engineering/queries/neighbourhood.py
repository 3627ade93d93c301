"""What stands around an entity: the links and entities within one or two steps, set-based, one query a step."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from engineering.models import Entity, Relationship
from memories import permissions
from memories.actors import Actor
from memories.choices import LIVE


@dataclass(frozen=True)
class Neighbourhood:
    """Entities by id with their distance in steps, the links between them, and whether there was more than taken.

    `of` is how many entities stand that near, taken or not (of a hub with more than 1,000 links at least so many).
    """

    steps: dict[UUID, int]
    entities: list[Entity]
    links: list[Relationship]
    truncated: bool = field(default=False)
    of: int = 0


def around(start: Entity, actor: Actor, *, depth: int = 1, most: int = 60, statuses: Any = LIVE) -> Neighbourhood:
    """Return what stands within `depth` steps of an entity, as far as the actor may see, nearest first.

    Args:
        start: the entity in the middle.
        actor: who asks.
        depth: steps, 1 or 2.
        most: entities taken at most, the middle one included.
        statuses: statuses of links that are followed.
    """
    steps: dict[UUID, int] = {start.pk: 0}
    links: dict[UUID, Relationship] = {}
    beyond: set[UUID] = set()
    for step in range(1, depth + 1):
        level = [node for node, away in steps.items() if away == step - 1]
        for link in _links_of(level, actor, statuses):
            ends = (link.source_entity_id, link.target_entity_id)
            new = [end for end in ends if end not in steps]
            if len(steps) + len(new) > most:
                beyond.update(new)
                continue
            steps.update(dict.fromkeys(new, step))
            links[link.pk] = link
    found = Entity.objects.select_related("project").in_bulk(list(steps))
    beyond -= steps.keys()
    taken = [found[node] for node in steps]
    return Neighbourhood(steps, taken, list(links.values()), bool(beyond), len(steps) + len(beyond))


def _links_of(level: list[UUID], actor: Actor, statuses: Any) -> list[Relationship]:
    touching = Q(source_entity__in=level) | Q(target_entity__in=level)
    links = Relationship.objects.filter(touching, status__in=statuses).select_related("source_entity", "target_entity")
    return list(permissions.for_principal(links, actor).order_by("relationship_type", "pk")[:_MOST_LINKS])


#: A hub with more links than this is shown in part.
_MOST_LINKS = 1_000
