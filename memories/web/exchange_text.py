"""The texts of an exchange as HTML: spans marked and numbered, references of a pack led to their records.

Whatever a client sent is text: nothing of it becomes markup.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from memories import permissions
from memories.actors import Actor
from memories.kinds import kinds
from memories.models import SourceChunk
from memories.search import chunks
from memories.web.learnt import Line

_REF = re.compile(r"\b(?P<word>[a-z]+):(?P<id>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\b")
#: Lines and characters of a pack that a page shows.
_MOST_LINES, _MOST_CHARACTERS = 400, 60_000


class Pack(NamedTuple):
    """A context pack as a page shows it; `cut` where it is longer."""

    lines: list[SafeString]
    cut: bool


def marked(text: str, place: str, lines: Sequence[Line]) -> SafeString:
    """Return a text with what was learnt from it marked; each mark leads to its line."""
    return format_html_join("", "{}", ((piece,) for piece in _pieces(text, place, lines)))


def _pieces(text: str, place: str, lines: Sequence[Line]) -> Iterator[str | SafeString]:
    at = 0
    for line in lines:
        found = line.finding
        if found is None or found.place != place or found.start < at or found.end > len(text):
            continue
        yield text[at : found.start]
        yield format_html(
            '<mark id="found-{}">{}</mark><sup><a href="#learnt-{}" aria-label="Learnt: number {}">{}</a></sup>',
            found.pk,
            text[found.start : found.end],
            line.number,
            line.number,
            line.number,
        )
        at = found.end
    yield text[at:]


def pack(value: Any, actor: Actor) -> Pack:
    """Return a context pack line by line, its references as links."""
    text = _text_of(value)
    lines = text[:_MOST_CHARACTERS].splitlines()
    cut = len(text) > _MOST_CHARACTERS or len(lines) > _MOST_LINES
    places = _places(text[:_MOST_CHARACTERS], actor)
    return Pack([_linked(line, places) for line in lines[:_MOST_LINES]], cut)


def linked(text: str, actor: Actor) -> SafeString:
    """Return the whole text of a pack, its references as links."""
    places = _places(text, actor)
    return format_html_join("\n", "{}", ((_linked(line, places),) for line in text.splitlines()))


def _text_of(value: Any) -> str:
    if not value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and isinstance(value.get("text"), str):
        return str(value["text"])
    return json.dumps(value, ensure_ascii=False, indent=2)


def _places(text: str, actor: Actor) -> dict[UUID, str]:
    """Return the addresses of the chunks that a text names, as far as the actor may see them."""
    named = {UUID(ref["id"]) for ref in _REF.finditer(text) if ref["word"] == chunks.KIND}
    seen = permissions.for_principal(SourceChunk.objects.filter(pk__in=named), actor) if named else ()
    return {chunk.pk: chunks.address(chunk.pk, chunk.document_id) for chunk in seen}


def _linked(line: str, places: Mapping[UUID, str]) -> SafeString:
    made: list[str | SafeString] = []
    at = 0
    for ref in _REF.finditer(line):
        url = _address(ref["word"], UUID(ref["id"]), places)
        if url:
            made += [line[at : ref.start()], format_html('<a href="{}">{}</a>', url, ref[0])]
            at = ref.end()
    return format_html_join("", "{}", ((piece,) for piece in [*made, line[at:]]))


def _address(word: str, record_id: UUID, places: Mapping[UUID, str]) -> str:
    if word == chunks.KIND:
        return places.get(record_id, "")
    if word == "interaction":
        return f"/interactions/{record_id}/"
    return kinds.named(word).url(record_id) if word in kinds else ""
