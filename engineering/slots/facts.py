"""The facts that claims are read off, and the claims themselves: plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from engineering.slots.sentences import Said
from memories.text import normalise


class Slot(NamedTuple):
    """One question: of a project, of a kind ("component.mass"), about a subject."""

    project: UUID | None
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Thing:
    """An active entity."""

    id: UUID
    project: UUID | None
    type: str
    name: str
    ref: str
    properties: Mapping[str, Any]

    @property
    def scope(self) -> str:
        """Where its properties hold (as-designed, a serial number), normalised; "" for no limit."""
        text = self.properties.get("scope")
        return normalise(text) if isinstance(text, str) else ""


class Link(NamedTuple):
    """An active relationship, as it is stored."""

    id: UUID
    type: str
    source: UUID
    target: UUID


class Remark(NamedTuple):
    """An active memory that claims a property."""

    id: UUID
    project: UUID | None
    said: Said


@dataclass(frozen=True, slots=True)
class Claim:
    """What one member says.

    Attributes:
        slot: the question.
        member_kind, member_id: who says it.
        value: the answer as written, for people.
        sort, dimension: how answers are compared (slots.compare); sort "token" compares `token`.
        token: the answer where it is no text but a record.
    """

    slot: Slot
    member_kind: str
    member_id: UUID
    value: str
    sort: str = "text"
    dimension: str = ""
    token: str = ""


@dataclass(slots=True)
class Facts:
    """What claims are read off.

    Attributes:
        things: active entities by id.
        links: active relationships of the types that make slots.
        remarks: active memories that claim a property.
        parents: for a part the wholes it is in by active links, the oldest link first.
        labels: names of entities of any status that stand above a thing, or in a chain of replacements.
        places: their projects.
        replaced: (older, newer) pairs of entities, by superseded_by or by an active `supersedes` link.
        owners: entities whose slots the facts cover in full; None for all. Other things are there for their names.
    """

    things: dict[UUID, Thing] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    parents: dict[UUID, list[UUID]] = field(default_factory=dict)
    labels: dict[UUID, str] = field(default_factory=dict)
    places: dict[UUID, UUID | None] = field(default_factory=dict)
    replaced: set[tuple[UUID, UUID]] = field(default_factory=set)
    owners: set[UUID] | None = None

    def owned(self) -> Iterable[Thing]:
        """Return the things whose slots are covered."""
        return (thing for thing in self.things.values() if self.owners is None or thing.id in self.owners)

    def owns(self, *things: UUID) -> bool:
        """Tell whether the slots of one of the things are covered."""
        return self.owners is None or any(thing in self.owners for thing in things)


def edge(link: Link) -> tuple[UUID, UUID]:
    """Return (part, whole) of a part_of or contains link."""
    return (link.target, link.source) if link.type == "contains" else (link.source, link.target)
