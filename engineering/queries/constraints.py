"""What constrains a part (Q-007): its bounds and those of its wholes, with the values that stand against them.

Bounds and values are given as written and, where both are quantities of one dimension, in the bound's unit with the
margin between them.
"""

from collections import Counter
from typing import Any

from engineering.models import Entity
from engineering.propagation import UP, Step, Way
from engineering.queries.bounds import MET_BY, Bounded, standing_against
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import Graph, Key, Link, Node, edge, item, key_of
from engineering.queries.walk import walk
from engineering.slots.measure import AT_RISK, MET, VIOLATED
from memories.actors import Actor

BOUND = (Step("constrained_by", Way.OUT),)
_WORSE = (VIOLATED, AT_RISK, MET)
_BOUNDS = ("comparator", "threshold", "min", "max", "tolerance", "value", "statement")


def constraints(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return what constrains an entity and its wholes, each with its bound, the present values and the margin (Q-007).

    Args:
        entity: the part.
        actor: only what they may read counts.
        limits: depth of the wholes above, and the page of the list.
    """
    graph, given = Graph(actor), limits or Limits()
    rule = "constrained_by from the part and its wholes; values are compared in the unit of the bound."
    answer = Answer("Q-007", {"entity": str(entity.pk)}, graph.at, rule)
    above = walk(graph, [key_of(entity.pk)], UP, given)
    links = graph.touching(above.depth, BOUND)
    met = graph.touching({link.target for link in links}, MET_BY)
    nodes = graph.nodes({key for link in (*links, *met) for key in (link.source, link.target)})
    answer.items = _bounds(links, met, above.depth, nodes)
    answer.edges = [edge(link) for link in links]
    above.into(answer)
    answer.counts = dict(Counter(one.group for one in answer.items))
    answer.wait(graph.pending(graph.leaving(list(above.depth), BOUND)))
    return answer.page(given)


def _bounds(links: list[Link], met: list[Link], depth: dict[Key, int], nodes: dict[Key, Node]) -> list[Item]:
    bounds = {key: Bounded(nodes[key]) for key in {link.target for link in links} & nodes.keys()}
    present = standing_against((*links, *met), nodes, bounds)
    found: dict[Key, Item] = {}
    for link in sorted(links, key=lambda one: depth[one.source]):
        bounded = bounds.get(link.target)
        if bounded is None or bounded.node.key in found:
            continue
        made = item(bounded.node, depth=depth[link.source] + 1, via=link)
        made.group = "inherited" if depth[link.source] else "own"
        values = [
            bounded.judged(one) for one in sorted(present.get(link.target, []), key=lambda one: str(one.node.key))
        ]
        made.data = {
            "bound": {name: value for name, value in bounded.values.items() if name in _BOUNDS},
            **bounded.shown(),
            "present": values,
            "on": nodes[link.source].name,
            **_worst(values),
        }
        found[bounded.node.key] = made
    return sorted(found.values(), key=lambda one: (one.group != "own", one.depth, one.name.casefold(), one.id))


def _worst(values: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the smallest margin of the present values, and what it says."""
    judged = [value for value in values if "verdict" in value]
    if not judged:
        return {"verdict": "unknown"}
    worst = min(judged, key=lambda value: _WORSE.index(value["verdict"]))
    margins = [value["margin"] for value in judged if value["margin"] is not None]
    return {"verdict": worst["verdict"]} | ({"margin": min(margins)} if margins else {})
