"""Rows of an answer; and an evidence chain as a list in a list, down to where it ends."""

from dataclasses import dataclass, field

from engineering.queries.envelope import Item
from engineering.web.questions.cells import Around, Cell, reading

#: What is said of where a chain ends, and the status that looks like it.
_ENDS = {
    "evidence": ("evidence", "active"),
    "assumption": ("assumption", "open"),
    "undeveloped": ("unsupported", "invalid"),
    "missing": ("broken", "invalid"),
}


@dataclass
class Row:
    """One item of an answer."""

    item: Item
    url: str
    flags: list[str]
    cells: list[tuple[Cell, bool]]


@dataclass
class Group:
    """A part of an answer.

    Attributes:
        columns: (heading, whether it holds numbers) of the columns that say something about any row.
        marked: whether any row is not simply active.
    """

    title: str
    meaning: str
    rows: list[Row]
    columns: list[tuple[str, bool]]
    marked: bool

    @property
    def mixed(self) -> bool:
        """Whether there are items of several types."""
        return len({row.item.type for row in self.rows}) > 1


@dataclass
class Step:
    """One record of a chain with what stands behind it."""

    row: Row
    reads: str
    end: str = ""
    mark: str = ""
    below: list["Step"] = field(default_factory=list)


def chain_of(groups: list[Group], around: Around) -> list[Step]:
    """Return the steps directly behind the entity; what cannot be hung anywhere stands there too."""
    rows = [row for group in groups for row in group.rows]
    steps = [Step(row, _reads(row, around), *_ENDS.get(row.item.group, ("", ""))) for row in rows]
    # A record can stand in several places; what stands behind it is shown at the first.
    known: dict[str, Step] = {}
    for step in steps:
        known.setdefault(step.row.item.id, step)
    top: list[Step] = []
    for step in steps:
        via = step.row.item.via
        above = known.get(via.source) if via else None
        (above.below if above and above is not step else top).append(step)
    return top


def _reads(row: Row, around: Around) -> str:
    """Return the link as it reads from what leans on the record: “evidenced by”."""
    via = row.item.via
    if via is None:
        return ""
    if via.type == "source_refs":
        return "made of"
    if via.type == "source_interaction":
        return "said in"
    return reading(row.item, around, of_source=True)
