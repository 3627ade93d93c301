"""Decisions around a part: those that affect it (Q-008), and how they followed each other (Q-014)."""

from collections import Counter
from typing import Any

from engineering.models import Entity
from engineering.propagation import PEERS, UP, Step, Way
from engineering.queries.envelope import Answer, Item, Limits, Via
from engineering.queries.graph import Graph, Key, Link, Node, edge, item, key_of, ref
from engineering.queries.succession import chain, in_force, reasons
from engineering.queries.walk import walk
from memories.actors import Actor
from memories.models import Project

DECIDED_BY = (Step("affected_by_decision", Way.OUT),)
DEMANDED = (Step("satisfies", Way.OUT), Step("constrained_by", Way.OUT))
PART, ANCESTOR, PEER, REQUIREMENT = "part", "ancestor", "peer", "requirement"
_ORDER = (PART, ANCESTOR, REQUIREMENT, PEER)


def decisions(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return the decisions that affect a part: its own, of its wholes, interface peers and requirements (Q-008).

    Each is followed over what superseded it to the one in force; what it replaced stands beside it.

    Args:
        entity: the part.
        actor: only what they may read counts.
        limits: depth of the wholes above, and the page of the list.
    """
    graph, given = Graph(actor), limits or Limits()
    rule = (
        "affected_by_decision from the part, its wholes, its interface peers and the requirements of the part and its "
        "wholes; a superseded decision is followed to the one in force."
    )
    answer = Answer("Q-008", {"entity": str(entity.pk)}, graph.at, rule)
    start = key_of(entity.pk)
    above = walk(graph, [start], UP, given)
    places: dict[Key, str] = {key: ANCESTOR if depth else PART for key, depth in above.depth.items()}
    for link in graph.touching(above.depth, (*PEERS, *DEMANDED)):
        if link.type == "interfaces_with":
            if start in (link.source, link.target):
                places.setdefault(link.other(start), PEER)
        else:
            places.setdefault(link.target, REQUIREMENT)
    links = graph.touching(places, DECIDED_BY)
    successors = chain(graph, {link.target for link in links})
    nodes = graph.nodes({*successors, *places})
    answer.items = _in_force(links, places, successors, nodes)
    answer.edges = [edge(link) for link in links]
    answer.counts = dict(Counter(one.group for one in answer.items))
    answer.wait(graph.pending(graph.leaving(list(places), DECIDED_BY)))
    return answer.page(given)


def decisions_in_force(project: Project | None, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return the decisions that are in force, the newest first, with what they say (Q-008).

    Args:
        project: whose decisions; None for all.
        actor: only what they may read counts.
        limits: the page of the list.
    """
    graph = Graph(actor)
    answer = Answer("Q-008", {"project": project and project.name}, graph.at, "Active decisions, the newest first.")
    rows = graph.active.filter(entity_type="decision").order_by("-created_at", "pk")
    found = graph.read(rows.filter(project=project) if project else rows)
    for node in found:
        values = node.values
        said: dict[str, Any] = {name: values.get(name) for name in ("statement", "date", "rationale")}
        answer.items.append(item(node, group="in_force", **said))
    answer.counts = {"in_force": len(found)}
    answer.wait([])
    return answer.page(limits or Limits())


def _in_force(
    links: list[Link], places: dict[Key, str], successors: dict[Key, Key | None], nodes: dict[Key, Node]
) -> list[Item]:
    found: dict[Key, Item] = {}
    for link in sorted(links, key=lambda one: _ORDER.index(places[one.source])):
        place, decision = nodes.get(link.source), nodes.get(in_force(link.target, successors))
        if place is None or not place.active or decision is None or decision.key in found:
            continue
        made = item(decision, depth=1, group=places[link.source])
        made.via = Via(ref(link.source), link.type, ref(link.key))
        replaced = [key for key in successors if key != decision.key and in_force(key, successors) == decision.key]
        made.data = {
            "on": place.name,
            "replaced": [{"id": ref(key), "name": nodes[key].name} for key in replaced if key in nodes],
        }
        found[decision.key] = made
    return sorted(found.values(), key=lambda one: (_ORDER.index(one.group), one.name.casefold(), one.id))


def decision_history(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return the decisions on a part in the order of time, with what each superseded and why (Q-014).

    Args:
        entity: the part.
        actor: only what they may read counts.
        limits: the page of the list.
    """
    graph = Graph(actor)
    rule = "Decisions on the part itself, those they superseded and were superseded by, by date (or when recorded)."
    answer = Answer("Q-014", {"entity": str(entity.pk)}, graph.at, rule)
    start = key_of(entity.pk)
    links = graph.touching([start], DECIDED_BY)
    successors = chain(graph, {link.target for link in links})
    nodes, why = graph.nodes(successors), reasons(graph, successors)
    answer.items = sorted(
        (_dated(node, successors, why) for node in nodes.values()), key=lambda one: (one.data["date"], one.id)
    )
    answer.edges = [edge(link) for link in links]
    answer.counts = {
        "decisions": len(answer.items),
        "in_force": sum(1 for one in answer.items if "dead_end" not in one.flags),
    }
    answer.wait(graph.pending(graph.leaving([start], DECIDED_BY)))
    return answer.page(limits or Limits())


def _dated(node: Node, successors: dict[Key, Key | None], why: dict[str, dict[str, Any]]) -> Item:
    values = node.values
    found = item(node, group="decision")
    replaced = [ref(key) for key, after in successors.items() if after == node.key]
    successor = successors.get(node.key)
    found.data = {
        "date": str(values.get("date") or node.created_at)[:10],
        "outcome": values.get("outcome"),
        "rationale": values.get("rationale"),
        "supersedes": [{"id": one, **why.get(one, {})} for one in replaced],
        "superseded_by": ref(successor) if successor else None,
    }
    return found
