"""Where a record came from, as a person reads it: the exchange with the extracted words marked, the chunk, the link.

Finding the words is a guess by overlap (the record keeps no character span); it is shown as a mark, never as a claim.
"""

import re
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
from memories.models import Interaction, SourceChunk
from memories.queries import records
from memories.text import overlap, tokens

#: Sentences shown before and after the marked one.
AROUND = 3
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?!\s)[^.!?\n]*)*(?:[.!?]+(?=\s|$)|\n+|$)")


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
    sentences = [piece for piece in _SENTENCE.findall(text) if piece]
    if not sentences:
        return SafeString("")
    words = set(tokens(wanted))
    scores = [overlap(words, set(tokens(piece))) for piece in sentences]
    best = max(range(len(sentences)), key=scores.__getitem__)
    first = max(0, best - AROUND)
    before, after = "".join(sentences[first:best]), "".join(sentences[best + 1 : best + 1 + AROUND])
    hit = format_html("<mark>{}</mark>", sentences[best]) if scores[best] > 0 else sentences[best]
    return format_html("{}{}{}", before, hit, after)


def of_interaction(row: Interaction, wanted: str) -> Source:
    """Return a captured exchange as a source."""
    return Source(
        label="Interaction",
        url=reverse("interaction", args=[row.pk]),
        excerpt=marked(row.response or row.prompt, wanted),
        said_by=row.client,
        at=row.created_at,
        session=row.session_id,
    )


def of_chunk(row: SourceChunk, wanted: str) -> Source:
    """Return a piece of a document as a source."""
    label = f"{row.document}, {row.heading_path}" if row.heading_path else str(row.document)
    return Source(
        label=label, url=f"/documents/{row.document_id}/#chunk-{row.chunk_index}", excerpt=marked(row.content, wanted)
    )


def of_refs(refs: Sequence[str], wanted: str, actor: Actor) -> list[Source]:
    """Return what `source_refs` name, as far as the actor may see it; a broken reference says so."""
    return [_of_ref(ref, wanted, actor) for ref in refs[:10]]


def _of_ref(ref: str, wanted: str, actor: Actor) -> Source:
    word, _, rest = ref.partition(":")
    if word in ("http", "https"):
        return Source(label=ref, url=ref)
    if word == "doc":
        return Source(label=f"Document {rest}")
    try:
        wanted_id = UUID(rest)
    except ValueError:
        return Source(label=f"{ref} (not readable)")
    return _of_row(word, wanted_id, wanted, actor) or Source(label=f"{word} {rest} is gone, or you may not see it")


def _of_row(word: str, wanted_id: UUID, wanted: str, actor: Actor) -> Source | None:
    if word == "interaction":
        found = permissions.for_principal(Interaction.objects.filter(pk=wanted_id), actor).first()
        return of_interaction(found, wanted) if found else None
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
