"""Structure: contents (Q-001) and wholes (Q-002) of a part, its interfaces (Q-003), the map of a project (Q-004)."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet

from engineering.models import Entity
from engineering.propagation import DOWN, PEERS, UP, Step, Way
from engineering.queries.alive import alive
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import Graph, Key, Link, Node, by_name, edge, item, key_of, ref
from engineering.queries.walk import Walk, walk
from memories.actors import Actor
from memories.models import Project

MATERIALS = (Step("uses_material", Way.OUT),)
#: What may stand at the top of a map, in the order it is shown.
ROOT_TYPES = ("project", "system", "subsystem", "component")
#: What belongs into a map but is no root of it.
INNER_TYPES = ("interface", "process", "artifact")
#: In the order that `place` gives them.
PARTS = (*ROOT_TYPES, *INNER_TYPES)


def contents(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return what an entity contains, its interfaces split into internal and boundary, materials joined (Q-001).

    Args:
        entity: the whole.
        actor: only what they may read counts.
        limits: depth and number of parts.
    """
    graph = Graph(actor)
    rule = "Everything below it over part_of, with interfaces inside it and across its boundary, and materials."
    answer = Answer("Q-001", {"entity": str(entity.pk)}, graph.at, rule)
    start = key_of(entity.pk)
    below = walk(graph, [start], DOWN, limits)
    answer.items = below.items("part")
    below.into(answer)
    beside = graph.touching(below.depth, (*PEERS, *MATERIALS))
    ends = graph.nodes({key for link in beside for key in (link.source, link.target)} - below.nodes.keys())
    nodes = {**below.nodes, **ends}
    _join_materials(answer.items, beside, nodes)
    _split_interfaces(answer, beside, below, nodes)
    answer.counts |= {"parts": len(below.depth) - 1, **Counter(found.type for found in answer.group("part"))}
    answer.wait(graph.pending(graph.leaving(list(below.depth), (*DOWN, *PEERS, *MATERIALS))))
    return answer


def _join_materials(items: list[Item], links: Iterable[Link], nodes: dict[Key, Node]) -> None:
    """Write the materials of each part beside it: those it is linked to, and the one it names."""
    used: dict[str, list[dict[str, str]]] = {}
    for link in links:
        if link.type == "uses_material" and (node := nodes.get(link.target)) and node.active:
            used.setdefault(ref(link.source), []).append({"id": ref(node.key), "name": node.name})
    named = {ref(key): node.values.get("material") for key, node in nodes.items()}
    for found in items:
        linked = used.get(found.id, [])
        if linked or named.get(found.id):
            found.data["materials"] = linked or [{"id": "", "name": str(named[found.id])}]


def _split_interfaces(answer: Answer, links: Iterable[Link], below: Walk, nodes: dict[Key, Node]) -> None:
    """Flag interfaces: internal where both ends are inside, boundary where one is outside."""
    inside, boundary = below.depth.keys(), set[Key]()
    internal = crossing = 0
    outside: dict[Key, Link] = {}
    for link in links:
        ends = (link.source, link.target)
        if link.type != "interfaces_with" or not all(end in nodes and nodes[end].active for end in ends):
            continue
        across = [end for end in ends if end not in inside]
        answer.edges.append(edge(link, "boundary" if across else "internal"))
        crossing, internal = crossing + bool(across), internal + (not across)
        for end in across:
            outside.setdefault(end, link)
            boundary.add(link.other(end))
    for found in answer.items:
        if found.type == "interface":
            found.flags.append("boundary" if any(ref(key) == found.id for key in boundary) else "internal")
    peers = sorted((nodes[key] for key in outside), key=by_name)
    answer.items += [item(node, via=outside[node.key], group="outside") for node in peers]
    answer.counts |= {"internal_interfaces": internal, "boundary_interfaces": crossing}


