"""Random graphs: the queries agree with a plain networkx reading of their definitions, candidates change no verdict,
and rings never hang.

Rows are written directly (the verbs refuse some of what older data holds: rings of part_of, links to dead ends).
"""

from dataclasses import dataclass
from typing import Any

import networkx as nx
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engineering.models import Entity, Relationship
from engineering.ontology import canonical_edge
from engineering.queries.claims import NEEDY, unsupported_claims
from engineering.queries.contents import contents, system_map
from engineering.queries.decisions import risky_decisions
from engineering.queries.envelope import Answer, Limits
from engineering.queries.health import health
from engineering.queries.impact import impact
from engineering.queries.requirements import orphan_requirements
from memories.models._guard import writing
from tests import factories

pytestmark = pytest.mark.django_db
Triple = tuple[str, str, str]
#: For each word of a link the types at its source and at its target.
Fits = dict[str, tuple[frozenset[str], frozenset[str]]]
_NEED, _PART, _RESULT = frozenset({"requirement"}), frozenset({"component"}), frozenset({"result"})
_ALL = frozenset({"decision", "assumption", "component", "validation_claim", "result", "requirement"})
ANSWERED: Fits = {"derived_from": (_NEED, _NEED), "satisfies": (_PART, _NEED)}
RESTS: Fits = {"based_on_assumption": (_ALL, frozenset({"assumption"})), "depends_on": (_ALL, _ALL)}
SPEAKS: Fits = {"supports": (_ALL, frozenset(NEEDY)), "evidenced_by": (_ALL, _RESULT)}
RANDOM = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@dataclass
class World:
    """A random graph: types and statuses of the nodes, active edges, candidate edges."""

    types: list[str]
    statuses: list[str]
    edges: set[tuple[int, str, int]]
    waiting: set[tuple[int, str, int]]
    failed: list[bool]

    def active(self) -> "nx.MultiDiGraph[int]":
        """The edges that count."""
        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
        graph.add_nodes_from(node for node, status in enumerate(self.statuses) if status == "active")
        for source, word, target in self.edges:
            if source in graph and target in graph:
                graph.add_edge(source, target, key=word)
        return graph


