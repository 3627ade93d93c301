"""What bounds an entity, and how far the values that stand against a bound keep within it (Q-007 and Q-107)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engineering.ontology import declared
from engineering.propagation import EVIDENCE, Step, Way
from engineering.queries.graph import Key, Link, Node, ref
from engineering.slots.measure import VIOLATED, Based, Bound, Unit, bound_of, bounded_property, measure

#: What bounds an entity: constraints on it, and requirements that it satisfies.
GOVERNED_BY = (Step("constrained_by", Way.OUT), Step("satisfies", Way.OUT))
#: What tells the value that stands against a bound: parameters and parts that satisfy it, results that validate it.
MET_BY = (Step("satisfies", Way.IN), *EVIDENCE)
SETS_BOUNDS = ("requirement", "constraint", "parameter")


@dataclass(frozen=True)
class Present:
    """A value that stands against a bound.

    Attributes:
        node: whose it is.
        property: under which name.
        value: as written.
        size: what it measures, None where it cannot be compared with the bound.
    """

    node: Node
    property: str
    value: Any
    size: Based | None


class Bounded:
    """An entity that sets a bound, read once."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.values = node.values
        self.bound: Bound | None = bound_of(node.type, self.values)
        self.words = f"{node.name} {self.values.get('statement', '')}"

    def own(self, node: Node) -> list[Present]:
        """Return the value of a part's own property that the bound speaks of."""
        name = bounded_property(self.bound, self.words, node.type) if self.bound and node.active else ""
        value = node.values.get(name) if name else None
        return [self._against(node, name, value, declared(node.type)[name].dimension)] if _given(value) else []

    def met(self, node: Node) -> list[Present]:
        """Return the value of a parameter or result that stands against the bound."""
        value = node.values.get("value") if node.active and node.type in ("parameter", "result") else None
        return [self._against(node, "value", value)] if _given(value) and node.key != self.node.key else []

    def _against(self, node: Node, name: str, value: Any, dimension: str = "") -> Present:
        size = measure(value, dimension)
        comparable = size is not None and self.bound is not None and size.dimension == self.bound.dimension
        return Present(node, name, value, size if comparable else None)

    def shown(self) -> dict[str, Any]:
        """Return the ends of the bound in its unit; {} for none that is known."""
        return ends_of(self.bound.low, self.bound.high, self.bound.unit) if self.bound else {}

    def judged(self, found: Present) -> dict[str, Any]:
        """Return a present value beside the bound: in its unit, with margin and verdict where they can be told."""
        shown = {"id": ref(found.node.key), "name": found.node.name, "property": found.property, "value": found.value}
        if self.bound is None or found.size is None:
            return shown
        margin = self.bound.unit.step(self.bound.margin(found.size.worth))
        size = self.bound.unit.of(found.size.worth)
        return {**shown, "in_unit": size, "margin": margin, "verdict": self.bound.verdict(found.size)}

    def violated_by(self, present: Iterable[Present]) -> list[Present]:
        """Return the values that are outside the bound."""
        bound = self.bound
        return [one for one in present if bound and one.size and bound.verdict(one.size) == VIOLATED]


def _given(value: Any) -> bool:
    return value not in (None, "")


def ends_of(low: float, high: float, unit: Unit) -> dict[str, Any]:
    """Return an interval in a unit; an end that is not there is left out."""
    ends = {"low": unit.of(low), "high": unit.of(high)}
    return {name: size for name, size in ends.items() if size is not None} | {"unit": unit.name}


def standing_against(
    links: Iterable[Link], nodes: Mapping[Key, Node], bounds: Mapping[Key, Bounded]
) -> dict[Key, list[Present]]:
    """Return the present values against each bound: of the entities it governs, and of what meets or validates it."""
    found: dict[Key, dict[tuple[Key, str], Present]] = {}
    for link in links:
        for key, other in ((link.target, link.source), (link.source, link.target)):
            bound, node = bounds.get(key), nodes.get(other)
            if bound is None or node is None:
                continue
            governs = link.type in ("constrained_by", "satisfies") and key == link.target
            for one in (bound.own(node) if governs else []) + bound.met(node):
                found.setdefault(key, {})[one.node.key, one.property] = one
    return {key: list(present.values()) for key, present in found.items()}
