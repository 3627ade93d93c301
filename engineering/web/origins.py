"""What backs the sides of a conflict: how many sources each has, from how many origins, and the newest one's words.

Two sources are of one origin where they are pieces of one document or exchanges of one session. Read together for all
sides; a source that is gone, or that the person may not see, still counts and shows no words.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from memories import permissions
from memories.actors import Actor
from memories.kinds import Row, kinds
from memories.models import Interaction, SourceChunk
from memories.queries import records
from memories.web import provenance
from memories.web.faces import faces

Found = dict[str, Row]


@dataclass(frozen=True)
class Backing:
    """What a record rests on.

    Attributes:
        count: how many sources it names.
        origins: from how many places that are independent of each other.
        newest: the latest of those that can be read.
    """

    count: int
    origins: int
    newest: provenance.Source | None

    @property
    def words(self) -> str:
        """The numbers as a person says them."""
        if not self.count:
            return "none recorded"
        if self.count == 1:
            return "1"
        return f"{self.count}, all of one origin" if self.origins == 1 else f"{self.count}, of {self.origins} origins"


def backings(rows: Sequence[Row], actor: Actor) -> dict[UUID, Backing]:
    """Return what backs each record; at most one query for each kind of source."""
    refs = {row.pk: _refs(row) for row in rows}
    found = _read({ref for some in refs.values() for ref in some}, actor)
    return {row.pk: _backing(row, refs[row.pk], found) for row in rows}


def _refs(row: Row) -> list[str]:
    if hasattr(row, "source_refs"):
        return list(dict.fromkeys(map(str, row.source_refs)))
    named = (("interaction", row.source_interaction_id), ("chunk", row.source_chunk_id))
    return [f"{word}:{pk}" for word, pk in named if pk]


def _read(refs: set[str], actor: Actor) -> Found:
    ids: dict[str, set[UUID]] = defaultdict(set)
    for ref in refs:
        word, _, rest = ref.partition(":")
        if word in ("interaction", "chunk") or word in kinds:
            try:
                ids[word].add(UUID(rest))
            except ValueError:
                continue
    found: Found = {}
    for word, some in ids.items():
        found |= {f"{word}:{row.pk}": row for row in _visible(word, actor).filter(pk__in=some)}
    return found


def _visible(word: str, actor: Actor) -> Any:
    if word == "interaction":
        return permissions.for_principal(Interaction.objects.all(), actor)
    if word == "chunk":
        return permissions.for_principal(SourceChunk.objects.select_related("document"), actor)
    return records.visible(word, actor)


def _backing(row: Row, refs: Sequence[str], found: Found) -> Backing:
    readable = [found[ref] for ref in refs if ref in found]
    origins = {_origin(found[ref]) if ref in found else ref for ref in refs}
    newest = max(readable, key=lambda source: source.created_at, default=None)
    wanted = faces.of(kinds.of(row)).text(row)
    return Backing(len(refs), len(origins), _shown(newest, wanted) if newest is not None else None)


def _origin(source: Row) -> Hashable:
    if isinstance(source, Interaction):
        return ("session", source.session_id) if source.session_id else ("interaction", source.pk)
    if isinstance(source, SourceChunk):
        return ("document", source.document_id)
    for name in ("source_interaction", "source_chunk"):
        if getattr(source, f"{name}_id", None):
            return _origin(getattr(source, name))
    return (kinds.of(source).name, source.pk)


def _shown(source: Row, wanted: str) -> provenance.Source:
    if isinstance(source, Interaction):
        return provenance.of_interaction(source, wanted)
    if isinstance(source, SourceChunk):
        return provenance.of_chunk(source, wanted)
    kind = kinds.of(source)
    return provenance.Source(
        label=kind.name.capitalize(),
        url=kind.url(source.pk),
        excerpt=kind.title(source),
        said_by=source.created_by,
        at=source.created_at,
    )
