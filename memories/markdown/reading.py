"""A Markdown text, read: its front matter, its title, and the pieces it is cut into."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from memories.errors import FieldError, Invalid, TooLarge
from memories.files import parse_yaml
from memories.findings import InputFault
from memories.markdown.parser import LINE_END, outline, plain
from memories.markdown.pieces import Piece, cut
from memories.text import text_fault

MOST_LINES = 50_000
LONGEST_LINE = 100_000
MOST_PIECES = 10_000
#: Front matter stands in the first characters of a text, or it is none.
FRONT = 20_000
_FENCE = re.compile(r"---[ \t]*(?:\r\n|\r|\n)")
_CLOSE = re.compile(r"(?:^|(?<=[\r\n]))(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a document says of itself; empty values where it says nothing.

    Attributes:
        title: its title.
        tags: its tags, as they stand there.
        dated: its day.
        end: where the text proper begins.
    """

    title: str = ""
    tags: tuple[str, ...] = ()
    dated: date | None = None
    end: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as it was read.

    Attributes:
        title: from the front matter, else the first heading, else "".
        tags, dated: from the front matter.
        pieces: what it was cut into, in order.
    """

    title: str
    tags: tuple[str, ...]
    dated: date | None
    pieces: tuple[Piece, ...]


def read(text: str, most: int) -> Reading:
    """Read a document.

    Args:
        text: Markdown.
        most: characters taken at most.

    Raises:
        TooLarge: too many characters, lines or pieces, or a line that is too long.
        Invalid: no text that can be kept, or broken front matter.
    """
    check(text, most)
    front = front_matter(text)
    pieces = cut(text, front.end)
    if len(pieces) > MOST_PIECES:
        raise _too_large(f"At most {MOST_PIECES:,} pieces (headings and paragraphs) are taken; it has {len(pieces):,}.")
    return Reading(front.title or first_heading(text[front.end :]), front.tags, front.dated, tuple(pieces))


def check(text: str, most: int) -> None:
    """Refuse what is too large to be read in bounded time, and what is no text. Raises TooLarge, Invalid."""
    if fault := text_fault(text, most=most):
        error = FieldError("/text", fault.code, fault.detail)
        raise (TooLarge if fault.code == "too_large" else Invalid)([error])
    start = lines = 0
    for lines, found in enumerate(LINE_END.finditer(text), 1):
        _check_line(found.start() - start, lines)
        start = found.end()
    _check_line(len(text) - start, lines + 1)
    if lines > MOST_LINES:
        raise _too_large(f"At most {MOST_LINES:,} lines are taken; this has {lines:,}.")


def _check_line(length: int, number: int) -> None:
    if length > LONGEST_LINE:
        raise _too_large(f"A line may have {LONGEST_LINE:,} characters; line {number:,} has {length:,}.")


def _too_large(detail: str) -> TooLarge:
    return TooLarge([FieldError("/text", "too_large", detail)])


def front_matter(text: str) -> FrontMatter:
    """Return the front matter at the beginning of a text.

    What stands between two lines of dashes and is no mapping is text like any other. Raises Invalid where it is broken.
    """
    opened = _FENCE.match(text)
    closed = _CLOSE.search(text, opened.end(), FRONT) if opened else None
    if opened is None or closed is None:
        return FrontMatter()
    try:
        values = parse_yaml(text[opened.end() : closed.start()], "front matter", 2, aliases=False)
    except InputFault as fault:
        if fault.reason.startswith("a mapping is expected"):
            return FrontMatter()
        raise Invalid([FieldError("/text", "front_matter", str(fault))]) from None
    title, tags = _line(values, "title"), _tags(values)
    for word in (title, *tags):
        if found := text_fault(word):  # an escape in YAML can write what no text may hold
            raise Invalid([FieldError("/text", "front_matter", f"front matter: {found.detail}")])
    return FrontMatter(title, tags, _day(values.get("date")), closed.end())


def first_heading(text: str) -> str:
    """Return the words of the first heading, "" where there is none."""
    tokens = outline(text[:FRONT])
    found = (tokens[place + 1].content for place, token in enumerate(tokens) if token.type == "heading_open")
    return plain(next(found, "")[:1_000])[:500]


def _line(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return " ".join(str(value).split())[:500] if isinstance(value, str | int | float) else ""


def _tags(values: Mapping[str, Any]) -> tuple[str, ...]:
    given = values.get("tags", values.get("keywords"))
    words = given.split(",") if isinstance(given, str) else given if isinstance(given, list) else []
    found = (" ".join(str(word).split()) for word in words if isinstance(word, str | int | float))
    return tuple(dict.fromkeys(word for word in found if word))


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip()[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
