"""Where a record came from, as a person reads it: the exchange with the extracted words marked, the chunk, the link.

What an extractor found is marked where it found it. Elsewhere finding the words is a guess by overlap; it is shown as a
mark, never as a claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from memories import permissions
from memories.actors import Actor
from memories.kinds import Row, kinds
from memories.models import Finding, Interaction, SourceChunk
from memories.queries import records
from memories.search import chunks
from memories.text import overlap, sentences, tokens

#: Sentences shown before and after the marked one.
AROUND = 3
#: Characters looked at for them.
_FAR = 4_000


@dataclass(frozen=True)
class Source:
    """One source of a record; empty values are not shown."""

    label: str
    url: str = ""
    excerpt: SafeString | str = ""
    said_by: str = ""
    at: datetime | None = None
    session: str = ""


def marked(text: str, wanted: str) -> SafeString:
    """Return the part of a text around the words most like `wanted`, those words marked."""
    pieces = sentences(text)
    if not pieces:
        return SafeString("")
    words = set(tokens(wanted))
    scores = [overlap(words, set(tokens(piece))) for piece in pieces]
    best = max(range(len(pieces)), key=scores.__getitem__)
    first = max(0, best - AROUND)
    before, after = "".join(pieces[first:best]), "".join(pieces[best + 1 : best + 1 + AROUND])
    hit = format_html("<mark>{}</mark>", pieces[best]) if scores[best] > 0 else pieces[best]
    return format_html("{}{}{}", before, hit, after)


def marked_at(text: str, start: int, end: int) -> SafeString:
    """Return the part of a text around a place, the place marked."""
    before = sentences(text[max(0, start - _FAR) : start])[-AROUND - 1 :]
    after = sentences(text[end : end + _FAR])[: AROUND + 1]
    return format_html("{}<mark>{}</mark>{}", "".join(before), text[start:end], "".join(after))


def of_interaction(row: Interaction, wanted: str, places: Sequence[Finding] = ()) -> Source:
    """Return a captured exchange as a source.

    Args:
        row: the exchange.
        wanted: the record's own words.
        places: where the record was found; those in other exchanges are passed over.
    """
    place = next((found for found in places if found.interaction_id == row.pk), None)
    url = reverse("interaction", args=[row.pk])
    return Source(
        label="Interaction",
        url=f"{url}#found-{place.pk}" if place else url,
        excerpt=marked_at(getattr(row, place.place), place.start, place.end)
        if place
        else marked(row.response or row.prompt, wanted),
        said_by=row.client,
        at=row.created_at,
        session=row.session_id,
    )


def of_chunk(row: SourceChunk, wanted: str) -> Source:
    """Return a piece of a document as a source."""
    label = f"{row.document}, {row.heading_path}" if row.heading_path else str(row.document)
    return Source(label=label, url=chunks.address(row.pk, row.document_id), excerpt=marked(row.content, wanted))


def of_refs(refs: Sequence[str], wanted: str, actor: Actor, places: Sequence[Finding] = ()) -> list[Source]:
    """Return what `source_refs` name, as far as the actor may see it; a broken reference says so."""
    return [_of_ref(ref, wanted, actor, places) for ref in refs[:10]]


def _of_ref(ref: str, wanted: str, actor: Actor, places: Sequence[Finding]) -> Source:
    word, _, rest = ref.partition(":")
    if word in ("http", "https"):
        return Source(label=ref, url=ref)
    if word == "doc":
        return Source(label=f"Document {rest}")
    try:
        wanted_id = UUID(rest)
    except ValueError:
        return Source(label=f"{ref} (not readable)")
    found = _of_row(word, wanted_id, wanted, actor, places)
    return found or Source(label=f"{word} {rest} is gone, or you may not see it")


def _of_row(word: str, wanted_id: UUID, wanted: str, actor: Actor, places: Sequence[Finding]) -> Source | None:
    if word == "interaction":
        found = permissions.for_principal(Interaction.objects.filter(pk=wanted_id), actor).first()
        return of_interaction(found, wanted, places) if found else None
    if word == "chunk":
        chunk = permissions.for_principal(
            SourceChunk.objects.select_related("document").filter(pk=wanted_id), actor
        ).first()
        return of_chunk(chunk, wanted) if chunk else None
    if word not in kinds:
        return None
    kind = kinds.named(word)
    row: Row = records.visible(word, actor).filter(pk=wanted_id).first()
    return (
        Source(
            label=kind.name.capitalize(),
            url=kind.url(row.pk),
            excerpt=kind.title(row),
            said_by=row.created_by,
            at=row.created_at,
        )
        if row
        else None
    )
