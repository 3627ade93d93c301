"""Which links close a ring: pure graph work, in the order in which the links were read."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

Edge = tuple[str, str, str]  # relationship type, source, target


def drop_cycles(fixed: Iterable[Edge], edges: list[Edge]) -> Iterator[tuple[Edge, list[str]]]:
    """Yield the links to drop so that no ring is left, each with the ring it closed.

    Args:
        fixed: links that stand already and are never dropped.
        edges: links to add, in order; of each ring the one that came last is dropped.
    """
    order = {(source, target): place for place, (_, source, target) in enumerate(edges)}
    by_ends = {(source, target): edge for edge in edges for _, source, target in [edge]}
    graph: dict[str, set[str]] = {}
    for _, source, target in [*fixed, *edges]:
        graph.setdefault(source, set()).add(target)
    while ring := _ring(graph):
        pairs = [pair for pair in pairwise(ring) if pair in order]
        if not pairs:
            return  # the ring stands already and none of ours is in it
        last = max(pairs, key=order.__getitem__)
        graph[last[0]].discard(last[1])
        yield by_ends[last], ring


def _ring(graph: dict[str, set[str]]) -> list[str]:
    """Return one ring as a path whose first and last node are the same, or []."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1]
        return list(reversed(ring))
    return []
