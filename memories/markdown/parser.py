"""The one configuration of the Markdown parser, and how its lines map to characters."""

import re
from bisect import bisect_right
from functools import cache, cached_property

from markdown_it import MarkdownIt
from markdown_it.token import Token

#: What ends a line for the parser; the places of characters are counted by the same.
LINE_END = re.compile(r"\r\n|\r|\n")


@cache
def parser() -> MarkdownIt:
    """Return the parser: CommonMark with tables. Deeper than 20 levels it reads nothing, whatever is nested."""
    return MarkdownIt("commonmark").enable("table")


@cache
def _outline_parser() -> MarkdownIt:
    made = MarkdownIt("commonmark").enable("table")
    made.core.ruler.enableOnly(["normalize", "block"])
    return made


def outline(text: str) -> list[Token]:
    """Return the blocks of a text without reading what stands inside its lines."""
    return _outline_parser().parse(text)


def plain(markup: str) -> str:
    """Return the words of one line of markup (a heading), without its marks."""
    words: list[str] = []
    for token in parser().parseInline(markup):
        for child in token.children or ():
            words.append(" " if child.type == "softbreak" else child.content if child.type != "html_inline" else "")
    return " ".join("".join(words).split())


class Lines:
    """Where the lines of a text begin. Lines are counted from 0, as the parser does."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in LINE_END.finditer(self._text))]

    def start(self, line: int) -> int:
        """Return the place of a line's first character; past the last line, the end of the text."""
        return self._starts[line] if line < len(self._starts) else len(self._text)

    def of(self, place: int) -> int:
        """Return the line in which a character stands."""
        return bisect_right(self._starts, place) - 1

    def __len__(self) -> int:
        return len(self._starts)
