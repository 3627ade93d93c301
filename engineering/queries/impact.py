"""What changing an entity touches (Q-016), each with the path by which it was reached.

How a change travels stands in engineering.propagation; this module only follows it.
"""

from collections import Counter

from engineering.models import Entity
from engineering.propagation import INFORMING, RULES, Effect, Way
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import Graph, Key, Link, edge, item, key_of, ref
from engineering.queries.walk import Walk, walk
from memories.actors import Actor

#: A change is followed this far unless told otherwise.
IMPACT_DEPTH = 5
CHANGED, LOST = "changed", "lost"
_STEPS = tuple(dict.fromkeys(rule.step for rule in RULES))
_ORDER = [effect.value for effect in Effect]


def impact(entity: Entity, actor: Actor, limits: Limits | None = None, *, change: str = CHANGED) -> Answer:
    """Return what a change of an entity makes certain, suspect or merely worth a look (Q-016).

    Args:
        entity: what changes.
        actor: only what they may read counts.
        limits: steps (5 unless told otherwise) and entities.
        change: `changed` for its content, `lost` when it is no longer true: what it alone was evidence for is then
            certainly affected.
    """
    graph = Graph(actor)
    rule = (
        "Followed over the relationships that carry a change: certain where evidence is lost, suspect where a change "
        "arrives, informative where a link only tells of a connection."
    )
    answer = Answer("Q-016", {"entity": str(entity.pk), "change": change}, graph.at, rule)
    start = key_of(entity.pk)
    reach = walk(graph, [start], _STEPS, limits or Limits(depth=IMPACT_DEPTH))
    answer.items = _reached(reach, lost=change == LOST)
    answer.items += _informed(graph, reach, answer)
    answer.items.sort(key=lambda one: (_ORDER.index(one.group), one.depth, one.type, one.name.casefold(), one.id))
    reach.into(answer)
    answer.counts = dict(Counter(one.group for one in answer.items))
    answer.wait(graph.pending(graph.leaving(list(reach.depth), _STEPS)))
    return answer


def _reached(reach: Walk, *, lost: bool) -> list[Item]:
    """Return what a change reaches; each path goes on from that of the entity before, which stands nearer."""
    paths = {key: ([ref(key)], list[str]()) for key, depth in reach.depth.items() if not depth}
    found = []
    for node in reach.reached:
        link = reach.came[node.key]
        before = link.other(node.key)
        rule = _RULE_OF[link.type, link.source == before]
        path, why = paths[before]
        paths[node.key] = path, why = [*path, ref(node.key)], [*why, rule.why]
        effect = rule.lost if lost and len(why) == 1 else rule.effect
        one = item(node, depth=len(why), via=link, group=effect.value)
        one.data = {"path": path, "why": why}
        found.append(one)
    return found


#: The rule for a link of a type that is followed outwards, or not.
_RULE_OF = {(rule.step.type, rule.step.way is Way.OUT): rule for rule in RULES}


def _informed(graph: Graph, reach: Walk, answer: Answer) -> list[Item]:
    """Return what no change reaches but what is linked to something it reaches."""
    links = graph.touching(reach.depth, INFORMING)
    pairs = [(key, link) for link in links for key in _ends(link, reach)]
    nodes = graph.nodes({key for key, _ in pairs} - reach.nodes.keys())
    found: dict[Key, Item] = {}
    for key, link in pairs:
        node = nodes.get(key) or reach.nodes.get(key)
        if node is None or not node.active or key in found:
            continue
        before = link.other(key)
        found[key] = item(node, depth=reach.depth[before] + 1, via=link, group=Effect.INFORMATIVE.value)
        found[key].data = {"path": [ref(one) for one in (*reach.path(before), key)], "why": [link.type]}
        answer.edges.append(edge(link))
    return list(found.values())


def _ends(link: Link, reach: Walk) -> list[Key]:
    if link.source in reach.depth and link.target in reach.depth:
        return []
    return [link.source] if link.target in reach.depth else [link.target]