def worlds(types: list[str], words: list[str], fits: Fits | None = None) -> st.SearchStrategy[World]:
    """Graphs of up to 12 entities.

    Args:
        types: of the entities.
        words: of the links.
        fits: the types that each word may join; without it, any. Links are drawn among those alone: of links drawn at
            random and then thrown away so few are left that hardly a graph has anything to tell.
    """

    @st.composite
    def make(draw: Any) -> World:
        size = draw(st.integers(4, 12))
        of = draw(st.lists(st.sampled_from(types), min_size=size, max_size=size))
        standing = st.sampled_from([*["active"] * 8, "superseded", "invalid"])
        statuses = draw(st.lists(standing, min_size=size, max_size=size))
        pairs = [(a, word, b) for a in range(size) for word in words for b in range(size) if a != b]
        pairs = [(a, word, b) for a, word, b in pairs if fits is None or _fit(fits[word], of[a], of[b])]
        edge: st.SearchStrategy[tuple[int, str, int]] = st.sampled_from(pairs) if pairs else st.nothing()
        edges = draw(st.sets(edge, min_size=min(len(pairs), 3 * size // 2), max_size=min(len(pairs), 30)))
        waiting = draw(st.sets(edge, max_size=min(len(pairs), 6)))
        failed = draw(st.lists(st.booleans(), min_size=size, max_size=size))
        return World(of, statuses, edges, waiting - edges, failed)

    return make()


def _fit(ends: tuple[frozenset[str], frozenset[str]], source: str, target: str) -> bool:
    return source in ends[0] and target in ends[1]


def write(world: World) -> list[Entity]:
    """Write the nodes and active edges."""
    project = factories.project()
    rows = [
        Entity(
            entity_type=kind,
            name=f"n{number:02}",
            project=project,
            status=world.statuses[number],
            created_by="import",
            dedupe_key=f"n{number}",
            properties={"passed": False} if kind == "result" and world.failed[number] else {},
            confidence=0.9,
        )
        for number, kind in enumerate(world.types)
    ]
    with writing():
        Entity.objects.bulk_create(rows)
    link(rows, world.edges, "active")
    return rows


def link(rows: list[Entity], edges: set[tuple[int, str, int]], status: str) -> None:
    """Write edges."""
    seen: dict[Triple, Relationship] = {}
    for a, word, b in sorted(edges):
        name, source, target = canonical_edge(word, str(rows[a].pk), str(rows[b].pk))
        seen[name, source, target] = Relationship(
            source_entity=rows[a],
            target_entity=rows[b],
            relationship_type=word,
            status=status,
            canonical_key=f"{status}{name}{source}{target}"[:200],
            created_by="import",
            confidence=0.9,
        )
    with writing():
        Relationship.objects.bulk_create(seen.values())


def verdicts(answer: Answer) -> dict[str, list[str]]:
    """Names by group."""
    found: dict[str, list[str]] = {}
    for one in answer.items:
        found.setdefault(one.group, []).append(one.name)
    return {group: sorted(names) for group, names in found.items()}


def name(number: int) -> str:
    return f"n{number:02}"


class _TakenBack(Exception):
    """Ends a world's transaction."""


def in_a_world(world: World, check: Any) -> None:
    """Run a check on a written world and take everything back."""
    actor = factories.SETUP
    try:
        with transaction.atomic():
            check(write(world), actor)
            raise _TakenBack
    except _TakenBack:
        pass


def parts(graph: "nx.MultiDiGraph[int]") -> "nx.DiGraph[int]":
    """Part -> whole, whichever way it was spelt."""
    found: nx.DiGraph[int] = nx.DiGraph()
    found.add_nodes_from(graph)
    for source, target, word in graph.edges(keys=True):
        if word in ("part_of", "contains"):
            found.add_edge(*((source, target) if word == "part_of" else (target, source)))
    return found


@given(worlds(["component"], ["part_of", "contains"]))
@RANDOM
def test_contents_is_everything_below_and_ends_in_rings(world: World) -> None:
    def check(rows: list[Entity], actor: Any) -> None:
        graph = world.active()
        if 0 not in graph:
            return
        answer = contents(rows[0], actor)
        below = nx.single_source_shortest_path_length(parts(graph).reverse(), 0)
        assert {one.name: one.depth for one in answer.group("part")} == {
            name(node): depth for node, depth in below.items() if depth
        }
        link(rows, world.waiting, "candidate")
        assert verdicts(contents(rows[0], actor)) == verdicts(answer)
        for nodes in (1, 2, 3):
            cut = contents(rows[0], actor, Limits(nodes=nodes))
            assert cut.truncated == (len(below) > nodes)
            assert len(cut.group("part")) == min(len(below), nodes) - 1

    in_a_world(world, check)


@given(worlds(["system", "component", "interface"], ["part_of"]))
@RANDOM
def test_the_map_places_everything_outside_rings(world: World) -> None:
    def check(rows: list[Entity], actor: Any) -> None:
        tree = parts(world.active())
        loose = {node for node in tree if not tree.out_degree(node)}
        roots = {node for node in loose if world.types[node] != "interface"}
        placed = set().union(*(nx.ancestors(tree, root) for root in roots)) if roots else set()
        answer = system_map(factories.project(), actor)
        assert verdicts(answer) == {
            group: sorted(map(name, nodes))
            for group, nodes in (("root", roots), ("part", placed), ("unplaced", loose - roots))
            if nodes
        }

    in_a_world(world, check)


def covered(graph: "nx.MultiDiGraph[int]", node: int) -> bool:
    """Every child is satisfied or covered: the plain recursion, which holds because these graphs are small."""
    return _met(graph, node, frozenset())


def _met(graph: "nx.MultiDiGraph[int]", node: int, above: frozenset[int]) -> bool:
    if any(word == "satisfies" for _, _, word in graph.in_edges(node, keys=True)):
        return True
    children = {child for child, _, word in graph.in_edges(node, keys=True) if word == "derived_from"}
    beneath = above | {node}
    return bool(children) and all(child not in beneath and _met(graph, child, beneath) for child in children)


@given(worlds(["requirement", "requirement", "component"], ["derived_from", "satisfies"], ANSWERED))
@RANDOM
def test_orphans_agree_with_a_plain_recursion(world: World) -> None:
    def check(rows: list[Entity], actor: Any) -> None:
        graph = world.active()
        demands = [node for node in graph if world.types[node] == "requirement"]
        met = {node for node in demands if covered(graph, node)}
        derived: nx.DiGraph[int] = nx.DiGraph((a, b) for a, b, word in graph.edges(keys=True) if word == "derived_from")
        touched = {node for node in demands if node in derived and nx.ancestors(derived, node) & met}
        answer = orphan_requirements(factories.project(), actor)
        found = verdicts(answer)
        assert found.get("orphan", []) == sorted(map(name, set(demands) - met - touched))
        assert found.get("partial", []) == sorted(map(name, touched - met))
        link(rows, world.waiting, "candidate")
        again = orphan_requirements(factories.project(), actor)
        assert verdicts(again) == found

    in_a_world(world, check)


@given(worlds(["decision", "assumption", "component"], ["based_on_assumption", "depends_on"], RESTS))
@RANDOM
def test_risky_decisions_agree_with_shortest_paths(world: World) -> None:
    def check(rows: list[Entity], actor: Any) -> None:
        alive = {node for node, status in enumerate(world.statuses) if status == "active"}
        expected: dict[str, list[str]] = {}
        for node in alive:
            if world.types[node] != "decision":
                continue
            reach: nx.DiGraph[int] = nx.DiGraph((a, b) for a, _, b in world.edges if a in alive)
            far = nx.single_source_shortest_path_length(reach, node, cutoff=5) if node in reach else {}
            bad = [
                (far[end], world.statuses[end]) for end in far if world.types[end] == "assumption" and end not in alive
            ]
            if bad:
                direct = {status for depth, status in bad if depth == 1}
                level = "high" if "invalid" in direct else "medium" if direct else "low"
                expected.setdefault(level, []).append(name(node))
        answer = risky_decisions(factories.project(), actor)
        assert verdicts(answer) == {level: sorted(names) for level, names in expected.items()}
        link(rows, {(a, w, b) for a, w, b in world.waiting if w == "depends_on"}, "candidate")
        assert verdicts(risky_decisions(factories.project(), actor)) == verdicts(answer)

    in_a_world(world, check)


@given(worlds(["validation_claim", "result", "requirement"], ["supports", "evidenced_by"], SPEAKS))
@RANDOM
def test_unsupported_claims_are_the_complement_of_what_evidence_reaches(world: World) -> None:
    def check(rows: list[Entity], actor: Any) -> None:
        graph = world.active()
        speaks: nx.DiGraph[int] = nx.DiGraph()
        speaks.add_nodes_from(graph)
        for a, b, word in graph.edges(keys=True):
            evidence, claim = (a, b) if word == "supports" else (b, a)
            if world.types[claim] in NEEDY:
                speaks.add_edge(evidence, claim)
        sound = [node for node in graph if world.types[node] == "result" and not world.failed[node]]
        supported = set().union(*(nx.descendants(speaks, node) for node in sound)) if sound else set()
        against = {b for a, b in speaks.edges if world.types[a] == "result" and world.failed[a]}
        claims = {node for node in graph if world.types[node] == "validation_claim"}
        answer = unsupported_claims(factories.project(), actor)
        found = verdicts(answer)
        assert found.get("contradicted", []) == sorted(map(name, claims & against))
        listed = sorted(one.name for one in answer.items)
        assert listed == sorted(map(name, (claims - supported) | (claims & against)))
        link(rows, world.waiting, "candidate")
        again = unsupported_claims(factories.project(), actor)
        assert sorted(one.name for one in again.items) == listed

    in_a_world(world, check)


@given(worlds(["component"], ["depends_on", "interfaces_with", "part_of"]))
@RANDOM
def test_impact_reaches_what_a_walk_of_five_links_reaches(world: World) -> None:
    def check(rows: list[Entity], actor: Any) -> None:
        graph = world.active()
        if 0 not in graph:
            return
        carries: nx.DiGraph[int] = nx.DiGraph()
        carries.add_nodes_from(graph)
        for a, b, word in graph.edges(keys=True):
            carries.add_edges_from({"depends_on": [(b, a)], "part_of": [(a, b)]}.get(word, [(a, b), (b, a)]))
        reached = nx.single_source_shortest_path_length(carries, 0, cutoff=5)
        answer = impact(rows[0], actor)
        assert {one.name: one.depth for one in answer.items} == {
            name(n): depth for n, depth in reached.items() if depth
        }
        for one in answer.items:
            assert len(one.data["path"]) == one.depth + 1
        link(rows, world.waiting, "candidate")
        assert verdicts(impact(rows[0], actor)) == verdicts(answer)

    in_a_world(world, check)


@given(worlds(["component"], ["depends_on", "part_of", "refers_to"]))
@RANDOM
def test_health_lists_the_rings_that_networkx_finds(world: World) -> None:
    def check(rows: list[Entity], actor: Any) -> None:
        graph = world.active()
        rings = [ring for ring in nx.strongly_connected_components(nx.DiGraph(graph)) if len(ring) > 1]
        answer = health(factories.project(), actor)
        names = {str(row.pk): row.name for row in rows}
        assert sorted(sorted(names[one] for one in ring) for ring in answer.cycles) == sorted(
            sorted(map(name, ring)) for ring in rings
        )

    in_a_world(world, check)
