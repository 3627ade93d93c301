"""The links of one entity, as its card and its page show them."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q

from engineering.models import Entity, Relationship
from engineering.ontology import RELATIONSHIP_TYPES
from memories import permissions
from memories.actors import Actor
from memories.choices import Status

#: More links than this are not shown on one page.
MOST = 500


class Link(NamedTuple):
    """A link read from one of its ends.

    Attributes:
        row: the relationship.
        other: the entity at the other end.
        reads: how it reads from this end ("satisfied by").
        outgoing: whether this end is its source.
    """

    row: Relationship
    other: Entity
    reads: str
    outgoing: bool


def of_entity(
    entity: Entity, actor: Actor, *, statuses: Sequence[str] = (Status.ACTIVE, Status.CANDIDATE)
) -> list[Link]:
    """Return an entity's links that the actor may see, by type and direction, the outgoing ones first."""
    ends = Q(source_entity=entity) | Q(target_entity=entity)
    seen = permissions.for_principal(Relationship.objects.filter(ends, status__in=statuses), actor)
    rows = seen.select_related("source_entity__project", "target_entity__project").order_by("relationship_type", "pk")[
        :MOST
    ]
    return sorted((_link(row, entity) for row in rows), key=lambda link: (not link.outgoing, link.reads))


def waiting(entity: Entity, actor: Actor) -> list[Link]:
    """Return the candidate links of an entity whose other end is active: those that can be promoted with it."""
    return [
        link for link in of_entity(entity, actor, statuses=[Status.CANDIDATE]) if link.other.status == Status.ACTIVE
    ]


def _link(row: Relationship, entity: Entity) -> Link:
    outgoing = row.source_entity_id == entity.pk
    spec = RELATIONSHIP_TYPES[row.relationship_type]
    other = row.target_entity if outgoing else row.source_entity
    return Link(row, other, spec.label if outgoing else spec.inverse, outgoing)
