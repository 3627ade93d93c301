"""The sides of a conflict as a person compares them: what each says, whom to trust, what it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from engineering.models import Conflict
from engineering.queries import disputes
from engineering.queries.conflicts import Dispute, Side
from engineering.slots import wording
from engineering.slots.judge import LAYERS, Proposal
from engineering.web.origins import Backing, backings
from memories.actors import Actor
from memories.kinds import kinds
from memories.templatetags.atocore import ago, confidence_words, percent, stamp, who

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Sides that a single key picks.
_KEYS = 4


@dataclass
class Column:
    """One side.

    Attributes:
        letter: what it is called on the page.
        key: the key that picks it, "" beyond the fourth.
        facts: label and words of what is known of it; those in which the sides differ are in `differing`.
        backing: its sources.
        proposed: why the layers of trust favour it, "" where they do not.
        changed: whether its record changed since the person saw it.
    """

    letter: str
    key: str
    side: Side
    facts: dict[str, str]
    backing: Backing
    proposed: str = ""
    changed: bool = False
    differing: list[tuple[str, str]] = field(default_factory=list)

    @property
    def title(self) -> str:
        """One line that names the record."""
        return kinds.of(self.side.row).title(self.side.row)

    @property
    def url(self) -> str:
        """The record's permanent address."""
        return kinds.of(self.side.row).url(self.side.row.pk)

    @property
    def reading(self) -> str:
        """The value as it is compared, "" where that is how it is written."""
        read = wording.readable(self.side.normal)
        return "" if _plain(read) == _plain(self.side.value) else read

    @property
    def scope(self) -> str:
        """Where it is said to hold, "" for everywhere."""
        return _scope(self.side.row)

    @property
    def by_hand(self) -> bool:
        """Tell whether a person wrote it."""
        return str(self.side.row.created_by).startswith(("user:", "admin:"))


@dataclass
class Table:
    """All sides, and what they have in common.

    Attributes:
        columns: the sides, the most trusted first.
        same: label and words of what is equal on all sides.
        hidden: how many sides the person may not read.
        disagree: whether there is still something to decide.
        reason: why nobody is proposed, "" where somebody is.
    """

    columns: list[Column]
    same: list[tuple[str, str]]
    hidden: int
    disagree: bool
    reason: str = ""

    def ids(self) -> set[UUID]:
        """Return the ids of the records shown."""
        return {column.side.row.pk for column in self.columns}


def table(row: Conflict, dispute: Dispute | None, actor: Actor, seen: Mapping[UUID, int] | None = None) -> Table:
    """Return the sides of a conflict.

    Args:
        row: the conflict.
        dispute: its slot as it stands now; None for one that is decided, which is shown as it was found.
        actor: who looks.
        seen: the versions that the person decided on; what stands elsewhere now is marked.
    """
    live = dispute is not None and len(dispute.said) > 1
    proposal = dispute.proposal() if dispute and live else Proposal(None, "")
    sides = disputes.readable(row, dispute.sides, actor) if dispute and live else disputes.as_found(row, actor)
    total = len(dispute.sides) if dispute and live else row.members.filter(left_at__isnull=True).count()
    backed = backings([side.row for side in sides], actor)
    columns = [_column(place, side, backed[side.row.pk], seen) for place, side in enumerate(sides)]
    for column in columns:
        column.proposed = proposal.reason if column.side.row.pk == proposal.member_id else ""
    same = _fold(columns)
    reason = proposal.reason if proposal.member_id is None else ""
    return Table(columns, same, total - len(sides), live, reason)


def _column(place: int, side: Side, backing: Backing, seen: Mapping[UUID, int] | None) -> Column:
    letter = _LETTERS[place] if place < len(_LETTERS) else str(place + 1)
    changed = seen is not None and seen.get(side.row.pk) != side.row.version
    key = str(place + 1) if place < _KEYS else ""
    return Column(letter, key, side, _facts(side, backing), backing, changed=changed)


def _facts(side: Side, backing: Backing) -> dict[str, str]:
    row = side.row
    confidence = getattr(row, "confidence", None)
    return {
        "Record": f"{side.kind}, {row.status}",
        "Trust": f"{side.trust}, {LAYERS.get(side.trust, 'of unknown origin')}",
        "Confidence": "" if confidence is None else f"{percent(confidence)}, {confidence_words(confidence)}",
        "Sources": backing.words,
        "Proposed by": who(row.created_by),
        "Proposed": stamp(row.created_at),
        "Says so since": ago(side.since),
        "Scope": _scope(row),
    }


def _scope(row: object) -> str:
    return str(getattr(row, "properties", {}).get("scope", "") or "")


def _fold(columns: Sequence[Column]) -> list[tuple[str, str]]:
    """Divide what is known into what differs, left in each column, and what is the same for all, returned."""
    same: list[tuple[str, str]] = []
    for label in columns[0].facts if columns else ():
        words = {column.facts[label] for column in columns}
        if len(words) > 1 or len(columns) < 2:
            for column in columns:
                column.differing.append((label, column.facts[label] or "—"))
        elif words != {""}:
            same.append((label, words.pop()))
    return same


def _plain(value: str) -> str:
    return "".join(value.casefold().split())
