"""Graph health (Q-106): rings, second parents, edges to dead entities, dangling references, isolated entities, and
quantities that cannot be read as such."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cache, reduce
from operator import itemgetter, or_
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from engineering.models import Relationship
from engineering.ontology import PropertyKind, declared
from engineering.queries.alive import ends_in
from engineering.queries.among import among
from engineering.queries.envelope import Answer, Limits
from engineering.queries.graph import LINK, Graph, Key, Link, Node, edge, item, key_of, links_of, ref, rows_of
from engineering.queries.rings import rings
from engineering.queries.walk import SYMMETRIC
from engineering.slots.quantity import unparsed
from memories.actors import Actor
from memories.models import Interaction, Memory, Project, SourceChunk

RINGS, PARENTS, DEAD, DANGLING, ISOLATED = "in_ring", "two_parents", "dead_edge", "dangling_source", "isolated"
UNPARSED = "unparsed"
#: What counts as a fault; each is a group of the answer.
FAULTS = (RINGS, PARENTS, DEAD, DANGLING, ISOLATED, UNPARSED)
#: A link to what it replaced is no dead end.
_EXEMPT = ("supersedes",)
#: A link as its type, its source and its target; `contains` already turned into `part_of`.
Arc = tuple[str, Key, Key]
_KINDS = {"memory": Memory, "interaction": Interaction, "chunk": SourceChunk}


def health(project: Project, actor: Actor, limits: Limits | None = None, *, role: str = "") -> Answer:
    """Return what is wrong with a project's graph, each with a count and a list (Q-106).

    Args:
        project: whose graph; links with one end in it belong to it.
        actor: only what they may read counts.
        limits: the page of the list.
        role: look at the links of this origin_role alone (the name they had in the tool they came from).
    """
    graph = Graph(actor)
    rule = "Active links of the project: rings, parts with two wholes, links to what is no longer true; then entities "
    rule += "whose sources are gone, those without any link, and quantities that cannot be read as such."
    answer = Answer("Q-106", {"project": project.name, "role": role}, graph.at, rule)
    arcs = _arcs(graph, project, role)
    ends = _ends(arcs)
    own = {node.key: node for node in graph.read(graph.active.filter(project=project))}
    nodes = {**own, **graph.nodes(ends - own.keys())}
    active = {key for key, node in nodes.items() if node.active}
    alive = [arc for arc in arcs if arc[1] in active and arc[2] in active]
    found = rings([(source, target) for kind, source, target in alive if kind not in SYMMETRIC])
    answer.cycles = [[ref(key) for key in ring] for ring in found]
    _list(answer, RINGS, nodes, {key for ring in found for key in ring})
    _list(answer, PARENTS, nodes, _two_parents(alive))
    dead = _dead(graph, project, role, ends - active)
    _list(answer, DEAD, nodes, {key for link in dead for key in (link.source, link.target) if key in own})
    _name_dead(answer, dead, nodes)
    answer.edges = [edge(link, "dead_end") for link in dead]
    _list(answer, DANGLING, nodes, _dangling(graph, project))
    _list(answer, ISOLATED, nodes, own.keys() - _ends(alive))
    unread = _unparsed(own.values())
    _list(answer, UNPARSED, nodes, unread)
    for one in answer.group(UNPARSED):
        one.data = {"values": unread[key_of(UUID(one.id))]}
    answer.counts |= {"entities": len(own), "relationships": len(arcs), "cycles": len(answer.cycles)}
    answer.counts["largest_cycle"] = max((len(ring) for ring in answer.cycles), default=0)
    answer.counts["derivation_levels"] = _levels([arc for arc in alive if arc[0] == "derived_from"])
    answer.wait([])
    return answer.page(limits or Limits())


def _around(graph: Graph, project: Project, role: str) -> tuple[QuerySet[Relationship], QuerySet[Relationship]]:
    return ends_in(graph.links.filter(origin_role=role) if role else graph.links, project)


def _arcs(graph: Graph, project: Project, role: str) -> list[Arc]:
    """Return the links with an end in a project, each as no more than an index of the table holds."""
    columns = ("relationship_type", "source_entity_id", "target_entity_id")
    out, back = (rows.values_list(*columns) for rows in _around(graph, project, role))
    return [
        ("part_of", target, source) if kind == "contains" else (kind, source, target)
        for kind, source, target in rows_of(out.union(back, all=True))
    ]


def _dead(graph: Graph, project: Project, role: str, gone: Collection[Key]) -> list[Link]:
    """Return the links with an end that is no longer true, but for what it was replaced by."""
    if not gone:
        return []
    ended = among("source_entity", gone) | among("target_entity", gone)
    kept = (rows.filter(ended).exclude(relationship_type__in=_EXEMPT) for rows in _around(graph, project, role))
    out, back = (rows.values_list(*LINK) for rows in kept)
    return links_of(rows_of(out.union(back, all=True)))


def _ends(arcs: list[Arc]) -> set[Key]:
    """Return the entities at either end; the interpreter takes the columns out, as there are many."""
    return {*map(itemgetter(1), arcs), *map(itemgetter(2), arcs)}


def _two_parents(arcs: list[Arc]) -> set[Key]:
    wholes = Counter(source for kind, source, _ in arcs if kind == "part_of")
    return {key for key, number in wholes.items() if number > 1}


def _name_dead(answer: Answer, dead: Iterable[Link], nodes: Mapping[Key, Node]) -> None:
    """Say of each entity with a dead link what stands at the other end."""
    ends: dict[str, list[dict[str, Any]]] = {}
    for link in dead:
        for key in (link.source, link.target):
            other = nodes.get(link.other(key))
            if other is not None and not other.active:
                held = {"id": ref(other.key), "name": other.name, "status": other.status}
                ends.setdefault(ref(key), []).append(held)
    for one in answer.group(DEAD):
        one.data = {"linked": ends.get(one.id, [])}


@cache
def _quantities(entity_type: str) -> tuple[tuple[str, str, str], ...]:
    """Return the quantities that a type declares by name: the name, its dimension, and what its JSON text holds."""
    known = sorted(declared(entity_type).items())
    return tuple((name, spec.dimension, f'"{name}"') for name, spec in known if spec.kind is PropertyKind.QUANTITY)


def _unparsed(nodes: Iterable[Node]) -> dict[Key, dict[str, str]]:
    """Return by entity the values of declared quantities that stand as written because they cannot be read."""
    found: dict[Key, dict[str, str]] = {}
    for node in nodes:
        # most name none of them, which their text tells without being read
        named = [(name, dimension) for name, dimension, mark in _quantities(node.type) if mark in node.properties]
        said = node.values if named else {}
        texts = [(name, said.get(name), dimension) for name, dimension in named]
        bad = {name: text for name, text, what in texts if isinstance(text, str) and text and unparsed(text, what)}
        if bad:
            found[node.key] = bad
    return found


def _list(answer: Answer, group: str, nodes: dict[Key, Node], keys: Collection[Key]) -> None:
    found = sorted((nodes[key] for key in keys if key in nodes), key=lambda node: (node.name.casefold(), str(node.key)))
    answer.items += [item(node, group=group) for node in found]
    answer.counts[group] = len(found)


def _dangling(graph: Graph, project: Project) -> set[Key]:
    """Return entities that name a memory, interaction or chunk that is not there. One query, and one a kind."""
    ours = reduce(or_, (Q(source_refs__icontains=f"{word}:") for word in _KINDS))
    rows = graph.active.filter(ours, project=project).order_by().values_list("id", "source_refs")
    named: dict[str, dict[UUID, set[Key]]] = {}
    for key, refs in rows_of(rows):
        for text in json.loads(refs):
            kind, _, rest = str(text).partition(":")
            if kind in _KINDS:
                named.setdefault(kind, {}).setdefault(_uuid(rest), set()).add(key)
    gone: set[Key] = set()
    for kind, wanted in named.items():
        there = set(_KINDS[kind]._default_manager.filter(pk__in=list(wanted)).values_list("pk", flat=True))
        gone.update(key for record, keys in wanted.items() if record not in there for key in keys)
    return gone


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _levels(arcs: list[Arc]) -> int:
    """Return the number of levels of the deepest chain: its links and one; 0 without any. Rings are left out."""
    below: dict[Key, list[Key]] = {}
    missing: Counter[Key] = Counter()
    for _, source, target in arcs:
        below.setdefault(target, []).append(source)
        missing[source] += 1
    depth = {key: 0 for key in below if not missing[key]}
    level = list(depth)
    while level:
        key = level.pop()
        for child in below.get(key, ()):
            depth[child] = max(depth.get(child, 0), depth[key] + 1)
            missing[child] -= 1
            if not missing[child]:
                level.append(child)
    return max(depth.values(), default=-1) + 1
