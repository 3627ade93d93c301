"""What the cards and pages of memories and entities say about graduation, and the way to it."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse

from engineering.queries import proposals
from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.kinds import Row, kinds
from memories.models import Memory
from memories.web.faces import Notice, Way
from memories.web.memory_faces import MEMORY


def proposed_of(rows: Sequence[Row], actor: Actor) -> dict[UUID, list[Notice]]:
    """Return, for memories, which entities wait to be made of them."""
    kind = kinds.named("entity")
    made = proposals.of_memories([row.pk for row in rows], actor)
    return {
        pk: [
            Notice(f"Proposed as {one.entity_type.replace('_', ' ')}, waiting:", one.name, kind.url(one.pk))
            for one in found
            if one.status == Status.CANDIDATE
        ]
        for pk, found in made.items()
    }


def made_of(rows: Sequence[Row], actor: Actor) -> dict[UUID, list[Notice]]:
    """Return, for entities, which memory each is or would be made of."""
    made = [row for row in rows if row.graduates_memory_id]
    if not made:
        return {}
    ids = {row.graduates_memory_id for row in made}
    kind, memories = kinds.named("memory"), permissions.for_principal(Memory.objects.all(), actor).in_bulk(ids)
    return {
        row.pk: [
            Notice(
                "Would graduate the memory" if row.status == Status.CANDIDATE else "Made of the memory",
                kind.title(memories[row.graduates_memory_id]),
                kind.url(row.graduates_memory_id),
            )
        ]
        for row in made
        if row.graduates_memory_id in memories
    }


#: What this floor adds to the face of a memory.
GRADUATE = Way("graduate", "Graduate", "t", lambda pk: reverse("graduate", args=[pk]))
MEMORY.ways.append(GRADUATE)
MEMORY.notices.append(proposed_of)
