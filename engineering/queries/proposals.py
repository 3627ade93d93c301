"""What is proposed to be made of memories, and what stands already that a proposal would repeat."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from engineering.models import Entity
from memories import permissions
from memories.actors import Actor
from memories.choices import LIVE
from memories.search import marks
from memories.search.backends import Query, find
from memories.text import normalise, overlap, tokens

#: From this share of common words on, two names are near.
NEAR = 0.5
_POOL = 30
_MOST_WORDS = 8


def of_memories(ids: Sequence[UUID], actor: Actor) -> dict[UUID, list[Entity]]:
    """Return the live entities proposed to be made of some memories, by the memory's id, the oldest first."""
    visible = permissions.for_principal(Entity.objects.filter(graduates_memory__in=ids, status__in=LIVE), actor)
    found: dict[UUID, list[Entity]] = {}
    for entity in visible.order_by("pk"):
        if entity.graduates_memory_id:
            found.setdefault(entity.graduates_memory_id, []).append(entity)
    return found


class Near(NamedTuple):
    """A live entity whose name is near to one that is about to be given."""

    row: Entity
    overlap: float


def near(name: str, entity_type: str, project_id: UUID | None, actor: Actor, *, most: int = 5) -> list[Near]:
    """Return the live entities of a project (or of none) with that name, or of that type with a near one, best first.

    One look-up in the index and one read, whatever the number of entities.

    Args:
        name: the name that is about to be given.
        entity_type: the type that is about to be given.
        project_id: the project.
        actor: who asks.
        most: how many to return.
    """
    words = sorted(set(tokens(name)), key=lambda word: (-len(word), word))[:_MOST_WORDS]
    if not words:
        return []
    narrow = [[marks.kind("entity")], *marks.within([status.value for status in LIVE], [project_id, None])]
    ids = [record_id for _, record_id in find(Query(marks=narrow, words=words, limit=_POOL))]
    rows = permissions.for_principal(Entity.objects.select_related("project").filter(pk__in=ids), actor)
    found = [Near(row, _alike(name, row.name)) for row in rows if row.entity_type == entity_type or _same(name, row)]
    return sorted((one for one in found if one.overlap >= NEAR), key=lambda one: (-one.overlap, str(one.row.pk)))[:most]


def _alike(name: str, other: str) -> float:
    return overlap(set(tokens(name)), set(tokens(other)))


def _same(name: str, row: Entity) -> bool:
    return normalise(name) == normalise(row.name)
