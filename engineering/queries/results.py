"""Results: those that validate something (Q-010), and those that disagree on it (Q-012)."""

from itertools import combinations

from engineering.models import Entity
from engineering.propagation import EVIDENCE
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import Graph, Link, Node, edge, item, key_of
from engineering.slots.compare import Result, Sort, compare
from engineering.slots.judge import MOST_ANSWERS
from memories.actors import Actor

_VALUE = Sort("quantity")


def results_of(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return the results that validate an entity, with value, verdict and date (Q-010)."""
    graph = Graph(actor)
    rule = "Results that support it, or by which it is evidenced or validated; those no longer active are flagged."
    answer = Answer("Q-010", {"entity": str(entity.pk)}, graph.at, rule)
    start = key_of(entity.pk)
    links = graph.touching([start], EVIDENCE)
    nodes = graph.nodes({link.other(start) for link in links})
    answer.items = [_result(nodes[link.other(start)], link) for link in links if link.other(start) in nodes]
    answer.items.sort(key=lambda one: (one.group != "result", str(one.data.get("date") or ""), one.id))
    answer.edges = [edge(link) for link in links]
    answer.wait(graph.pending(graph.leaving([start], EVIDENCE)))
    live = [one for one in answer.items if one.group == "result" and "dead_end" not in one.flags]
    answer.counts |= {
        "results": len(live),
        "passed": sum(1 for one in live if one.data["passed"] is True),
        "failed": sum(1 for one in live if one.data["passed"] is False),
    }
    return answer.page(limits or Limits())


def _result(node: Node, link: Link) -> Item:
    if node.type != "result":
        return item(node, depth=1, via=link, group="other")
    values = node.values
    data = {name: values.get(name) for name in ("value", "passed", "date")}
    return item(node, depth=1, via=link, group="result", **data)


def conflicting_results(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return the results on one claim that disagree in verdict or in value (Q-012).

    Values are compared as quantities: in one unit, with their tolerances. What is no quantity is compared as written.
    """
    found = results_of(entity, actor, Limits())
    rule = "Active results on one claim that disagree in verdict (passed) or in value, compared in one unit."
    live = [one for one in found.items if one.group == "result" and "dead_end" not in one.flags]
    verdicts = {one.data["passed"] for one in live if one.data["passed"] is not None}
    values = sorted({str(one.data["value"]) for one in live if one.data["value"] not in (None, "")})
    disagree = ["verdict"] if len(verdicts) > 1 else []
    disagree += ["value"] if any(_differ(*pair) for pair in combinations(values[:MOST_ANSWERS], 2)) else []
    for one in live:
        one.data["disagree_in"] = disagree
    answer = Answer("Q-012", found.params, found.as_of, rule, pending=found.pending)
    answer.items = live if disagree else []
    answer.counts = {"results": len(live), "conflicting": len(answer.items), "pending": found.counts["pending"]}
    return answer.page(limits or Limits())


def _differ(one: str, other: str) -> bool:
    """Tell whether two values cannot both be true or, where one is no quantity, are not the same text."""
    result = compare(one, other, _VALUE).result
    return result is Result.CONFLICT or (result is Result.REVIEW and _folded(one) != _folded(other))


def _folded(value: str) -> str:
    return "".join(value.casefold().split())
