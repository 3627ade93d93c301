"""What an older database's rows meet here: which ids were taken, moved to another row, or refused on the way."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from engineering.models import Entity
from memories.models import Project
from memories.services._write import Batch

T = TypeVar("T")
_AT_ONCE = 500


def chunks(items: Iterable[T], size: int = _AT_ONCE) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size` (databases take only so many parameters)."""
    listed = list(items)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


@dataclass(slots=True)
class World:
    """The state of one import.

    Attributes:
        batch: the open write.
        projects: by canonical name.
        moved: ids whose row stands here already under another id.
        refused: ids whose row was not taken.
        entities: entities by id, new and present.
        places: project of documents and conflicts, for the audit rows of what hangs on them.
        seen: keys that must be unique, by what they belong to.
        repairs: (rule, words) that came up here, by the id of the row.
    """

    batch: Batch
    projects: dict[str, Project] = field(default_factory=dict)
    moved: dict[UUID, UUID] = field(default_factory=dict)
    refused: set[UUID] = field(default_factory=set)
    entities: dict[UUID, Entity] = field(default_factory=dict)
    places: dict[UUID, Project | None] = field(default_factory=dict)
    seen: dict[str, dict[Any, UUID]] = field(default_factory=dict)
    repairs: dict[UUID, list[tuple[str, str]]] = field(default_factory=dict)

    def project(self, name: str | None) -> Project | None:
        """Return a project by its canonical name, None for no name."""
        return self.projects[name] if name else None

    def ref(self, row_id: UUID | None) -> UUID | None:
        """Return the id under which a row is found here, None where it was refused or there was none."""
        if row_id is None or row_id in self.refused:
            return None
        return self.moved.get(row_id, row_id)

    def repair(self, row_id: UUID, rule: str, words: str) -> None:
        """Remember a repair that only this database made necessary."""
        self.repairs.setdefault(row_id, []).append((rule, words))

    def first(self, what: str, key: Any, row_id: UUID) -> UUID:
        """Return the row that has a key; the first to ask keeps it."""
        return self.seen.setdefault(what, {}).setdefault(key, row_id)

    def sources(self, refs: Sequence[str]) -> list[str]:
        """Return source_refs with ids as they are found here; those of refused rows are left out."""
        kept = []
        for ref in refs:
            word, _, rest = ref.partition(":")
            try:
                found = self.ref(UUID(rest))
            except ValueError:
                kept.append(ref)
                continue
            if found is not None:
                kept.append(f"{word}:{found}")
        return kept
