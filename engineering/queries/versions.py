"""Which sides of a conflict the present version of their document still says.

A piece of a document that a later version no longer has is marked removed and keeps its id, so that what was taken from
it still points there.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from engineering.slots.judge import Proposal, Standing
from memories.kinds import Row
from memories.models import SourceChunk

_CHUNK = "chunk:"


def later(rows: Mapping[UUID, Row], standings: Iterable[Standing]) -> Proposal | None:
    """Propose the side that a document says now, where all sides were taken from it and others from what it lost.

    Args:
        rows: the records of the sides, by id.
        standings: the sides; of several that the document says now, the newest is proposed.

    Returns:
        None where a side was taken from elsewhere, too, or where all of them or none stand in the present version.
    """
    named = {pk: _named(row) for pk, row in rows.items()}
    wanted = {chunk for chunks in named.values() for chunk in chunks}
    if not all(named.values()):
        return None
    held = {chunk.pk: chunk for chunk in SourceChunk.objects.filter(pk__in=wanted)}
    documents = {chunk.document_id for chunk in held.values()}
    if len(documents) != 1 or wanted - held.keys():
        return None
    there = {pk for pk, chunks in named.items() if any(held[chunk].removed_at is None for chunk in chunks)}
    if not there or there == named.keys():
        return None
    winner = max((one for one in standings if one.member_id in there), key=lambda one: (one.since, one.member_id))
    # The document goes unnamed: who reads the conflict need not be one of its readers.
    return Proposal(winner.member_id, "The present version of their document says it; an earlier one said otherwise.")


def _named(row: Row) -> set[UUID]:
    """Return the pieces of documents that a record was taken from; nothing where it has other sources as well."""
    found = {row.source_chunk_id} if getattr(row, "source_chunk_id", None) else set()
    for ref in getattr(row, "source_refs", ()):
        try:
            found.add(UUID(ref.removeprefix(_CHUNK) if ref.startswith(_CHUNK) else ""))
        except ValueError:
            return set()
    return found
