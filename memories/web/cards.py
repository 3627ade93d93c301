"""What one card of the deck shows: the record, what resembles it, where it came from, what happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from memories.actors import Actor
from memories.choices import LIVE, Status
from memories.kinds import Kind, Row, kinds
from memories.models import AuditEntry, Finding
from memories.queries import extractions, triage
from memories.queries.history import is_decision
from memories.search.index import Alike
from memories.web.faces import Face, Notice, Way, faces
from memories.web.provenance import Source

#: From this overlap on a promotion is warned about (triage-ux).
VERY_ALIKE = 0.9
#: Reasons offered with a rejection, by their number key.
REASONS = ("wrong", "trivial", "duplicate", "outdated", "out of scope")
#: What does not stand between a person and the undo of a decision.
SILENT = ("reinforce", "annotate")


@dataclass
class Twin:
    """A similar record beside the card, with its number for the keys."""

    number: int
    row: Row
    overlap: float
    text: str
    url: str

    @property
    def replaceable(self) -> bool:
        """Tell whether it can be superseded: only what is active can."""
        return bool(self.row.status == Status.ACTIVE)


@dataclass
class Item:
    """A card with its rail."""

    row: Row
    kind: Kind
    face: Face
    twins: list[Twin] = field(default_factory=list)
    searched: bool = False
    sources: list[Source] = field(default_factory=list)
    history: list[AuditEntry] = field(default_factory=list)
    beside: dict[str, Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The record's permanent address."""
        return self.kind.url(self.row.pk)

    @property
    def title(self) -> str:
        """One line that names the record."""
        return self.kind.title(self.row)

    @property
    def line(self) -> str:
        """The beginning of the record's own words, as a list shows it."""
        return self.face.text(self.row).partition("\n")[0][:240]

    @property
    def type(self) -> str:
        """The record's type as a word."""
        return self.face.type_of(self.row)

    @property
    def project(self) -> Any:
        """The record's project, or None."""
        return self.kind.project_of(self.row)

    @property
    def text(self) -> str:
        """The record's own words."""
        return self.face.text(self.row)

    @property
    def replaces(self) -> Row | None:
        """What the record proposes to replace, while that is active."""
        old = getattr(self.row, "proposed_supersedes", None)
        return old if old is not None and old.status == Status.ACTIVE else None

    @property
    def replaced_text(self) -> str:
        """The words of what it proposes to replace."""
        return self.face.text(self.replaces) if self.replaces else ""

    @property
    def repeats(self) -> bool:
        """Tell whether it nearly repeats a live record (as it was when it came in)."""
        return getattr(self.row, "near_overlap", 0.0) >= VERY_ALIKE

    @property
    def ways(self) -> list[tuple[Way, str]]:
        """What else can be done with the record as it stands, each with its address."""
        offered = [way for way in self.face.ways if self.kind.lifecycle.allowed(way.verb, self.row.status)]
        return [(way, way.url(self.row.pk)) for way in offered]

    @property
    def verbs(self) -> list[str]:
        """Every verb of the record's kind."""
        return [verb.action for verb in self.kind.lifecycle]

    @property
    def reasons(self) -> tuple[str, ...]:
        """What a rejection may be explained with."""
        return REASONS

    @property
    def undoable(self) -> AuditEntry | None:
        """The newest decision on the record, if it can be taken back."""
        newest = next((entry for entry in self.history if entry.action not in SILENT), None)
        return newest if newest is not None and newest.action != "create" and is_decision(newest) else None

    @property
    def editable(self) -> bool:
        """Tell whether a form changes the record as it stands."""
        return self.face.form is not None and self.kind.lifecycle.allowed("update", self.row.status)

    @property
    def compared(self) -> bool:
        """Tell whether records of the kind are compared with each other."""
        return self.kind.index_text is not None

    @property
    def by_hand(self) -> bool:
        """Tell whether a person wrote it."""
        return str(self.row.created_by).startswith(("user:", "admin:"))


def row_of(kind: Kind, row: Row) -> Item:
    """Return what a list shows of a record."""
    return Item(row, kind, faces.of(kind))


def items(kind: Kind, rows: Sequence[Row], actor: Actor) -> list[Item]:
    """Return the cards of some records; the reads that can be shared are made once for all.

    What resembles a record is left out: that costs a ranked search each, and is fetched when its card is shown.
    """
    face = faces.of(kind)
    past = triage.pasts(kind.name, [row.pk for row in rows], most=5)
    told, places = face.told(rows, actor), places_of(kind, rows)
    return [
        Item(
            row,
            kind,
            face,
            sources=face.sources(row, actor, places.get(row.pk, [])),
            history=past.get(str(row.pk), []),
            beside=face.beside(row, actor),
            notices=told.get(row.pk, []),
        )
        for row in rows
    ]


def places_of(kind: Kind, rows: Sequence[Row]) -> dict[UUID, list[Finding]]:
    """Return where extractors found some records; one query, none where no record came from an exchange."""
    return extractions.places_of(kind.name, [row.pk for row in rows if _from_exchange(row)])


def _from_exchange(row: Row) -> bool:
    refs = getattr(row, "source_refs", ())
    return bool(getattr(row, "source_interaction_id", None)) or any("interaction:" in str(ref) for ref in refs)


def with_twins(item: Item, actor: Actor) -> Item:
    """Return the card with what resembles its record filled in."""
    item.twins, item.searched = twins(item.row, actor), True
    return item


def twins(row: Row, actor: Actor) -> list[Twin]:
    """Return the five live records most like this one."""
    return [
        _twin(number, alike)
        for number, alike in enumerate(triage.similar(row, actor, statuses=[word.value for word in LIVE]), 1)
    ]


def _twin(number: int, alike: Alike) -> Twin:
    kind = kinds.of(alike.row)
    return Twin(number, alike.row, alike.overlap, faces.of(kind).text(alike.row), kind.url(alike.row.pk))
