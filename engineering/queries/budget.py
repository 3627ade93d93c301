"""Budgets (Q-107): a quantity summed over a tree against what bounds it, and every bound that a value is outside of."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from engineering.models import Entity, Relationship
from engineering.ontology import declared
from engineering.propagation import DOWN
from engineering.queries.bounds import GOVERNED_BY, MET_BY, SETS_BOUNDS, Bounded, ends_of, standing_against
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import LINK, Graph, Key, Link, Node, canonical, edge, item, key_of, rows_of
from engineering.queries.rollup import COUNTED, INCLUDED, MISSING, Roll, Sum
from engineering.queries.walk import walk
from engineering.slots import units
from engineering.slots.measure import MET, Based, Unit, bounded_property, unit_named, unit_of
from memories.actors import Actor
from memories.choices import Status
from memories.errors import Invalid
from memories.models import Project

#: Properties that are summed over a tree; the first is asked for unless told otherwise.
SUMMED = ("mass", "power", "length", "width", "height", "thickness")
TOTAL, BOUND, VIOLATED = "total", "bound", "violated"
_RULE = (
    "A part counts with the {0} that it states, times its quantity; where it states none, with the sum of its parts. "
    "Parts below one that counts are included in it; what has no value that can be added up is missing."
)


def budget(entity: Entity, actor: Actor, limits: Limits | None = None, *, property: str = "", unit: str = "") -> Answer:
    """Return the sum of a quantity over an entity's parts in one unit, what has no value, and the bounds on it (Q-107).

    Args:
        entity: the whole.
        actor: only what they may read counts.
        limits: depth of the tree and number of parts.
        property: what is summed, one of SUMMED.
        unit: what it is answered in; without one that of the bound, else the first that a value is written in.

    Raises:
        Invalid: the unit is not known, or not one of the property's.
    """
    graph, name = Graph(actor), property or SUMMED[0]
    start, wanted = key_of(entity.pk), _wanted(name, unit)
    down = walk(graph, [start], DOWN, limits)
    roll = Roll(down, name)
    total = roll.of(start)
    answer = Answer("Q-107", {"entity": str(entity.pk), "property": name}, graph.at, _RULE.format(name))
    governed = graph.touching(list(down.depth), GOVERNED_BY)
    met = graph.touching({link.target for link in governed}, MET_BY)
    ends = {key for link in (*governed, *met) for key in (link.source, link.target)}
    # The whole may itself be a candidate, which no walk names.
    nodes = {**graph.nodes(ends - down.nodes.keys()), **down.nodes}
    nodes |= {} if start in nodes else graph.nodes([start], statuses=(Status.CANDIDATE,))
    bounds = {key: Bounded(nodes[key]) for key in {link.target for link in governed} & nodes.keys()}
    bounds = {key: bound for key, bound in bounds.items() if bound.bound and bound.node.active}
    own = {link.target: link for link in governed if link.source == start and link.target in bounds}
    here = [bounds[key] for key in own if _speaks_of(bounds[key], nodes[start], name)]
    shown = wanted or _unit(here, roll)
    answer.items = [_total(nodes[start], roll, total, shown, down.truncated)]
    answer.items += [_against(one, total, answer.items[0], own[one.node.key]) for one in here]
    answer.items += sorted(roll.items, key=lambda one: (one.group != COUNTED, one.depth, one.name.casefold(), one.id))
    answer.items += violations((*governed, *met), nodes, bounds)
    _in_unit(answer.items, roll, shown)
    down.into(answer)
    answer.counts = {word: len(answer.group(word)) for word in (COUNTED, INCLUDED, MISSING, BOUND, VIOLATED)}
    answer.wait(graph.pending(graph.leaving(list(down.depth), (*DOWN, *GOVERNED_BY))))
    answer.edges += [edge(link) for link in governed if link.target in bounds]
    return answer


def _wanted(name: str, text: str) -> Unit | None:
    """Return the unit asked for. Raises Invalid for one that the property is not measured in."""
    if not text:
        return None
    dimension = declared("component")[name].dimension
    found = unit_named(text, dimension)
    if found is None or not units.has_dimension(found.spelled, dimension):
        raise Invalid.field("unit", f"{text[:40]} is no unit of {name}.", "unknown_unit")
    return found


def _speaks_of(bounded: Bounded, node: Node, name: str) -> bool:
    return bounded.bound is not None and bounded_property(bounded.bound, bounded.words, node.type) == name


def _unit(here: Iterable[Bounded], roll: Roll) -> Unit | None:
    for one in here:
        if one.bound:
            return one.bound.unit
    dimension = declared("component")[roll.name].dimension
    written = (unit_of(roll.written[key], dimension) for key in roll.down.depth if key in roll.sizes)
    return next((unit for unit in written if unit), None)


def _total(node: Node, roll: Roll, total: Sum, unit: Unit | None, cut: bool) -> Item:
    """Return the whole, with the sum of its parts and what it states itself."""
    missing = sum(1 for one in roll.items if one.group == MISSING)
    made = item(node, group=TOTAL, complete=not missing and not cut)
    if unit:
        made.data |= {"sum": unit.of(total.worth), **ends_of(total.low, total.high, unit)}
    if node.key in roll.sizes and unit:
        made.data |= {"states": roll.written[node.key], "states_in_unit": unit.of(roll.sizes[node.key].worth)}
    return made


def _against(bounded: Bounded, total: Sum, whole: Item, link: Link) -> Item:
    """Return a bound on the whole beside the sum: its margin, and whether it is kept."""
    made = item(bounded.node, depth=1, via=link, group=BOUND, **bounded.shown())
    if bound := bounded.bound:
        size = Based("band", total.worth, total.low, total.high, False, False, 0.0, bound.dimension)
        verdict = bound.verdict(size)
        made.data["margin"] = bound.unit.step(bound.margin(total.worth))
        made.data["verdict"] = "met_so_far" if verdict == MET and not whole.data["complete"] else verdict
    return made


def _in_unit(items: Iterable[Item], roll: Roll, unit: Unit | None) -> None:
    sizes = {item(node).id: roll.sizes[key] for key, node in roll.down.nodes.items() if key in roll.sizes}
    for one in items:
        if unit and one.group in (COUNTED, INCLUDED) and one.id in sizes:
            one.data |= {"in_unit": unit.of(sizes[one.id].worth), "unit": unit.name}


def violations(links: Iterable[Link], nodes: Mapping[Key, Node], bounds: Mapping[Key, Bounded]) -> list[Item]:
    """Return the bounds that a value which stands against them is outside of, each with those values."""
    standing = standing_against(links, nodes, bounds)
    found = []
    for key, present in standing.items():
        if outside := bounds[key].violated_by(present):
            values = [bounds[key].judged(one) for one in sorted(outside, key=lambda one: str(one.node.key))]
            found.append(item(bounds[key].node, group=VIOLATED, **bounds[key].shown(), present=values))
    return sorted(found, key=lambda one: (one.type, one.name.casefold(), one.id))


def find_violations(graph: Graph, project: Project) -> Answer:
    """Return the requirements, constraints and parameters of a project that a value is outside of.

    One query: the links at what sets a bound, with the entities at their ends.
    """
    rule = (
        "Requirements, constraints and parameters whose bound the value of a part, parameter or result is outside of."
    )
    answer = Answer("Q-107", {"project": project.name}, graph.at, rule)
    links, nodes = _joined(graph, [graph.links.filter(one) for one in _bounding(project)])
    read = {key: Bounded(node) for key, node in nodes.items() if node.active and node.type in SETS_BOUNDS}
    bounds = {key: one for key, one in read.items() if one.bound}
    answer.items = violations(links, nodes, bounds)
    answer.counts = {"bounds": len(bounds), VIOLATED: len(answer.items)}
    return answer


_ENDS = (
    *("id", "entity_type", "name", "status", "project", "external_ref"),
    *("properties", "valid_until", "confidence", "created_at"),
)


def _joined(graph: Graph, parts: "list[QuerySet[Relationship]]") -> tuple[list[Link], dict[Key, Node]]:
    """Return links that no two of the parts share, and the entities at their ends, in one query."""
    columns: list[Any] = [*LINK]
    for name in (f"{end}_entity__{column}" for end in ("source", "target") for column in _ENDS):
        columns.append(Cast(name, TextField()) if name.endswith("created_at") else name)
    links: list[Link] = []
    nodes: dict[Key, Node] = {}
    first, *others = (rows.order_by().values_list(*columns) for rows in parts)
    for row in rows_of(first.union(*others, all=True)):
        links.append(canonical(row[: len(LINK)]))
        for start in (len(LINK), len(LINK) + len(_ENDS)):
            node = Node(*row[start : start + len(_ENDS)])
            nodes.setdefault(node.key, graph.shown(node))
    return links, nodes


def _bounding(project: Project) -> Iterator[Q]:
    """Return the conditions for links between what sets a bound in a project and whatever stands against it.

    One for each end, to be asked apart: no index serves an OR over two joined tables.
    """
    for end, types in (
        ("target", ("constrained_by", "satisfies", "supports")),
        ("source", ("evidenced_by", "validated_by")),
    ):
        sets = Q(**{f"{end}_entity__project": project, f"{end}_entity__status": "active"})
        sets &= Q(**{f"{end}_entity__entity_type__in": SETS_BOUNDS})
        sets &= Q(**{f"{end}_entity__properties__has_any_keys": ["threshold", "min", "max", "value"]})
        yield sets & Q(relationship_type__in=types)
