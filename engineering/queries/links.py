"""The links of one entity, as its card and its page show them: read from this end, by type and direction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from engineering.models import Entity, Relationship
from engineering.ontology import RELATIONSHIP_TYPES
from engineering.propagation import RULES, turned
from engineering.queries.graph import Graph, key_of
from memories import permissions
from memories.actors import Actor
from memories.choices import Role, Status

#: Links of a card at most, and of one type, direction and status on a page; the others stand in the list of links.
MOST = 500
SHOWN = 12
#: What an entity rests on and was superseded: so many are named.
STALE_SHOWN = 5
_ENDS = tuple(f"{end}_entity__{more}" for end in ("source", "target") for more in ("project", "superseded_by__project"))
_ORDER = {name: place for place, name in enumerate(RELATIONSHIP_TYPES)}


class Link(NamedTuple):
    """A link read from one of its ends.

    Attributes:
        row: the relationship.
        other: the entity at the other end.
        reads: how it reads from this end ("satisfied by").
        outgoing: whether this end is its source.
        name: the other end's name, as far as the reader may know it: dead entities are named to reviewers alone.
        successor: what replaced the other end, where that may be read.
    """

    row: Relationship
    other: Entity
    reads: str
    outgoing: bool
    name: str = ""
    successor: Entity | None = None

    @property
    def dead(self) -> bool:
        """Whether the other end is no longer true."""
        return self.other.status not in (Status.ACTIVE, Status.CANDIDATE)


class Stored(NamedTuple):
    """How many links of one stored type and direction there are."""

    type: str
    outgoing: bool
    total: int


@dataclass
class Group:
    """The links of an entity that read alike.

    Attributes:
        reads: how they read from this end.
        links: the first of them, by the name of their other end.
        stored: what was counted, as it is stored: "part of" is part_of outwards and contains inwards.
    """

    reads: str
    links: list[Link] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(one.total for one in self.stored)

    @property
    def cut(self) -> list[Stored]:
        """Those of which not all are shown."""
        return [one for one in self.stored if one.total > SHOWN]


def of_entity(
    entity: Entity, actor: Actor, *, statuses: Sequence[str] = (Status.ACTIVE, Status.CANDIDATE)
) -> list[Link]:
    """Return an entity's links that the actor may see, by type and direction, the outgoing ones first."""
    ends = Q(source_entity=entity) | Q(target_entity=entity)
    seen = permissions.for_principal(Relationship.objects.filter(ends, status__in=statuses), actor)
    rows = seen.select_related(*_ENDS).order_by("relationship_type", "pk")[:MOST]
    return sorted((read_from(row, entity, actor) for row in rows), key=lambda link: (not link.outgoing, link.reads))


def waiting(entity: Entity, actor: Actor) -> list[Link]:
    """Return the candidate links of an entity whose other end is active: those that can be promoted with it."""
    return [
        link for link in of_entity(entity, actor, statuses=[Status.CANDIDATE]) if link.other.status == Status.ACTIVE
    ]


def grouped(entity: Entity, actor: Actor, status: str) -> list[Group]:
    """Return an entity's links of one status by how they read, in the ontology's order; of each the first SHOWN.

    Five queries, whatever the number of links.
    """
    found: dict[str, Group] = {}
    wanted: list[UUID] = []
    for outgoing, end in ((True, "source_entity"), (False, "target_entity")):
        rows = permissions.for_principal(Relationship.objects.filter(**{end: entity, "status": status}), actor)
        for name, total in rows.order_by().values_list("relationship_type").annotate(Count("pk")):
            reads = _reads(name, outgoing)
            found.setdefault(reads, Group(reads)).stored.append(Stored(name, outgoing, total))
        wanted += _first(rows)
    for row in Relationship.objects.filter(pk__in=wanted).select_related(*_ENDS):
        link = read_from(row, entity, actor)
        found[link.reads].links.append(link)
    for group in found.values():
        group.links.sort(key=lambda link: (link.name.casefold(), str(link.row.pk)))
    return sorted(found.values(), key=lambda group: (_ORDER[group.stored[0].type], group.reads))


def _first(rows: "QuerySet[Relationship]") -> list[UUID]:
    # The ids are read first: as a subquery, PostgreSQL would join all links there are before it looked for these.
    place = Window(RowNumber(), partition_by=[F("relationship_type")], order_by=F("pk").asc())
    return list(rows.annotate(place=place).filter(place__lte=SHOWN).order_by().values_list("pk", flat=True))


def rests_on_superseded(entity: Entity, actor: Actor) -> list[Link]:
    """Return active links of an entity by which a change reaches it, whose other end was superseded. One query."""
    if entity.status != Status.ACTIVE:
        return []
    steps = turned(tuple(rule.step for rule in RULES))
    ends = Q(source_entity__status=Status.SUPERSEDED) | Q(target_entity__status=Status.SUPERSEDED)
    rows = Graph(actor).links.filter(Graph.leaving([key_of(entity.pk)], steps) & ends)
    found = rows.select_related(*_ENDS).order_by("relationship_type", "pk")[:STALE_SHOWN]
    return [read_from(row, entity, actor) for row in found]


def read_from(row: Relationship, entity: Entity, actor: Actor) -> Link:
    """Return a link as it reads from one of its ends."""
    outgoing = row.source_entity_id == entity.pk
    other = row.target_entity if outgoing else row.source_entity
    successor = other.superseded_by
    known = successor if successor is not None and _named(successor, actor) else None
    return Link(row, other, _reads(row.relationship_type, outgoing), outgoing, shown_name(other, actor), known)


def shown_name(entity: Entity, actor: Actor) -> str:
    """Return an entity's name, or what it is where the actor may not know it."""
    return entity.name if _named(entity, actor) else f"({entity.status} {entity.entity_type.replace('_', ' ')})"


def _named(entity: Entity, actor: Actor) -> bool:
    principal = actor.principal
    role = principal.role_on(entity.project_id)
    if entity.status in (Status.ACTIVE, Status.CANDIDATE):
        return role is not None or (entity.project_id is None and principal.reaches(Role.READER))
    return role is not None and role.includes(Role.REVIEWER)


def _reads(name: str, outgoing: bool) -> str:
    spec = RELATIONSHIP_TYPES[name]
    return spec.label if outgoing else spec.inverse
