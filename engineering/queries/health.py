"""Graph health (Q-106): rings, second parents, edges to dead entities, dangling references, isolated entities."""

import json
from collections import Counter
from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from engineering.queries.envelope import Answer, Limits
from engineering.queries.graph import Graph, Key, Link, Node, edge, item, ref, rows_of
from engineering.queries.walk import rings_among
from memories.actors import Actor
from memories.models import Interaction, Memory, Project, SourceChunk

RINGS, PARENTS, DEAD, DANGLING, ISOLATED = "in_ring", "two_parents", "dead_edge", "dangling_source", "isolated"
#: A link to what it replaced is no dead end.
_EXEMPT = ("supersedes",)
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
    rule += "whose sources are gone, and those without any link."
    answer = Answer("Q-106", {"project": project.name, "role": role}, graph.at, rule)
    links = _links(graph, project, role)
    own = {node.key: node for node in graph.read(graph.active.filter(project=project))}
    elsewhere = graph.nodes({key for link in links for key in (link.source, link.target)} - own.keys())
    nodes = {**own, **elsewhere}
    active = {key for key, node in nodes.items() if node.active}
    alive = [link for link in links if link.source in active and link.target in active]
    found = rings_among(alive)
    answer.cycles = [[ref(key) for key in ring] for ring in found]
    _list(answer, RINGS, nodes, {key for ring in found for key in ring})
    _list(answer, PARENTS, nodes, _two_parents(alive))
    kept = {link.key for link in alive}
    dead = [link for link in links if link.key not in kept and link.type not in _EXEMPT]
    _list(answer, DEAD, nodes, {key for link in dead for key in (link.source, link.target) if key in own})
    answer.edges = [edge(link, "dead_end") for link in dead]
    _list(answer, DANGLING, nodes, _dangling(graph, project))
    linked = {key for link in alive for key in (link.source, link.target)}
    _list(answer, ISOLATED, nodes, own.keys() - linked)
    answer.counts |= {"entities": len(own), "relationships": len(links), "cycles": len(answer.cycles)}
    answer.counts["largest_cycle"] = max((len(ring) for ring in answer.cycles), default=0)
    answer.counts["derivation_levels"] = _levels([link for link in alive if link.type == "derived_from"])
    answer.wait([])
    return answer.page(limits or Limits())


def _links(graph: Graph, project: Project, role: str) -> list[Link]:
    ends = Q(source_entity__project=project) | Q(target_entity__project=project)
    rows = graph.links.filter(ends)
    if role:
        rows = rows.filter(origin_role=role)
    return graph.read_links(rows.order_by())


def _two_parents(links: list[Link]) -> set[Key]:
    wholes = Counter(link.source for link in links if link.type == "part_of")
    return {key for key, number in wholes.items() if number > 1}


def _list(answer: Answer, group: str, nodes: dict[Key, Node], keys: Collection[Key]) -> None:
    found = sorted((nodes[key] for key in keys if key in nodes), key=lambda node: (node.name.casefold(), str(node.key)))
    answer.items += [item(node, group=group) for node in found]
    answer.counts[group] = len(found)


def _dangling(graph: Graph, project: Project) -> set[Key]:
    """Return entities that name a memory, interaction or chunk that is not there. One query, and one a kind."""
    rows = graph.active.filter(project=project).exclude(source_refs=[]).order_by().values_list("id", "source_refs")
    named: dict[str, dict[UUID, set[Key]]] = {}
    for key, refs in rows_of(rows):
        for text in json.loads(refs) if any(word in refs for word in _KINDS) else ():
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


def _levels(links: list[Link]) -> int:
    """Return the number of levels of the deepest chain: its links and one; 0 without any. Rings are left out."""
    below: dict[Key, list[Key]] = {}
    missing: Counter[Key] = Counter()
    for link in links:
        below.setdefault(link.target, []).append(link.source)
        missing[link.source] += 1
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
