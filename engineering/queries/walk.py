"""The walk: one recursive query with a visited set, its caps, and what is made of the links it met.

`UNION` drops a node that was met before, so rings end by themselves; rows come nearest first on both databases, so a
LIMIT keeps the nearest. A walk of few steps counts them in the query, a long one only in the reading of its answer.
"""

from collections import deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from engineering.models import Entity
from engineering.ontology import RELATIONSHIP_TYPES
from engineering.propagation import Step
from engineering.queries.among import among
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import LINK, Graph, Key, Link, Node, compiled, directed, edge, fetch, item, ref, stored
from engineering.queries.graph import canonical as read_link
from engineering.queries.rings import rings
from memories.choices import Status

#: Walks of at most this many steps count them in the query.
COUNTED_STEPS = 8
#: Links that a walk reads for each entity it may take.
LINKS_PER_NODE = 20
#: Entities beyond a truncated walk that are named.
FRONTIER_SHOWN = 100


@dataclass
class Walk:
    """What a walk met.

    Attributes:
        depth: steps to each entity taken, nearest first; the starts at 0.
        came: the link by which each was reached first.
        links: active links between entities taken.
        dead: active links from an entity taken to one that is superseded or invalid.
        nodes: every entity named here.
        beyond: entities that stand past a cap.
        truncated: whether a cap was met.
    """

    depth: dict[Key, int]
    came: dict[Key, Link] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    dead: list[Link] = field(default_factory=list)
    nodes: dict[Key, Node] = field(default_factory=dict)
    beyond: list[Key] = field(default_factory=list)
    truncated: bool = False

    @property
    def reached(self) -> list[Node]:
        """Every entity taken but the starts, nearest first."""
        return [self.nodes[key] for key, depth in self.depth.items() if depth and key in self.nodes]

    def items(self, group: str = "") -> list[Item]:
        """Return what was reached as items."""
        return [
            item(node, depth=self.depth[node.key], via=self.came.get(node.key), group=group) for node in self.reached
        ]

    def path(self, key: Key) -> list[Key]:
        """Return the entities from a start to one that was taken, both included."""
        found = [key]
        while (link := self.came.get(found[-1])) is not None:
            found.append(link.other(found[-1]))
        return found[::-1]

    def rings(self) -> list[list[str]]:
        """Return the rings among the links met, each by its entities."""
        return [[ref(key) for key in ring] for ring in rings_among(self.links)]

    def into(self, answer: Answer) -> None:
        """Add the links, rings and the frontier to an answer."""
        answer.edges += [edge(link) for link in self.links] + [edge(link, "dead_end") for link in self.dead]
        answer.cycles += self.rings()
        answer.truncated = answer.truncated or self.truncated
        named = [self.nodes[key] for key in self.beyond if key in self.nodes]
        answer.frontier += [item(node) for node in named[:FRONTIER_SHOWN]]


SYMMETRIC = frozenset(name for name, spec in RELATIONSHIP_TYPES.items() if spec.symmetric)


def rings_among(links: Iterable[Link]) -> list[list[Key]]:
    """Return the rings among links, symmetric ones left out, the largest first."""
    return rings([(link.source, link.target) for link in links if link.type not in SYMMETRIC])


def walk(
    graph: Graph,
    starts: "Sequence[Key] | QuerySet[Entity]",
    steps: Sequence[Step],
    limits: Limits | None = None,
    *,
    any_status: bool = False,
) -> Walk:
    """Walk from some entities along some steps, over active links through active entities. Two database queries.

    Args:
        graph: what the actor may read.
        starts: keys, or a queryset of the entities to start from; they may stand anywhere in their lifecycle.
        steps: relationship types and directions.
        limits: steps and entities at most.
        any_status: walk through superseded and invalid entities too (the supersedes chain).
    """
    given = limits or Limits()
    rows = starts if isinstance(starts, QuerySet) else Entity.objects.filter(among("pk", starts))
    links = _links(graph, rows, steps, given, any_status)
    begun = list(starts) if not isinstance(starts, QuerySet) else None
    return _Reading(graph, steps, given, any_status).of(links, begun)


def links_met(graph: Graph, starts: Sequence[Key], steps: Sequence[Step], limits: Limits) -> list[Link]:
    """Return the links that a walk meets, for a reader that reads the entities of several walks together."""
    return _links(graph, Entity.objects.filter(pk__in=list(starts)), steps, limits, False)


def walk_over(
    graph: Graph,
    starts: Sequence[Key],
    steps: Sequence[Step],
    limits: Limits,
    links: list[Link],
    nodes: dict[Key, Node],
) -> Walk:
    """Return the walk over links that were met, with the entities at their ends. No database query."""
    ends = {key for link in links for key in (link.source, link.target)} | set(starts)
    return _Reading(graph, steps, limits, False).of(
        links, list(starts), {key: nodes[key] for key in ends if key in nodes}
    )


def _links(
    graph: Graph, starts: "QuerySet[Entity]", steps: Sequence[Step], limits: Limits, any_status: bool
) -> list[Link]:
    try:
        sql, params = _sql(graph, starts, steps, limits, any_status)
    except EmptyResultSet:
        return []
    return [read_link(row) for row in sorted(fetch(sql, params), key=itemgetter(0))]


