"""Requirements: those of a component (Q-005), and those that nothing answers (Q-006)."""

from collections import Counter
from collections.abc import Iterable

from engineering.models import Entity
from engineering.propagation import REFINES, UP, Step, Way
from engineering.queries.cover import LISTED, NO_PARENT, REFINED, UNREFINED, Cover, cover, waiting_for_requirements
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import Graph, Key, Link, Node, edge, item, key_of, ref
from engineering.queries.walk import walk
from memories.actors import Actor
from memories.models import Project

CLAIMED = (Step("satisfies", Way.OUT), Step("constrained_by", Way.OUT))


def requirements(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return an entity's requirements: direct, allocated through a whole, inherited; constraints apart (Q-005)."""
    graph, given = Graph(actor), limits or Limits()
    rule = (
        "direct: it satisfies or is constrained by them; allocated: one of its wholes does; "
        "inherited: those two are derived from them."
    )
    answer = Answer("Q-005", {"entity": str(entity.pk)}, graph.at, rule)
    start = key_of(entity.pk)
    above = walk(graph, [start], UP, given)
    claims = graph.touching(above.depth, CLAIMED)
    over = walk(graph, list({link.target for link in claims}), REFINES, given)
    answer.items = _groups(above.depth, claims, over.nodes)
    taken = {found.id for found in answer.items}
    refined = [found for found in over.items("inherited") if found.id not in taken]
    answer.items += [found for found in refined if found.type == "requirement"]
    answer.edges = [edge(link) for link in claims]
    above.into(answer)
    over.into(answer)
    answer.counts = dict(Counter(found.group for found in answer.items))
    answer.wait(graph.pending(graph.leaving(list(above.depth), CLAIMED) | graph.leaving(list(over.depth), REFINES)))
    return answer.page(given)


def _groups(depth: dict[Key, int], claims: Iterable[Link], nodes: dict[Key, Node]) -> list[Item]:
    found: dict[Key, Item] = {}
    for link in sorted(claims, key=lambda one: depth[one.source]):
        node = nodes.get(link.target)
        if node is None or node.key in found:
            continue
        group = "constraint" if node.type != "requirement" else "allocated" if depth[link.source] else "direct"
        found[node.key] = item(node, depth=depth[link.source] + 1, via=link, group=group)
    order = ("direct", "allocated", "constraint")
    return sorted(found.values(), key=lambda one: (order.index(one.group), one.name.casefold(), one.id))


def orphan_requirements(
    project: Project,
    actor: Actor,
    limits: Limits | None = None,
    *,
    basis: str = "satisfies",
    group: Entity | None = None,
    verdict: str = "",
) -> Answer:
    """Return the requirements of a project that nothing satisfies, or that nothing below refines (Q-006).

    Args:
        project: whose requirements.
        actor: only what they may read counts.
        limits: the page of the list.
        basis: `satisfies` asks for an active satisfies from a design item; `derived_from` asks, for trees that hold
            requirements only, which ones nothing below refines.
        group: only requirements that are member_of this entity (a document).
        verdict: only this group of the list; the counts stay whole.
    """
    graph = Graph(actor)
    found = cover(graph, project, group)
    answer = Answer("Q-006", {}, graph.at, _RULES[basis], counts=_figures(found, basis))
    answer.params = {
        "project": project.name,
        "basis": basis,
        "group": str(group.pk) if group else None,
        "verdict": verdict,
    }
    listed = [one for one in _listed(found, basis) if verdict in ("", one[1])]
    answer.items = [_requirement(found, *one) for one in listed[answer.cut(len(listed), limits or Limits())]]
    answer.wait(graph.pending(waiting_for_requirements(project)))
    return answer


def find_orphans(graph: Graph, project: Project) -> Answer:
    """Return the whole of Q-006 without paging and without what waits. Two database queries, three across projects."""
    return orphans_of(graph, project, cover(graph, project))


def orphans_of(graph: Graph, project: Project, found: Cover, most: int | None = None) -> Answer:
    """Return Q-006 from requirements that were read already: the whole, or its first lines; the counts are of all."""
    answer = Answer("Q-006", {"project": project.name}, graph.at, _RULES["satisfies"])
    answer.items = [_requirement(found, *one) for one in _listed(found, "satisfies")[:most]]
    answer.counts = _figures(found, "satisfies")
    return answer


_ORDER = (*LISTED, NO_PARENT)
_RULES = {
    "satisfies": (
        "An active requirement is satisfied by an active satisfies from a design item, covered when every requirement "
        "derived from it is, partial when only some are, justified when it says why not, else an orphan."
    ),
    "derived_from": (
        "An active requirement is refined when an active item is derived from it; the others are listed, and apart "
        "those that are derived from nothing and are not top level."
    ),
}


def _listed(found: Cover, basis: str) -> list[tuple[Key, str]]:
    """Return what is listed, each with its group, the worst group first and in it by name."""
    verdicts = found.verdicts
    if basis == "derived_from":
        verdicts = {key: REFINED if found.refined(key) else UNREFINED for key in found.names}
    listed = [(key, verdict) for key, verdict in verdicts.items() if verdict in LISTED]
    listed += [(key, NO_PARENT) for key in found.loose()]
    return sorted(listed, key=lambda one: (_ORDER.index(one[1]), found.names[one[0]][0].casefold(), one[0]))


def _requirement(found: Cover, key: Key, group: str) -> Item:
    name, external, level = found.names[key]
    data = {"external_ref": external, "level": level, "children": len(found.children.get(key, ()))}
    return Item(ref(key), "requirement", name, "active", group=group, data=data)


def _figures(found: Cover, basis: str) -> dict[str, int]:
    verdicts = Counter(found.verdicts.values())
    if basis == "derived_from":
        refined = sum(1 for key in found.names if found.refined(key))
        verdicts = Counter({REFINED: refined, UNREFINED: len(found.names) - refined})
    bare = len(found.names.keys() - found.above.keys())
    return {"requirements": len(found.names), **verdicts, "without_parent": bare, NO_PARENT: len(found.loose())}
