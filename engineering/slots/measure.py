"""Quantities in base units, and whether one keeps within a bound.

A bound is what a requirement, a constraint or a parameter allows; the margin is how far a value stays from its nearest
end, negative where it is outside.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engineering import ontology
from engineering.ontology import PropertyKind
from engineering.slots import quantity, units
from engineering.slots.quantity import Quantity
from memories.text import normalise

MET, AT_RISK, VIOLATED = "met", "at_risk", "violated"
#: A value may pass an end by this share of it: conversions cost the last digits.
_SLACK = 1e-9


@dataclass(frozen=True)
class Based:
    """A quantity in base units: the interval it stands for.

    Attributes:
        kind, nominal, low, high, open_low, open_high, half: as of slots.quantity.Quantity.
        dimension: of the base units; "" for a bare number.
    """

    kind: str
    nominal: float | None
    low: float
    high: float
    open_low: bool
    open_high: bool
    half: float
    dimension: str

    @property
    def worth(self) -> float:
        """The one number that stands for it in a sum: the nominal, else the upper end, else the lower one."""
        if self.nominal is not None:
            return self.nominal
        return self.high if math.isfinite(self.high) else self.low

    def words(self) -> str:
        """Return it for a person, in base units."""
        ends = f"{self.nominal:.9g}" if self.kind == "exact" else f"{self.low:.9g} .. {self.high:.9g}"
        return f"{ends} {self.dimension}".strip()


def based(found: Quantity) -> Based | None:
    """Return a quantity in base units; None where its unit is not known."""
    spelled = found.spelled
    if spelled is None:
        return None
    sizes: list[float | None] = []
    dimension = ""
    for number in found.figures:
        if number is None or math.isinf(number):
            sizes.append(number)
            continue
        base = units.to_base(number, spelled)
        if base is None or not math.isfinite(base.size):
            return None
        sizes.append(base.size)
        dimension = base.dimension
    nominal, low, high = sizes
    if low is None or high is None:
        return None
    half = abs(units.step_in_base(found.half, spelled))
    return Based(found.kind, nominal, low, high, found.open_low, found.open_high, half, dimension)


def measure(value: Any, dimension: str = "") -> Based | None:
    """Return what a property's value measures, in base units; None where it is no quantity with a known unit."""
    found = _parsed(value, dimension)
    return based(found) if found else None


def _parsed(value: Any, dimension: str = "") -> Quantity | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return quantity.parse(str(value).strip(), dimension)


@dataclass(frozen=True)
class Unit:
    """A unit to show numbers in.

    Attributes:
        name: as somebody wrote it.
        spelled: as the unit library spells it.
    """

    name: str
    spelled: str

    def of(self, size: float) -> float | None:
        """Return a size in base units in this unit; None for what has no end."""
        if not math.isfinite(size):
            return None
        zero = units.to_base(0.0, self.spelled)
        return _round((size - (zero.size if zero else 0.0)) / units.step_in_base(1.0, self.spelled))

    def step(self, size: float) -> float | None:
        """Return a difference in base units in this unit (a kelvin is a degree Celsius)."""
        return _round(size / units.step_in_base(1.0, self.spelled)) if math.isfinite(size) else None


def _round(number: float) -> float:
    return float(f"{number:.9g}")


def unit_of(value: Any, dimension: str = "") -> Unit | None:
    """Return the unit that a value is written in, or None where it has none that is known."""
    found = _parsed(value, dimension)
    return Unit(found.unit, found.spelled) if found and found.known and found.spelled is not None else None


def unit_named(text: str, dimension: str = "") -> Unit | None:
    """Return the unit of a name, or None where it is not known."""
    return unit_of(f"1 {text}", dimension)


@dataclass(frozen=True)
class Bound:
    """What is allowed, in base units.

    Attributes:
        low, high: ends; infinite where there is none.
        open_low, open_high: whether an end is left out (< and >).
        dimension: of the base units.
        unit: as it was written.
    """

    low: float
    high: float
    open_low: bool
    open_high: bool
    dimension: str
    unit: Unit

    def margin(self, size: float) -> float:
        """Return how far a size stays from the nearest end, in base units; negative outside."""
        return min(self.high - size, size - self.low)

    def verdict(self, found: Based) -> str:
        """Tell whether a quantity keeps within: met, at_risk (its tolerance reaches outside) or violated."""
        if not self._holds(found.worth):
            return VIOLATED
        ends = [end for end in (found.low, found.high) if math.isfinite(end)]
        return MET if all(self._holds(end) for end in ends) else AT_RISK

    def _holds(self, size: float) -> bool:
        slack = _SLACK * max([abs(size), *(abs(end) for end in (self.low, self.high) if math.isfinite(end))])
        above = size > self.low + slack if self.open_low else size >= self.low - slack
        return above and (size < self.high - slack if self.open_high else size <= self.high + slack)


def bound_of(entity_type: str, values: Mapping[str, Any]) -> Bound | None:
    """Return the bound that a requirement, constraint or parameter sets; None where it sets none with a known unit."""
    parts: list[str] = []
    if entity_type == "requirement" and (threshold := _text(values.get("threshold"))):
        comparator = _text(values.get("comparator"))
        parts.append(threshold if threshold[0] in "<>=≤≥" or not comparator else f"{comparator} {threshold}")
        if not comparator and (read := measure(threshold)) and read.kind == "exact" and threshold[0] != "=":
            return None  # which way it bounds is not said
    if entity_type in ("constraint", "parameter"):
        parts += [f">= {text}" for text in [_text(values.get("min"))] if text]
        parts += [f"<= {text}" for text in [_text(values.get("max"))] if text]
    if entity_type == "parameter" and not parts and (value := _text(values.get("value"))):
        parts.append(value)
    found = [(read, text) for text in parts if (read := measure(text)) is not None]
    if len(found) != len(parts) or not found or len({read.dimension for read, _ in found}) > 1:
        return None
    unit = unit_of(found[0][1])
    low, high = max(found, key=lambda one: one[0].low)[0], min(found, key=lambda one: one[0].high)[0]
    if unit is None:
        return None
    return Bound(low.low, high.high, low.open_low, high.open_high, low.dimension, unit)


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def bounded_property(bound: Bound, words: str, entity_type: str) -> str:
    """Return the property of an entity type that a bound speaks of; "" where that cannot be told.

    The only one of its dimension or, where there are several, the one that the bound names.

    Args:
        bound: the bound.
        words: its name and statement.
        entity_type: the type of what it governs.
    """
    alike = [
        spec.name
        for spec in ontology.declared(entity_type).values()
        if spec.kind is PropertyKind.QUANTITY
        and spec.dimension
        and units.has_dimension(bound.unit.spelled, spec.dimension)
    ]
    if len(alike) > 1:
        said = f" {normalise(words)} "
        alike = [name for name in alike if name.replace("_", " ") in said]
    return alike[0] if len(alike) == 1 else ""