def _sql(
    graph: Graph, starts: "QuerySet[Entity]", steps: Sequence[Step], limits: Limits, any_status: bool
) -> tuple[str, list[Any]]:
    """Return the walk as SQL: the nodes visited, then the links that leave them."""
    counted = limits.depth <= COUNTED_STEPS
    begin, begin_params = compiled(starts.order_by().values_list("id"))
    through, through_params = compiled((graph.entities if any_status else graph.active).order_by().values_list("id"))
    joined, joined_params = compiled(graph.links.order_by().values_list(*LINK))
    leaves, leaves_params = _leaves(steps)
    most = (limits.nodes + 1) * (limits.depth if counted else 1)
    sql = f"""
        WITH RECURSIVE walk(node, depth) AS (
            SELECT begin.id, 0 FROM ({begin}) begin
            UNION
            SELECT e.id, w.depth + {int(counted)} FROM walk w
            JOIN ({joined}) l ON {leaves}
            {_other_end(through)}
            WHERE w.depth < %s
        )
        SELECT {", ".join(f"l.{name}" for name in LINK)}
        FROM (SELECT DISTINCT node FROM (SELECT node FROM walk LIMIT %s) taken) w
        JOIN ({joined}) l ON {leaves} LIMIT %s
    """  # noqa: S608 - compiled querysets and place holders only; values are bound
    params = [*begin_params, *joined_params, *leaves_params, *through_params, limits.depth, most]
    return sql, [*params, *joined_params, *leaves_params, limits.nodes * LINKS_PER_NODE]


def _other_end(through: str) -> str:
    """Return the join to the entity at a link's other end.

    PostgreSQL guesses that a walk meets most entities and would read their whole table at each step; a lateral join
    that it cannot fold (OFFSET 0) has it look up those that are met.
    """
    other = "CASE WHEN l.source_entity_id = w.node THEN l.target_entity_id ELSE l.source_entity_id END"
    if connection.vendor == "postgresql":
        return f"CROSS JOIN LATERAL (SELECT one.id FROM ({through}) one WHERE one.id = {other} OFFSET 0) e"  # noqa: S608 - as in _sql
    return f"JOIN ({through}) e ON e.id = {other}"


def _leaves(steps: Sequence[Step]) -> tuple[str, list[str]]:
    ways = [(column, types) for column, types in zip(("source", "target"), stored(steps), strict=True) if types]
    parts = [
        f"(l.{column}_entity_id = w.node AND l.relationship_type IN ({', '.join(['%s'] * len(types))}))"
        for column, types in ways
    ]
    return f"({' OR '.join(parts)})", [name for _, types in ways for name in types]


class _Reading:
    """Reads a walk out of its links: breadth first, so that the shortest way to each entity is kept."""

    def __init__(self, graph: Graph, steps: Sequence[Step], limits: Limits, any_status: bool) -> None:
        self.graph, self.limits, self.any_status = graph, limits, any_status
        self.out, self.back = directed(steps)

    def of(self, links: list[Link], starts: list[Key] | None, known: dict[Key, Node] | None = None) -> Walk:
        """Return the walk; without `starts` every entity that no link leads to begins it."""
        ways = self._ways(links)
        ends = {key for link in links for key in (link.source, link.target)} | set(starts or ())
        nodes = self.graph.nodes(ends) if known is None else known
        begun = starts if starts is not None else self._heads(ways, nodes)
        found = Walk(dict.fromkeys(begun, 0), nodes=nodes)
        found.truncated = len(links) >= self.limits.nodes * LINKS_PER_NODE
        gone = {key for key, node in nodes.items() if node.status != Status.ACTIVE}
        beyond = self._spread(found, ways, nodes.keys() if self.any_status else nodes.keys() - gone)
        found.beyond, found.truncated = list(beyond), found.truncated or bool(beyond)
        taken = found.depth
        for link in links:
            if link.source in taken and link.target in taken:
                found.links.append(link)
            if (link.source in gone or link.target in gone) and self._dead(link, found):
                found.dead.append(link)
        return found

    def _ways(self, links: list[Link]) -> dict[Key, list[tuple[Key, Link]]]:
        ways: dict[Key, list[tuple[Key, Link]]] = {}
        out, back = self.out, self.back
        for link in links:
            _, name, source, target, *_ = link
            if name in out:
                ways.setdefault(source, []).append((target, link))
            if name in back:
                ways.setdefault(target, []).append((source, link))
        return ways

    @staticmethod
    def _heads(ways: dict[Key, list[tuple[Key, Link]]], nodes: dict[Key, Node]) -> list[Key]:
        led_to = {other for targets in ways.values() for other, _ in targets}
        return [key for key in ways if key not in led_to and key in nodes]

    def _spread(
        self, found: Walk, ways: dict[Key, list[tuple[Key, Link]]], passable: Collection[Key]
    ) -> dict[Key, None]:
        """Take what can be reached, nearest first, up to the caps; return what stands beyond them."""
        beyond: dict[Key, None] = {}
        depth, came, most = found.depth, found.came, self.limits.nodes
        level = deque(depth)
        while level:
            key = level.popleft()
            steps = depth[key]
            for other, link in ways.get(key, ()):
                if other in depth or other not in passable:
                    continue
                if steps >= self.limits.depth or len(depth) >= most:
                    beyond[other] = None
                    continue
                depth[other], came[other] = steps + 1, link
                level.append(other)
        return beyond

    def _dead(self, link: Link, found: Walk) -> bool:
        if self.any_status:
            return False
        if link.source not in found.nodes or link.target not in found.nodes:
            return False
        return link.source in found.depth or link.target in found.depth
