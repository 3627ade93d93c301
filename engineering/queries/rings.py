"""Rings of a directed graph: its strongly connected components of more than one node. Pure, and never recursive."""

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)
_PARES = 4


def rings(edges: list[tuple[N, N]]) -> list[list[N]]:
    """Return the strongly connected components of more than one node, the largest first (Tarjan's, iterative).

    In whatever order the edges are given, the answer is the same; nodes sort.
    """
    after: dict[N, list[N]] = {}
    for source, target in sorted(_core(edges)):
        after.setdefault(source, []).append(target)
    finder = _Finder(after)
    for node in after:
        if node not in finder.number:
            finder.search(node)
    return sorted(finder.found, key=len, reverse=True)


def _core(edges: list[tuple[N, N]]) -> list[tuple[N, N]]:
    """Leave out edges of what nothing leads to or from, which stands in no ring: cheaper than to search there.

    A few times only: in a long chain each time takes away no more than its two ends.
    """
    for _ in range(_PARES):
        inner = {source for source, _ in edges} & {target for _, target in edges}
        kept = [one for one in edges if one[0] in inner and one[1] in inner]
        if len(kept) == len(edges):
            break
        edges = kept
    return edges


class _Finder(Generic[N]):
    """One search: `number` is the order of arrival, `low` the earliest open node that a node leads back to."""

    def __init__(self, after: dict[N, list[N]]) -> None:
        self.after = after
        self.number: dict[N, int] = {}
        self.low: dict[N, int] = {}
        self.open: dict[N, None] = {}
        self.found: list[list[N]] = []

    def search(self, root: N) -> None:
        """Visit what can be reached from a node."""
        trail: list[tuple[N, Iterator[N]]] = [self._arrive(root)]
        while trail:
            node, targets = trail[-1]
            new = self._next(node, targets)
            if new is not None:
                trail.append(self._arrive(new))
                continue
            trail.pop()
            if trail:
                above = trail[-1][0]
                self.low[above] = min(self.low[above], self.low[node])
            if self.low[node] == self.number[node]:
                self._close(node)

    def _arrive(self, node: N) -> tuple[N, Iterator[N]]:
        self.number[node] = self.low[node] = len(self.number)
        self.open[node] = None
        return node, iter(self.after.get(node, ()))

    def _next(self, node: N, targets: Iterator[N]) -> N | None:
        for target in targets:
            if target not in self.number:
                return target
            if target in self.open:
                self.low[node] = min(self.low[node], self.number[target])
        return None

    def _close(self, node: N) -> None:
        ring: list[N] = []
        while not ring or ring[-1] != node:
            ring.append(self.open.popitem()[0])
        if len(ring) > 1:
            self.found.append(ring[::-1])
