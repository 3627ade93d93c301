"""The graph as a query reads it: entities and relationships that are facts, and, apart, the candidates that wait.

Set-based: every method is one database query whatever the size. Rows are plain tuples read without the ORM's
conversions; a key is the text that the driver answers (with hyphens on PostgreSQL only) and leaves by `ref`. A UUID
object as a key would cost the walks more time than the database takes.
An actor sees the projects they may read. Rows that are superseded or invalid count as dead ends for every reader, so
that a verdict does not depend on who asks; their names are shown to reviewers only.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast

from engineering.models import Entity, Relationship
from engineering.ontology import RELATIONSHIP_TYPES
from engineering.propagation import Step, Way
from engineering.queries.among import among
from engineering.queries.envelope import Edge, Item, Pending, Via
from memories import permissions
from memories.actors import Actor
from memories.choices import Role, Status
from memories.queries.moments import asked_at

Key = str
_HYPHENED = 36
FACTS = (Status.ACTIVE.value, Status.SUPERSEDED.value, Status.INVALID.value)
#: Candidates that are read at most.
MOST_PENDING = 5_000

NODE = (
    "id",
    "entity_type",
    "name",
    "status",
    "project_id",
    "external_ref",
    "properties",
    "valid_until",
    "confidence",
    Cast("created_at", TextField()),  # as text: the driver would parse every time, and few are read
)
_NAMING = ("name", "status", "entity_type")
LINK = ("id", "relationship_type", "source_entity_id", "target_entity_id", "status", "confidence")


class Node(NamedTuple):
    """An entity; `properties` is JSON text, read when needed."""

    key: Key
    type: str
    name: str
    status: str
    project: Key | None
    external_ref: str | None
    properties: str
    valid_until: Any
    confidence: float
    created_at: str

    @property
    def values(self) -> dict[str, Any]:
        """The properties."""
        found: dict[str, Any] = json.loads(self.properties)
        return found

    @property
    def active(self) -> bool:
        """Whether it counts."""
        return self.status == Status.ACTIVE


class Link(NamedTuple):
    """A relationship, `contains` already turned into `part_of`."""

    key: Key
    type: str
    source: Key
    target: Key
    status: str
    confidence: float

    def other(self, end: Key) -> Key:
        """Return the end that is not this one."""
        return self.target if self.source == end else self.source


def ref(key: Key) -> str:
    """Return a key as answers show it."""
    return key if len(key) == _HYPHENED else f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"


def key_of(record_id: UUID) -> Key:
    """Return an id as the driver answers it."""
    return str(record_id) if connection.vendor == "postgresql" else record_id.hex


def compiled(rows: QuerySet[Any, Any]) -> tuple[str, tuple[Any, ...]]:
    """Return a queryset as SQL and its parameters. Raises EmptyResultSet where it can hold nothing."""
    sql, params = rows.query.sql_with_params()
    return sql, tuple(params)


def said(name: str) -> Func:
    """Return the words of a property as an expression (Django's KT asks SQLite for the type as well, twice a row)."""
    return Func(
        F("properties"), Value(name), template="(%(expressions)s)", arg_joiner=" ->> ", output_field=TextField()
    )


def fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one query and return its rows as the driver answers them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg.types.string import TextLoader

            cursor.cursor.adapters.register_loader("uuid", TextLoader)
        cursor.execute(sql, list(params))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def rows_of(rows: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a values_list queryset without conversions; [] where it can hold nothing."""
    try:
        return fetch(*compiled(rows))
    except EmptyResultSet:
        return []


def canonical(row: tuple[Any, ...]) -> Link:
    """Return a row of LINK columns as a link read one way."""
    if row[1] == "contains":
        return Link(row[0], "part_of", row[3], row[2], *row[4:])
    return Link._make(row)


def links_of(rows: Iterable[tuple[Any, ...]]) -> list[Link]:
    """Return rows of LINK columns as links read one way, in the order of their keys."""
    make = Link._make
    ordered = sorted(rows, key=itemgetter(0))
    return [canonical(row) if row[1] == "contains" else make(row) for row in ordered]


def stored(steps: Iterable[Step]) -> tuple[list[str], list[str]]:
    """Return the stored types that are walked from source to target, and those from target to source."""
    out: list[str] = []
    back: list[str] = []
    for step in steps:
        spec = RELATIONSHIP_TYPES[step.type]
        (out if step.way is Way.OUT else back).append(step.type)
        if spec.inverse_type:
            (back if step.way is Way.OUT else out).append(spec.inverse_type)
    return out, back


def directed(steps: Iterable[Step]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the canonical types that are walked from source to target, and those from target to source."""
    given = list(steps)
    return (
        frozenset(step.type for step in given if step.way is Way.OUT),
        frozenset(step.type for step in given if step.way is Way.IN),
    )


class Graph:
    """The graph as one actor may read it, now or at the moment that is looked back to."""

    def __init__(self, actor: Actor, at: datetime | None = None) -> None:
        self.actor = actor
        self.at = at or asked_at()

    def _within(self, *paths: str) -> Q:
        condition = Q()
        if not self.actor.principal.reaches(Role.READER):
            return Q(pk__in=[])
        for path in paths:
            condition &= permissions.within(path, self.actor.principal, Role.READER) or Q()
        return condition

    @cached_property
    def entities(self) -> QuerySet[Entity]:
        """Entities that are or were facts, in projects the actor reads."""
        return Entity.objects.filter(self._within("project"), status__in=FACTS)

    @cached_property
    def active(self) -> QuerySet[Entity]:
        """Entities that count."""
        return Entity.objects.filter(self._within("project"), status=Status.ACTIVE)

    @cached_property
    def links(self) -> QuerySet[Relationship]:
        """Active relationships whose ends stand in projects the actor reads."""
        ends = self._within("source_entity__project", "target_entity__project")
        return Relationship.objects.filter(ends, status=Status.ACTIVE)

    @cached_property
    def waiting(self) -> QuerySet[Relationship]:
        """Candidate links that the actor may see; no active link has an end that waits, for promotion refuses it."""
        return permissions.for_principal(Relationship.objects.filter(status=Status.CANDIDATE), self.actor)

    def readable(self, ids: Collection[str]) -> set[str]:
        """Return which of some ids are entities in projects the actor reads, whatever their status."""
        rows = Entity.objects.filter(self._within("project"), among("pk", ids))
        return {ref(row[0]) for row in rows_of(rows.order_by().values_list("id"))}

    def nodes(self, keys: Collection[Key], *, statuses: Sequence[str] = FACTS) -> dict[Key, Node]:
        """Return the entities of some keys that are facts, by key, in no order."""
        if not keys:
            return {}
        rows = Entity.objects.filter(self._within("project"), among("pk", keys), status__in=statuses)
        return {node.key: node for node in self.read(rows)}

    def read(self, rows: QuerySet[Entity]) -> list[Node]:
        """Return the entities of a queryset."""
        read = map(Node._make, rows_of(rows.values_list(*NODE)))
        return [node if node.status == Status.ACTIVE else self.shown(node) for node in read]

    def shown(self, node: Node) -> Node:
        """Return a node as the actor may see it: dead records keep their name for reviewers only."""
        if node.status in (Status.ACTIVE, Status.CANDIDATE):
            return node
        project = UUID(str(node.project)) if node.project else None
        role = self.actor.principal.role_on(project)
        if role is not None and role.includes(Role.REVIEWER):
            return node
        return node._replace(name=f"({node.status} {node.type.replace('_', ' ')})", properties="{}", external_ref=None)

    def touching(self, keys: Collection[Key], steps: Sequence[Step]) -> list[Link]:
        """Return the active links that leave some entities by these steps, whatever stands at their other end."""
        if not keys:
            return []
        return self.read_links(self.links.filter(self.leaving(keys, steps)))

    def read_links(self, rows: QuerySet[Relationship]) -> list[Link]:
        """Return the links of a queryset in the order of their keys."""
        return links_of(rows_of(rows.values_list(*LINK)))

    @staticmethod
    def leaving(keys: Collection[Key], steps: Sequence[Step]) -> Q:
        """Return the condition that a relationship leaves one of some entities by one of some steps."""
        out, back = stored(steps)
        condition = Q(pk__in=[])
        if out:
            condition |= among("source_entity", keys) & Q(relationship_type__in=out)
        if back:
            condition |= among("target_entity", keys) & Q(relationship_type__in=back)
        return condition

    def pending(self, condition: Q) -> list[Pending]:
        """Return the candidate links under a condition, with the ends that wait themselves; at most MOST_PENDING."""
        columns = [f"{end}_entity__{name}" for end in ("source", "target") for name in _NAMING]
        rows = rows_of(self.waiting.filter(condition).order_by("pk").values_list(*LINK, *columns)[:MOST_PENDING])
        found: dict[Key, Pending] = {}
        for row in rows:
            link = Link(*row[:6])
            a_name, a_status, a_type, b_name, b_status, b_type = row[6:]
            spec = RELATIONSHIP_TYPES[link.type]
            words = f"{a_name} {spec.label} {b_name}"
            ends = (ref(link.source), ref(link.target))
            found[link.key] = Pending("relationship", ref(link.key), link.type, words, *ends)
            for key, name, status, kind in (
                (link.source, a_name, a_status, a_type),
                (link.target, b_name, b_status, b_type),
            ):
                if status == Status.CANDIDATE:
                    found[key] = Pending("entity", ref(key), kind, name)
        return list(found.values())


def item(node: Node, *, depth: int = 0, via: Link | None = None, group: str = "", **data: Any) -> Item:
    """Return an entity as an item; `via` is the link it was reached by."""
    came = Via(ref(via.other(node.key)), via.type, ref(via.key)) if via else None
    flags = [] if node.active else ["dead_end"]
    return Item(ref(node.key), node.type, node.name, node.status, depth, came, flags, group, data)


def edge(link: Link, *flags: str) -> Edge:
    """Return a link as an edge."""
    return Edge(ref(link.key), link.type, ref(link.source), ref(link.target), link.status, flags)


def by_name(node: Node) -> tuple[str, str, str]:
    """Order of entities in lists: by type, name and key, the same on every database."""
    return node.type, node.name.casefold(), str(node.key)
