"""The chunks of a document, brought in line with its text inside the transaction of the verb that took it in."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import F
from django.utils.dateparse import parse_datetime

from memories.kinds import Change
from memories.markdown.folder import digest
from memories.markdown.pieces import Piece
from memories.models import SourceChunk, SourceDocument, SourceText
from memories.search import chunks as index
from memories.services import upkeep
from memories.services._write import Batch

#: Added to the places of chunks that move, so that no two stand at one place meanwhile.
_ASIDE = 1_000_000
_PLACE = ("chunk_index", "heading_path", "span_start", "span_end", "line_start", "line_end", "removed_at")


def write(document: SourceDocument, text: str, cut: Sequence[Piece], at: datetime) -> None:
    """Store a document's text and bring its chunks in line with the pieces it was cut into.

    A chunk is the same where its content is: under the same heading first, then wherever it stands; one that was
    removed comes back as itself. What is left over is marked removed and kept.
    """
    whole = [SourceText(document=document, text=text)]
    SourceText.objects.bulk_create(whole, update_conflicts=True, unique_fields=["document"], update_fields=["text"])
    made = [_chunk(document, place, text, piece, at) for place, piece in enumerate(cut)]
    new_here = document.version == 1  # then it has none yet: every later text counts the version up
    held = [] if new_here else list(SourceChunk.objects.filter(document=document).order_by("chunk_index", "pk"))
    new = _adopt(made, held)
    kept = {chunk.pk for chunk in made}
    _retire(document, [chunk for chunk in held if chunk.pk not in kept and chunk.removed_at is None], at)
    _move([chunk for chunk in made if chunk.pk not in new], held)
    SourceChunk.objects.bulk_create([chunk for chunk in made if chunk.pk in new], batch_size=500)


def remove(document: SourceDocument, at: datetime) -> None:
    """Mark all chunks of a document removed."""
    document.chunks.filter(removed_at__isnull=True).update(removed_at=at)


def follow(change: Change) -> None:
    """Keep the chunks of a document, and their index rows, in step with each change of it (a hook of its kind)."""
    if change.action == "undo" and change.before.get("removed_at") and change.row.removed_at is None:
        removed = parse_datetime(change.before["removed_at"])
        SourceChunk.objects.filter(document=change.row, removed_at=removed).update(removed_at=None)
    if change.action != "annotate":
        change.batch.at_close("chunks of documents", _Refresh).documents[change.row.pk] = change.row


class _Refresh:
    """Renews the index rows of the documents that a batch changed, once everything is written."""

    def __init__(self) -> None:
        self.documents: dict[object, SourceDocument] = {}

    def __call__(self, batch: Batch) -> None:
        # `fresh`: a decision that was refused inside a batch left its row as it was.
        if written := sum(index.refresh(document.fresh()) for document in self.documents.values()):
            upkeep.grown(written)  # a document is one audit row, and hundreds of rows of the index


def _chunk(document: SourceDocument, place: int, text: str, piece: Piece, at: datetime) -> SourceChunk:
    content = text[piece.start : piece.end]
    return SourceChunk(
        document=document,
        chunk_index=place,
        content=content,
        content_hash=digest(content),
        heading_path=piece.heading_path,
        char_count=len(content),
        span_start=piece.start,
        span_end=piece.end,
        line_start=piece.line_start,
        line_end=piece.line_end,
        created_at=at,
    )


def _adopt(made: Sequence[SourceChunk], held: Sequence[SourceChunk]) -> set[object]:
    """Give each new chunk the id of the held one that it is; return the ids of those that are none of them."""
    # Live ones first, then those removed last.
    ready = sorted(held, key=lambda chunk: (chunk.removed_at is not None, -_age(chunk), chunk.chunk_index))
    left = {chunk.pk: chunk for chunk in ready}
    fresh = list(made)
    for key in (_under_heading, _by_content):
        known: dict[object, list[SourceChunk]] = defaultdict(list)
        for chunk in left.values():
            known[key(chunk)].append(chunk)
        remaining = []
        for chunk in fresh:
            if same := known[key(chunk)]:
                found = same.pop(0)
                chunk.pk, chunk.created_at = found.pk, found.created_at
                chunk.metadata = found.metadata
                del left[found.pk]
            else:
                remaining.append(chunk)
        fresh = remaining
    return {chunk.pk for chunk in fresh}


def _age(chunk: SourceChunk) -> float:
    return chunk.removed_at.timestamp() if chunk.removed_at else 0.0


def _under_heading(chunk: SourceChunk) -> object:
    return chunk.heading_path, chunk.content_hash


def _by_content(chunk: SourceChunk) -> object:
    return chunk.content_hash


def _retire(document: SourceDocument, gone: Sequence[SourceChunk], at: datetime) -> None:
    if gone:
        SourceChunk.objects.filter(document=document, pk__in=[chunk.pk for chunk in gone]).update(removed_at=at)


def _move(kept: Sequence[SourceChunk], held: Sequence[SourceChunk]) -> None:
    """Write where the kept chunks stand now. Two steps, because a place may be taken by one that moves later."""
    before = {chunk.pk: chunk for chunk in held}
    moved = [chunk for chunk in kept if _places(chunk) != _places(before[chunk.pk])]
    if any(before[chunk.pk].chunk_index != chunk.chunk_index for chunk in moved):
        ids = [chunk.pk for chunk in moved if before[chunk.pk].removed_at is None]
        for first in range(0, len(ids), 500):
            some = SourceChunk.objects.filter(pk__in=ids[first : first + 500])
            some.update(chunk_index=F("chunk_index") + _ASIDE)
    if moved:
        SourceChunk.objects.bulk_update(moved, _PLACE, batch_size=100)


def _places(chunk: SourceChunk) -> tuple[object, ...]:
    return tuple(getattr(chunk, name) for name in _PLACE)
