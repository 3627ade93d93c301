"""How a budget is shared out. Pure.

Each section may use its share and what the sections before it left over; what is left in the end goes round once more,
from the most trusted section on. So nothing is wasted while something waits, and nothing crowds out another's share.
What a section wants first may borrow up to half of all: the best answer is not left out for being long.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """What a section would take.

    Attributes:
        share: its part of the budget, 0..1.
        head: what its heading costs, once something stands under it.
        costs: what each of its units costs, in the order in which they are wanted.
    """

    share: float
    head: int
    costs: Sequence[int]


class _Filling:
    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.taken: set[int] = set()

    def take(self, allowed: int, first: int = 0) -> int:
        """Take what fits, the first wanted first; return what it cost. A unit that does not fit is passed over.

        Args:
            allowed: what may be used.
            first: what the unit that is wanted first may use.
        """
        used = 0
        for place, cost in enumerate(self.wanted.costs):
            whole = cost + (0 if self.taken else self.wanted.head)
            if place not in self.taken and used + whole <= (allowed if place else max(allowed, first)):
                self.taken.add(place)
                used += whole
        return used


def fill(sections: Sequence[Wanted], total: int) -> list[set[int]]:
    """Return which units of each section are taken, by their places; together they cost at most `total`."""
    fillings = [_Filling(section) for section in sections]
    left, rest = 0, total
    for filling in fillings:
        left += int(total * filling.wanted.share)
        used = filling.take(left, min(rest, total // 2))
        left, rest = left - used, rest - used
    for filling in fillings:
        rest -= filling.take(rest)
    return [filling.taken for filling in fillings]