def ancestors(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return the chain of wholes that an entity is part of, up to the system (Q-002); a second parent is flagged."""
    graph = Graph(actor)
    rule = "Every whole above it over part_of; a part has one parent, so what has two is flagged."
    answer = Answer("Q-002", {"entity": str(entity.pk)}, graph.at, rule)
    above = walk(graph, [key_of(entity.pk)], UP, limits)
    answer.items = above.items("ancestor")
    above.into(answer)
    first = {link.source: link for link in reversed(above.links)}
    second = {ref(link.target) for link in above.links if first[link.source] is not link}
    for found in answer.items:
        if found.id in second:
            found.flags.append("second_parent")
    answer.counts = {"ancestors": len(answer.items), "second_parents": len(second)}
    answer.wait(graph.pending(graph.leaving(list(above.depth), UP)))
    return answer


def interfaces(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return what an entity interfaces with, from both ends, and the interface entities between (Q-003)."""
    graph = Graph(actor)
    rule = "interfaces_with read from both ends; behind an interface entity stands what it joins this to."
    answer = Answer("Q-003", {"entity": str(entity.pk)}, graph.at, rule)
    start = key_of(entity.pk)
    own = graph.touching([start], PEERS)
    near = graph.nodes({link.other(start) for link in own})
    between = [key for key, node in near.items() if node.type == "interface" and node.active]
    far_links = [link for link in graph.touching(between, PEERS) if start not in (link.source, link.target)]
    far = graph.nodes({key for link in far_links for key in (link.source, link.target)} - near.keys())
    nodes = {**near, **far}
    answer.items = _peers(start, own, far_links, nodes, frozenset(between))
    answer.edges = [edge(link, *_dead(link, nodes)) for link in own + far_links]
    kinds = Counter(found.group for found in answer.items)
    answer.counts = {"interfaces": kinds["interface"], "peers": kinds["peer"]}
    answer.wait(graph.pending(graph.leaving([start, *between], PEERS)))
    return answer.page(limits or Limits())


def _dead(link: Link, nodes: dict[Key, Node]) -> list[str]:
    ends = [nodes[key] for key in (link.source, link.target) if key in nodes]
    return ["dead_end"] if any(not node.active for node in ends) else []


def _peers(
    start: Key, own: list[Link], far: list[Link], nodes: dict[Key, Node], between: Collection[Key]
) -> list[Item]:
    found: dict[tuple[Key, str], Item] = {}
    for link in own:
        node = nodes.get(link.other(start))
        if node:
            group = "interface" if node.type == "interface" else "peer"
            found[node.key, ""] = item(node, depth=1, via=link, group=group)
    for link in far:
        for middle in {link.source, link.target} & set(between):
            node = nodes.get(link.other(middle))
            if node and node.key != start:
                found[node.key, ref(middle)] = item(node, depth=2, via=link, group="peer", between=ref(middle))
    return sorted(found.values(), key=lambda one: (one.depth, one.type, one.name.casefold(), one.id))


def system_map(project: Project, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return the roots of a project with their subtrees, and what has no place (Q-004).

    A root is a system, subsystem or component (or a project entity) without a parent, systems first; a root that is
    no system and contains nothing is flagged `alone`. Interfaces, processes and artifacts without one are unplaced.

    Args:
        project: whose map.
        actor: only what they may read counts.
        limits: `nodes` bounds the tree and each page of roots and of what is unplaced; `offset` turns both pages.
    """
    graph, given = Graph(actor), limits or Limits()
    free = graph.read(loose(graph, project))
    roots = [node for node in free if node.type in ROOT_TYPES]
    below = walk(graph, [node.key for node in roots_of(roots, given)], DOWN, given)
    unplaced = sorted((node for node in free if node.type in INNER_TYPES), key=place)
    answer = map_of(graph, project, given, roots, below, len(unplaced))
    answer.items += [item(node, group="unplaced") for node in unplaced[given.offset : given.offset + given.nodes]]
    answer.wait(graph.pending(waiting_for_structure(project)))
    return answer


def roots_of(roots: Iterable[Node], given: Limits) -> list[Node]:
    """Return the page of roots in order."""
    return sorted(roots, key=place)[given.offset : given.offset + given.nodes]


def map_of(graph: Graph, project: Project, given: Limits, roots: Sequence[Node], below: Walk, unplaced: int) -> Answer:
    """Return Q-004 from all roots and the walk below their page, without what is unplaced (but its number) or waits."""
    rule = "Roots are what stands in no part_of; below them everything over part_of; the rest of the parts is unplaced."
    answer = Answer("Q-004", {"project": project.name}, graph.at, rule)
    shown = roots_of(roots, given)
    holds = {link.target for link in below.links} | {link.target for link in below.dead}
    answer.items = [_root(node, node.key in holds or below.truncated) for node in shown]
    answer.items += below.items("part")
    below.into(answer)
    answer.counts = {"roots": len(roots), "parts_shown": len(below.reached), "unplaced": unplaced}
    last = given.offset + given.nodes
    if max(len(roots), unplaced) > last:
        answer.truncated, answer.next = True, last
    return answer


def _root(node: Node, holds: bool) -> Item:
    found = item(node, group="root")
    if not holds and node.type in ("subsystem", "component"):
        found.flags.append("alone")
    return found


def loose(graph: Graph, project: Project, types: Sequence[str] = PARTS) -> "QuerySet[Entity]":
    """Return the parts of a project, of some types, that no active whole holds."""
    up = graph.links.filter(source_entity=OuterRef("pk"), relationship_type="part_of")
    down = graph.links.filter(target_entity=OuterRef("pk"), relationship_type="contains")
    held = Exists(up.filter(alive("target")).order_by()) | Exists(down.filter(alive("source")).order_by())
    return graph.active.filter(~held, project=project, entity_type__in=types)


def place(node: Node) -> tuple[int, str, str]:
    """Order of what stands at the top of a map: systems first, then by name."""
    return PARTS.index(node.type), node.name.casefold(), str(node.key)


def waiting_for_structure(project: Project) -> Q:
    """Return the condition for candidates that would place a part of a project."""
    return Q(relationship_type__in=("part_of", "contains"), source_entity__project=project)
