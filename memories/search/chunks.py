"""What the index holds of a document's chunks: their text under its headings, and their neighbours' text.

A chunk has no lifecycle of its own: it is found while its document is, under the document's status and project.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from memories.choices import LIVE
from memories.models import IndexRow, SourceChunk, SourceDocument
from memories.search import index, marks

KIND = "chunk"
#: How many chunks before and after lend a chunk their words.
REACH = 2
_AT_ONCE = 500


def address(chunk_id: UUID, document_id: UUID) -> str:
    """Return the permanent address of a chunk: its document's page, opened at it."""
    return f"/documents/{document_id}/?chunk={chunk_id}#chunk-{chunk_id}"


def refresh(document: SourceDocument) -> int:
    """Bring the index rows of a document's chunks in line with what stands; return how many were written.

    Call it in the transaction that changed the document or its chunks. Rows that are right already stay untouched.
    """
    alive = document.status in LIVE and document.removed_at is None
    every = list(document.chunks.order_by("chunk_index"))
    chunks = [chunk for chunk in every if alive and chunk.removed_at is None]
    _forget([chunk.pk for chunk in every if not alive or chunk.removed_at is not None])
    made = list(_rows(document, chunks))
    held = {row.record_id: row for row in IndexRow.objects.filter(kind=KIND, record_id__in=[c.pk for c in chunks])}
    changed = [row for row in made if not _same(row, held.get(row.record_id))]
    index.put(changed)
    return len(changed)


def _forget(ids: Sequence[UUID]) -> None:
    # By their ids: joined to the chunks, PostgreSQL without fresh statistics compared every row with every other.
    for first in range(0, len(ids), _AT_ONCE):
        IndexRow.objects.filter(kind=KIND, record_id__in=ids[first : first + _AT_ONCE]).delete()


def _rows(document: SourceDocument, chunks: Sequence[SourceChunk]) -> Iterator[IndexRow]:
    carried = marks.carried(KIND, document.status, document.project_id)
    for place, chunk in enumerate(chunks):
        around = [*chunks[max(0, place - REACH) : place], *chunks[place + 1 : place + 1 + REACH]]
        context = "\n".join(other.content for other in around)
        made = IndexRow(kind=KIND, record_id=chunk.pk, text=chunk.content, context=context, marks=carried)
        made.lead = _lead(document, chunk)
        yield made


def _lead(document: SourceDocument, chunk: SourceChunk) -> str:
    return "\n".join(part for part in (document.title, chunk.heading_path) if part)


def _same(made: IndexRow, held: IndexRow | None) -> bool:
    return held is not None and all(
        getattr(held, name) == getattr(made, name) for name in ("lead", "text", "context", "marks")
    )
