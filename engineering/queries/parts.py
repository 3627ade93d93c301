"""Parts of a whole, a page at a time: what a map shows of a project that is too large to show at once."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from engineering.models import Entity
from engineering.propagation import DOWN
from engineering.queries.contents import INNER_TYPES, ROOT_TYPES, loose, place
from engineering.queries.envelope import Limits
from engineering.queries.graph import Graph, Key, Node, by_name, key_of, ref, rows_of
from engineering.queries.walk import walk
from memories.actors import Actor
from memories.choices import Status
from memories.models import Project


@dataclass
class Part:
    """An entity with what is shown below it.

    Attributes:
        node: the entity.
        parts: how many active parts it has in all, shown or not.
        below: those that are shown.
    """

    node: Node
    parts: int = 0
    below: list["Part"] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id as answers show it."""
        return ref(self.node.key)


@dataclass(frozen=True)
class Parts:
    """A page of an entity's parts; `of` is how many it has in all."""

    page: list[Part]
    of: int


@dataclass(frozen=True)
class Top:
    """A page of what stands at the top of a project, and a page of what has no place; with how many there are."""

    page: list[Part]
    of: int
    unplaced: list[Part]
    unplaced_of: int


def top(project: Project, actor: Actor, *, size: int, offset: int = 0, loose_offset: int = 0, within: int = 200) -> Top:
    """Return a page of the roots of a project with what stands below them, and of what has no place. Five queries.

    Args:
        project: whose map.
        actor: only what they may read is shown.
        size: roots a page, and unplaced ones a page.
        offset: roots passed over.
        loose_offset: unplaced ones passed over.
        within: entities below the roots at most, the nearest first.
    """
    graph = Graph(actor)
    found = sorted(graph.read(loose(graph, project)), key=place)
    roots = [node for node in found if node.type in ROOT_TYPES]
    unplaced = [node for node in found if node.type in INNER_TYPES]
    page = nested(graph, roots[offset : offset + size], within)
    beside = [Part(node) for node in unplaced[loose_offset : loose_offset + size]]
    return Top(page, len(roots), beside, len(unplaced))


def parts(entity: Entity, actor: Actor, *, size: int, offset: int = 0, within: int = 200) -> Parts:
    """Return a page of the direct parts of an entity, by type and name, with what stands below them. Five queries.

    Args:
        entity: the whole.
        actor: only what they may read is shown.
        size: direct parts a page.
        offset: parts passed over.
        within: entities below them at most, the nearest first.
    """
    graph = Graph(actor)
    rows = _direct(graph, [key_of(entity.pk)]).order_by("entity_type", "name", "pk")
    page = graph.read(rows[offset : offset + size])
    return Parts(nested(graph, page, within), rows.count())


def nested(graph: Graph, starts: Collection[Node], within: int) -> list[Part]:
    """Return some entities with what stands below them, nearest first, and how many parts each has in all."""
    below = walk(graph, [node.key for node in starts], DOWN, Limits(nodes=len(starts) + within))
    found = {node.key: Part(node) for node in (*starts, *below.reached)}
    for node in below.reached:
        whole = found.get(below.came[node.key].other(node.key))
        if whole is not None:
            whole.below.append(found[node.key])
    for key, number in sizes(graph, found).items():
        found[key].parts = number
    for part in found.values():
        part.below.sort(key=lambda one: by_name(one.node))
    begun = {node.key for node in starts}
    return [found[key] for key in found if key in begun]


def sizes(graph: Graph, keys: Collection[Key]) -> Counter[Key]:
    """Return how many active parts each of some entities has. Two queries."""
    found: Counter[Key] = Counter()
    for word, whole, part in (("part_of", "target", "source"), ("contains", "source", "target")):
        end = {f"{whole}_entity__in": list(keys), f"{part}_entity__status": Status.ACTIVE}
        links = graph.links.filter(relationship_type=word, **end).order_by()
        found.update(dict(rows_of(links.values_list(f"{whole}_entity").annotate(Count("pk")))))
    return found


def _direct(graph: Graph, keys: Collection[Key]) -> "QuerySet[Entity]":
    held = graph.links.filter(relationship_type="part_of", target_entity__in=list(keys)).order_by()
    holds = graph.links.filter(relationship_type="contains", source_entity__in=list(keys)).order_by()
    inside = Q(pk__in=held.values("source_entity")) | Q(pk__in=holds.values("target_entity"))
    return graph.active.filter(inside)
