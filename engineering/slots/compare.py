"""Whether two values of one slot can both be true: same, review, soft or conflict, and why.

Comparing is symmetric, and a value is the same as itself; whether two quantities agree does not depend on the unit they
are written in.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from engineering.slots import quantity, statements
from engineering.slots.measure import Based, based
from engineering.slots.quantity import Quantity
from memories.text import normalise

#: Two converted numbers count as equal within this share of the larger one.
RELATIVE = 1e-9


class Result(IntEnum):
    """What comparing two values comes to, in order of weight."""

    SAME = 0
    REVIEW = 1
    SOFT = 2
    CONFLICT = 3

    @property
    def severity(self) -> str:
        """The word that a conflict row carries."""
        return self.name.lower()


class Verdict(NamedTuple):
    """A result, and its reason in words."""

    result: Result
    reason: str


SAME = Verdict(Result.SAME, "equal")


@dataclass(frozen=True)
class Sort:
    """How the values of a slot are compared.

    Attributes:
        name: "text", "quantity", "number", "plain" (nothing but equal), "prose" or "statement".
        dimension: of a quantity, in the unit library's notation; "" for any.
        aliases: normalised text -> normalised text it stands for.
    """

    name: str = "text"
    dimension: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)


def compare(one: str, other: str, sort: Sort) -> Verdict:
    """Compare two values of one slot, as they were written."""
    if " ".join(one.split()) == " ".join(other.split()):
        return SAME
    match sort.name:
        case "quantity" | "number":
            return _quantities(one, other, sort.dimension)
        case "statement":
            contradiction = statements.contradiction(one, other)
            if normalise(one) == normalise(other):
                return SAME
            return (
                Verdict(Result.CONFLICT, contradiction) if contradiction else Verdict(Result.REVIEW, "another wording")
            )
        case "prose":
            same = normalise(one) == normalise(other)
            return SAME if same else Verdict(Result.REVIEW, "another wording")
        case _:
            same = _canonical(one, sort) == _canonical(other, sort)
            return SAME if same else Verdict(Result.CONFLICT, "different values")


def normal_form(value: str, sort: Sort) -> str:
    """Return a value as it is compared, for a person to read: in base units, or folded and through the aliases."""
    if sort.name in ("quantity", "number"):
        found = quantity.parse(value, sort.dimension)
        base = based(found) if found else None
        return base.words() if base else " ".join(value.split())
    return _canonical(value, sort) if sort.name == "text" else normalise(value)


def _canonical(value: str, sort: Sort) -> str:
    folded = normalise(value)
    return sort.aliases.get(folded, folded)


def _quantities(one: str, other: str, dimension: str) -> Verdict:
    left, right = quantity.parse(one, dimension), quantity.parse(other, dimension)
    if left is None or right is None:
        return Verdict(Result.REVIEW, "a value that is no quantity")
    first, second = based(left), based(right)
    if first is None or second is None:
        return _unknown_unit(left, right)
    if first.dimension != second.dimension:
        bare = "" in (left.unit, right.unit)
        if bare and left.figures == right.figures:
            return Verdict(Result.REVIEW, "a unit is missing")
        return Verdict(Result.CONFLICT, "different dimensions")
    if "" in (left.unit, right.unit) and left.unit != right.unit and left.figures == right.figures:
        return SAME if _equal(first, second) else Verdict(Result.REVIEW, "a unit is missing")
    return _intervals(first, second)


def _unknown_unit(left: Quantity, right: Quantity) -> Verdict:
    if left.figures != right.figures or (left.kind, left.open_low, left.open_high) != (
        right.kind,
        right.open_low,
        right.open_high,
    ):
        return Verdict(Result.CONFLICT, "different numbers, and a unit that is not known")
    if " ".join(left.unit.split()) == " ".join(right.unit.split()):
        return SAME
    return Verdict(Result.REVIEW, "equal numbers, and a unit that is not known")


def _near(one: float, other: float, slack: float = 0.0) -> bool:
    if math.isinf(one) or math.isinf(other):
        return one == other
    return abs(one - other) <= max(RELATIVE * max(abs(one), abs(other)), slack)


def _equal(one: Based, other: Based) -> bool:
    """Tell whether two quantities are one; a converted number may differ by half its last printed digit."""
    halves = [half for half in (one.half, other.half) if half]
    slack = min(halves, default=0.0) * (1 + RELATIVE)
    if (one.kind == "exact") != (other.kind == "exact") or (one.nominal is None) != (other.nominal is None):
        return False
    middle = one.nominal is None or other.nominal is None or _near(one.nominal, other.nominal, slack)
    opened = (one.open_low, one.open_high) == (other.open_low, other.open_high)
    return middle and opened and _near(one.low, other.low, slack) and _near(one.high, other.high, slack)


def _intervals(one: Based, other: Based) -> Verdict:
    if _equal(one, other):
        return SAME
    if one.kind == other.kind == "exact":
        return Verdict(Result.CONFLICT, "different values")
    if _apart(one, other) or _apart(other, one):
        return Verdict(Result.CONFLICT, "no value fits both")
    if one.kind == other.kind == "bound":
        facing = math.isinf(one.low) == math.isinf(other.low)
        return Verdict(Result.SOFT, "tightened" if facing else "bounds from two sides")
    nominals = [size for size in (one.nominal, other.nominal) if size is not None]
    return Verdict(Result.SOFT, "inside the other's tolerance" if nominals else "they overlap")


def _apart(below: Based, above: Based) -> bool:
    """Tell whether one interval ends before the other begins."""
    if _near(below.high, above.low):
        return below.open_high or above.open_low
    return below.high < above.low
