"""The page of a document: its text as it reads, in pieces, each with what was taken from it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe
from markdown_it.token import Token

from memories import permissions
from memories.actors import Actor
from memories.ids import as_uuid
from memories.markdown import render
from memories.markdown.reading import front_matter
from memories.models import Memory, SourceChunk, SourceDocument, SourceText
from memories.queries import records

#: Pieces on one page of a long document.
SIZE = 200
#: Memories named on it, and pieces that are no longer in the text.
MOST = 200


@dataclass
class Part:
    """What stands between two pieces' ends: blocks of text and the pieces that begin in them.

    Attributes:
        chunks: the pieces, in order; the first gives the part its place on the page.
        html: the text as safe HTML; empty where the text is not kept.
        memories: what was taken from these pieces.
        hit: whether the address names one of them.
    """

    chunks: list[SourceChunk]
    html: SafeString | str = ""
    memories: list[Memory] = field(default_factory=list)
    hit: bool = False


def page_of(row: SourceDocument, actor: Actor, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the page shows of a document's text.

    Args:
        row: the document.
        actor: who looks.
        asked: the address's parameters: `chunk` names a piece to be shown, `from` the first piece of a page.
    """
    seen = permissions.for_principal(SourceChunk.objects.filter(document=row), actor)
    chunks = list(seen.filter(removed_at__isnull=True).order_by("chunk_index"))
    wanted = as_uuid(asked.get("chunk", ""))
    first = _first(chunks, wanted, asked.get("from", ""))
    shown = chunks[first : first + SIZE]
    text = (
        permissions.for_principal(SourceText.objects.filter(document=row), actor).values_list("text", flat=True).first()
    )
    parts = _rendered(row, actor, text, chunks, first) if text else [Part([chunk]) for chunk in shown]
    gone = _gone(seen, actor, wanted)
    _fill([*parts, *gone], actor, wanted)
    return {
        "parts": parts,
        "gone": gone,
        "pieces": len(chunks),
        "first": first,
        "last": first + len(shown),
        "earlier": max(0, first - SIZE) if first else None,
        "later": first + SIZE if first + SIZE < len(chunks) else None,
    }


def _first(chunks: Sequence[SourceChunk], wanted: UUID | None, start: str) -> int:
    """Return the place of the first piece of the page that is asked for."""
    place = next((number for number, chunk in enumerate(chunks) if chunk.pk == wanted), None)
    if place is None:
        place = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 0
    return place // SIZE * SIZE if place < len(chunks) else 0


def _rendered(row: SourceDocument, actor: Actor, text: str, chunks: Sequence[SourceChunk], first: int) -> list[Part]:
    begin = front_matter(text).end if first == 0 else chunks[first - 1].span_end or 0
    last = first + SIZE >= len(chunks)
    end = len(text) if last else chunks[first + SIZE - 1].span_end or len(text)
    groups = list(_grouped(render.blocks(text, begin, end), chunks[first : first + SIZE]))
    pages = _pages(row, actor, [token for _, tokens in groups for token in tokens])
    parts = []
    for held, tokens in groups:
        render.name_headings(tokens)
        made = render.html(tokens, row.file_path, lambda path: pages.get(path, ""))
        parts.append(Part(held, mark_safe(made)))  # noqa: S308 - nh3 cleaned it: tags, attributes and links of a short list
    return parts


def _grouped(
    blocks: Iterator[tuple[int, list[Token]]], chunks: Sequence[SourceChunk]
) -> Iterator[tuple[list[SourceChunk], list[Token]]]:
    """Yield the blocks of one piece (headings go to the one below them), with the pieces that begin in them."""
    ends = [chunk.span_end or 0 for chunk in chunks]
    place, tokens = 0, list[Token]()
    for start, block in blocks:
        upto = place
        while upto < len(chunks) and ends[upto] <= start:
            upto += 1
        if upto > place:
            yield list(chunks[place:upto]), tokens
            place, tokens = upto, []
        tokens += block
    held = list(chunks[place:])
    if held or tokens:
        yield held, tokens


def _pages(row: SourceDocument, actor: Actor, tokens: Sequence[Token]) -> dict[str, str]:
    """Return the addresses of the documents that some blocks link to, by path; one query for all."""
    paths = list(render.targets(tokens, row.file_path))[:500]
    if not paths:
        return {}
    there = records.visible("document", actor).filter(
        project=row.project_id, file_path__in=paths, removed_at__isnull=True
    )
    return {path: f"/documents/{pk}/" for path, pk in there.values_list("file_path", "pk")}


def _gone(seen: Any, actor: Actor, wanted: UUID | None) -> list[Part]:
    """Return the pieces that are no longer in the text but that something points at, or that the address names."""
    lost = seen.filter(removed_at__isnull=False)
    named = permissions.for_principal(Memory.objects.filter(source_chunk__in=lost), actor)
    ids = set(named.values_list("source_chunk", flat=True)[:MOST])
    kept = lost.filter(pk__in=ids | ({wanted} if wanted else set())).order_by("-removed_at", "chunk_index")
    return [Part([chunk]) for chunk in kept]


def _fill(parts: Sequence[Part], actor: Actor, wanted: UUID | None) -> None:
    """Give each part the memories that came from it, newest first."""
    ids = [chunk.pk for part in parts for chunk in part.chunks]
    found = permissions.for_principal(Memory.objects.filter(source_chunk__in=ids), actor).order_by("-pk")[:MOST]
    taken: dict[UUID | None, list[Memory]] = defaultdict(list)
    for memory in found:
        taken[memory.source_chunk_id].append(memory)
    for part in parts:
        part.memories = [memory for chunk in part.chunks for memory in taken[chunk.pk]]
        part.hit = any(chunk.pk == wanted for chunk in part.chunks)
