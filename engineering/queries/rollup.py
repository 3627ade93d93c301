"""A quantity added up over a tree: which part counts, which is included in another, and which has no value."""

import math
from dataclasses import dataclass, field
from typing import Any

from engineering.ontology import declared
from engineering.queries.envelope import Item
from engineering.queries.graph import Key, Node, by_name, item
from engineering.queries.walk import Walk
from engineering.slots import units
from engineering.slots.measure import Based, measure, unit_of

COUNTED, INCLUDED, MISSING = "counted", "included", "missing"


@dataclass
class Sum:
    """What was added up, in base units; `low` and `high` with all tolerances."""

    worth: float = 0.0
    low: float = 0.0
    high: float = 0.0

    def add(self, size: "Based | Sum", times: float) -> None:
        """Add a size some times."""
        self.worth += size.worth * times
        self.low += size.low * times
        self.high += size.high * times


@dataclass
class Roll:
    """Adds a property up over the tree that a walk found.

    Attributes:
        down: the walk.
        name: the property.
        items: the parts, as they came into the sum.
        written: the value of each part as written; `sizes` what it measures, `times` how often the part is there.
    """

    down: Walk
    name: str
    items: list[Item] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.below: dict[Key, list[Node]] = {}
        for node in self.down.reached:
            self.below.setdefault(self.down.came[node.key].other(node.key), []).append(node)
        self.written: dict[Key, Any] = {}
        self.sizes: dict[Key, Based] = {}
        self.times: dict[Key, float] = {}
        for key, node in self.down.nodes.items():
            if key in self.down.depth:
                self._read(key, node)

    def _read(self, key: Key, node: Node) -> None:
        spec = declared(node.type).get(self.name)
        values = node.values
        self.written[key] = values.get(self.name)
        size = measure(self.written[key], spec.dimension) if spec else None
        unit = unit_of(self.written[key], spec.dimension) if spec else None
        if spec and size and unit and units.has_dimension(unit.spelled, spec.dimension):
            self.sizes[key] = size
        count: Any = values.get("quantity")
        fits = isinstance(count, int | float) and not isinstance(count, bool) and math.isfinite(count) and count >= 0
        self.times[key] = float(count) if fits else 1.0

    def of(self, start: Key) -> Sum:
        """Return the sum of the parts below an entity; notes down how each part came into it."""
        total = Sum()
        for node in sorted(self.below.get(start, ()), key=by_name):
            if node.key in self.sizes:
                total.add(self.sizes[node.key], self.times[node.key])
                self._note(node, COUNTED)
                self._inside(node.key)
                continue
            if self.written.get(node.key) not in (None, "") or not self.below.get(node.key):
                self._note(node, MISSING)
            total.add(self.of(node.key), self.times[node.key])
        return total

    def _inside(self, start: Key) -> None:
        for node in self.below.get(start, ()):
            if node.key in self.sizes:
                self._note(node, INCLUDED)
            self._inside(node.key)

    def _note(self, node: Node, group: str) -> None:
        made = item(node, depth=self.down.depth[node.key], via=self.down.came[node.key], group=group)
        if self.written.get(node.key) not in (None, ""):
            made.data["value"] = self.written[node.key]
            made.flags += ["unparsed"] if node.key not in self.sizes else []
        if self.times[node.key] != 1.0:
            made.data["quantity"] = self.times[node.key]
        self.items.append(made)
