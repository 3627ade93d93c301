"""What constrains a part (Q-007): its bounds and those of its wholes, with the values that stand against them.

Bounds and values are given as written; the margin in one unit needs the quantity grammar.
"""

from collections import Counter
from typing import Any

from engineering.models import Entity
from engineering.propagation import EVIDENCE, UP, Step, Way
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import Graph, Key, Link, Node, edge, item, key_of, ref
from engineering.queries.walk import walk
from memories.actors import Actor

BOUND = (Step("constrained_by", Way.OUT),)
#: What tells the value that stands against a bound: parameters and parts that satisfy it, results that validate it.
MET_BY = (Step("satisfies", Way.IN), *EVIDENCE)
_BOUNDS = ("comparator", "threshold", "min", "max", "tolerance", "value", "statement")


def constraints(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return what constrains an entity and its wholes, each with its bound and the present values, as written (Q-007).

    Args:
        entity: the part.
        actor: only what they may read counts.
        limits: depth of the wholes above, and the page of the list.
    """
    graph, given = Graph(actor), limits or Limits()
    rule = "constrained_by from the part and its wholes; bounds and present values stand as they were written."
    answer = Answer("Q-007", {"entity": str(entity.pk)}, graph.at, rule)
    above = walk(graph, [key_of(entity.pk)], UP, given)
    links = graph.touching(above.depth, BOUND)
    met = graph.touching({link.target for link in links}, MET_BY)
    nodes = graph.nodes({key for link in (*links, *met) for key in (link.source, link.target)})
    present = _present(met, nodes)
    answer.items = _bounds(links, above.depth, nodes, present)
    answer.edges = [edge(link) for link in links]
    above.into(answer)
    answer.counts = dict(Counter(one.group for one in answer.items))
    answer.wait(graph.pending(graph.leaving(list(above.depth), BOUND)))
    return answer.page(given)


def _present(met: list[Link], nodes: dict[Key, Node]) -> dict[Key, list[dict[str, Any]]]:
    found: dict[Key, list[dict[str, Any]]] = {}
    for link in met:
        for bound, node in ((link.source, nodes.get(link.target)), (link.target, nodes.get(link.source))):
            value = node.values.get("value") if node and node.active and node.type in ("parameter", "result") else None
            if node and value not in (None, ""):
                found.setdefault(bound, []).append({"id": ref(node.key), "name": node.name, "value": value})
    return found


def _bounds(
    links: list[Link], depth: dict[Key, int], nodes: dict[Key, Node], present: dict[Key, list[dict[str, Any]]]
) -> list[Item]:
    found: dict[Key, Item] = {}
    for link in sorted(links, key=lambda one: depth[one.source]):
        node = nodes.get(link.target)
        if node is None or node.key in found:
            continue
        group = "inherited" if depth[link.source] else "own"
        made = item(node, depth=depth[link.source] + 1, via=link, group=group)
        bound = {name: value for name, value in node.values.items() if name in _BOUNDS}
        made.data = {"bound": bound, "present": present.get(node.key, []), "on": nodes[link.source].name}
        found[node.key] = made
    return sorted(found.values(), key=lambda one: (one.group != "own", one.depth, one.name.casefold(), one.id))
