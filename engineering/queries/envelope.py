"""The envelope that every query of the catalogue answers in. Plain values, JSON-ready; no database.

`items` carry `group` (the part of the answer they belong to) and `data` (facts of that query alone) beside the common
fields. Only active edges between active ends count towards a verdict; what waits stands under `pending`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

#: A walk stops after this many steps, and after this many entities; both can be lowered or raised by the caller.
MOST_DEPTH = 25
MOST_NODES = 2_000
#: Candidates that an answer lists at most; all are counted.
PENDING_SHOWN = 200
#: The highest values that a caller may ask for.
DEPTH_LIMIT = 100
NODE_LIMIT = 10_000


def iso(moment: datetime) -> str:
    """Return a time as ISO 8601 in UTC."""
    return moment.isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Via:
    """The edge by which an item was reached: `source`, the entity walked from, and the stored relationship."""

    source: str
    type: str
    relationship: str


@dataclass(slots=True)
class Item:
    """An entity in an answer.

    Attributes:
        depth: steps from where the walk began; 0 for an item that no walk reached.
        flags: words such as dead_end, second_parent, boundary.
        group: the part of the answer it belongs to.
        data: facts of this query alone.
    """

    id: str
    type: str
    name: str
    status: str
    depth: int = 0
    via: Via | None = None
    flags: list[str] = field(default_factory=list)
    group: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edge:
    """A relationship in an answer, as it is read from A to B (`contains` is turned into `part_of`)."""

    id: str
    type: str
    source: str
    target: str
    status: str
    flags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """A candidate that would bear on the answer if it were promoted; it never changes a verdict."""

    kind: str
    id: str
    type: str
    name: str
    source: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of an answer is wanted.

    Attributes:
        depth: steps of a walk at most.
        nodes: entities at most; items of a list at most.
        offset: items of a list that are passed over.
    """

    depth: int = MOST_DEPTH
    nodes: int = MOST_NODES
    offset: int = 0


@dataclass
class Answer:
    """What a query answers.

    Attributes:
        frontier: where a truncated walk stopped: entities that stand beyond it.
        next: what asks for the next page: an offset, for Q-013 a cursor; or None.
        rule: one sentence that says what was counted.
        partial: records were imported after the moment that was looked back to; how they stood then is not known.
    """

    query: str
    params: Mapping[str, Any]
    as_of: datetime
    rule: str
    items: list[Item] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    cycles: list[list[str]] = field(default_factory=list)
    truncated: bool = False
    frontier: list[Item] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    next: int | str | None = None
    partial: bool = False

    def wait(self, waiting: list[Pending]) -> None:
        """Take what waits: all of it is counted, at most PENDING_SHOWN are listed."""
        self.pending = waiting[:PENDING_SHOWN]
        self.counts["pending"] = len(waiting)

    def page(self, limits: Limits) -> "Answer":
        """Keep only the page of items that is wanted; say so where there is more. Returns itself."""
        self.items = self.items[self.cut(len(self.items), limits)]
        return self

    def cut(self, number: int, limits: Limits) -> slice:
        """Return where the page that is wanted stands among a number of items; say so where there is more."""
        end = limits.offset + limits.nodes
        if number > end:
            self.truncated, self.next = True, end
        return slice(limits.offset, end)

    def group(self, name: str) -> list[Item]:
        """Return the items of one group."""
        return [item for item in self.items if item.group == name]
