"""The sections of a pack in the order of trust, and what may stand in them. Plain values.

A `Line` is a record that would enter; a `Unit` is what enters together: a line, or all sides of an open conflict.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from memories.kinds import Row, kinds
from memories.models import Project
from memories.search import chunks


class Section(NamedTuple):
    """A section: its word in answers, its heading, its share of the budget."""

    name: str
    title: str
    share: float


SECTIONS = (
    Section("identity", "Who and how", 0.10),
    Section("entities", "Parts, requirements and decisions", 0.25),
    Section("memories", "What is known", 0.30),
    Section("elsewhere", "What other projects know", 0.05),
    Section("documents", "From documents", 0.30),
)
IDENTITY, ENTITIES, MEMORIES, ELSEWHERE, DOCUMENTS = (section.name for section in SECTIONS)


@dataclass(frozen=True)
class Line:
    """A record that would enter a pack.

    Attributes:
        kind: memory, entity, chunk or relationship.
        row: the record.
        text: what the line says, folded, without its reference.
        section: where it belongs.
        why: why it is wanted, in words.
    """

    kind: str
    row: Row
    text: str
    section: str
    why: str

    @property
    def key(self) -> tuple[str, UUID]:
        """What names the record."""
        return self.kind, self.row.pk


@dataclass(frozen=True)
class Unit:
    """What enters together or not at all; `conflicts` are those that its lines stand in."""

    lines: Sequence[Line]
    conflicts: Sequence[UUID] = ()

    @property
    def section(self) -> str:
        """Where it stands: with its first line."""
        return self.lines[0].section


class Named(NamedTuple):
    """What names a record to a person: one line, its page, whose it is."""

    title: str
    url: str
    project: Project | None


def named(kind: str, row: Row) -> Named:
    """Return what names a record of a pack; a chunk is named by its document and its heading."""
    if kind == chunks.KIND:
        document = row.document
        path = f"{document.file_path} > {row.heading_path}" if row.heading_path else document.file_path
        return Named(path, chunks.address(row.pk, row.document_id), document.project)
    known = kinds.named(kind)
    return Named(known.title(row), known.url(row.pk), known.project_of(row))


class LeftOut(NamedTuple):
    """A record that did not enter, why (a stable word) and why (a sentence)."""

    kind: str
    row: Row
    reason: str
    detail: str


@dataclass
class Gathered:
    """What would enter, in the order of sections and wish, and what cannot."""

    units: list[Unit] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
