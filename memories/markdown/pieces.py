"""Cuts Markdown into pieces along its headings.

The rule: a piece belongs to one heading and is a run of whole blocks, about TARGET characters long and MOST at most. A
list or quotation that is longer is taken apart into its items, a longer paragraph at the ends of its sentences (else
between words). A code block or a table is never cut while it has SOLID characters or fewer, and then may be longer than
MOST; beyond that it is cut between its lines. Every piece is `text[start:end]`, and what lies between two pieces is a
heading or white space. A heading under which nothing stands, and no further heading, is a piece of itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from memories.markdown.parser import Lines, outline, plain

TARGET = 800
MOST = 1_600
SOLID = 6_400
#: A piece with this many characters takes no further block that would make it longer than TARGET.
ENOUGH = TARGET // 2
#: A last piece of a section shorter than this goes with the one before it.
CRUMB = TARGET // 4

_SOLID = frozenset({"fence", "code_block", "table_open"})
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s)|\n")
_TITLE = 200
_PATH = 1_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text.

    Attributes:
        heading_path: the headings above it, the outermost first ("A > B").
        start, end: its place; `text[start:end]` is its content.
        line_start, line_end: its first and last line, counted from 1.
    """

    heading_path: str
    start: int
    end: int
    line_start: int
    line_end: int


@dataclass(frozen=True, slots=True)
class _Block:
    token: Token
    inner: Sequence[Token]


@dataclass(slots=True)
class _Section:
    """What stands under one heading, and where that heading itself stands (None before the first)."""

    path: tuple[str, ...]
    heading: tuple[int, int] | None
    blocks: list[_Block]
    start: int
    end: int


Span = tuple[int, int]


def cut(text: str, begin: int = 0) -> list[Piece]:
    """Return the pieces of a text in order.

    Args:
        text: Markdown.
        begin: where the text proper begins (behind its front matter).
    """
    return _Cutter(text, begin).pieces()


class _Cutter:
    def __init__(self, text: str, begin: int) -> None:
        self._text = text
        self._lines = Lines(text)
        self._first = self._lines.of(begin)
        self._tokens = outline(text[begin:])

    def pieces(self) -> list[Piece]:
        found: list[Piece] = []
        sections = list(self._sections())
        for place, section in enumerate(sections):
            spans = pack(list(self._spans(section)))
            parent = place + 1 < len(sections) and len(sections[place + 1].path) > len(section.path)
            if not spans and section.heading and not parent:
                spans = [section.heading]
            found += [self._piece(section.path, span) for span in spans]
        return found

    def _piece(self, path: tuple[str, ...], span: Span) -> Piece:
        start, end = span
        lines = self._lines
        return Piece(" > ".join(path)[:_PATH], start, end, lines.of(start) + 1, lines.of(end - 1) + 1)

    def _at(self, line: int) -> int:
        return self._lines.start(self._first + line)

    def _sections(self) -> Iterator[_Section]:
        levels: list[tuple[int, str]] = []
        section = _Section((), None, [], self._at(0), len(self._text))
        for block in blocks_of(self._tokens):
            first, last = block.token.map or (0, 0)
            if block.token.type != "heading_open":
                section.blocks.append(block)
                continue
            section.end = self._at(first)
            yield section
            rank = int(block.token.tag[1])
            levels = [level for level in levels if level[0] < rank] + [(rank, _title(block))]
            place = self._trimmed(self._at(first), self._at(last))
            section = _Section(tuple(title for _, title in levels), place, [], self._at(last), len(self._text))
        yield section

    def _spans(self, section: _Section) -> Iterator[Span]:
        """Yield the spans of a section's blocks; a block reaches to the next one, so that nothing is lost between."""
        starts = [self._at((block.token.map or [0])[0]) for block in section.blocks]
        edges = [section.start, *starts[1:], section.end] if starts else [section.start, section.end]
        for place in range(len(edges) - 1):
            block = section.blocks[place] if starts else None
            yield from self._units(block, edges[place], edges[place + 1])

    def _units(self, block: _Block | None, start: int, end: int) -> Iterator[Span]:
        start, end = self._trimmed(start, end)
        if start >= end:
            return
        if end - start <= MOST or (block and block.token.type in _SOLID and end - start <= SOLID):
            yield start, end
        elif block and block.token.type in _SOLID:
            yield from self._by_lines(start, end)
        elif block and (inner := [one for one in blocks_of(block.inner) if one.token.map]):
            yield from self._inside(inner, start, end)
        else:
            yield from self._prose(start, end)

    def _inside(self, inner: list[_Block], start: int, end: int) -> Iterator[Span]:
        # A first child that begins in its parent's first line takes that line's mark with it.
        starts = [max(start, self._at((one.token.map or [0])[0])) for one in inner]
        edges = [start, *starts[1:], end]
        for place, block in enumerate(inner):
            yield from self._units(block, edges[place], edges[place + 1])

    def _by_lines(self, start: int, end: int) -> Iterator[Span]:
        begin = start
        for line in range(self._lines.of(start) + 1, self._lines.of(end - 1) + 2):
            upto = min(self._lines.start(line), end)
            if upto - begin > MOST:
                last = self._lines.start(line - 1)
                if last > begin:
                    yield self._trimmed(begin, last)
                    begin = last
                if upto - begin > MOST:
                    yield from self._prose(begin, upto)
                    begin = upto
        if begin < end:
            yield self._trimmed(begin, end)

    def _prose(self, start: int, end: int) -> Iterator[Span]:
        while end - start > MOST:
            upto = self._cut_in(start)
            yield self._trimmed(start, upto)
            start = self._trimmed(upto, end)[0]
        if start < end:
            yield start, end

    def _cut_in(self, start: int) -> int:
        """Return where a long run of words is best cut: behind a sentence, else between words, else where it must."""
        ends = [found.end() for found in _SENTENCE_END.finditer(self._text, start + ENOUGH, start + MOST)]
        near = [place for place in ends if place <= start + TARGET * 5 // 4]
        if near or ends:
            return near[-1] if near else ends[0]
        blank = max(self._text.rfind(mark, start + ENOUGH, start + MOST) for mark in " \t\n")
        return blank if blank > 0 else start + MOST

    def _trimmed(self, start: int, end: int) -> Span:
        """Return a span without empty lines before it and white space behind; the first line keeps its indent."""
        text = self._text
        while end > start and text[end - 1].isspace():
            end -= 1
        place = start
        while place < end and text[place].isspace():
            if text[place] in "\r\n":
                start = place + 1
            place += 1
        return start, end


def blocks_of(tokens: Sequence[Token]) -> Iterator[_Block]:
    """Yield the outermost blocks of some tokens, each with the tokens inside it."""
    place = 0
    while place < len(tokens):
        token, upto = tokens[place], place
        if token.nesting == 1:
            upto = _close(tokens, place)
        if token.map is not None and token.type != "inline":
            yield _Block(token, tokens[place + 1 : upto])
        place = upto + 1


def _close(tokens: Sequence[Token], opened: int) -> int:
    level = tokens[opened].level
    rest = range(opened + 1, len(tokens))
    return next((at for at in rest if tokens[at].nesting == -1 and tokens[at].level == level), len(tokens) - 1)


def _title(block: _Block) -> str:
    return plain(block.inner[0].content[: 2 * _TITLE])[:_TITLE] if block.inner else ""


def pack(spans: Sequence[Span]) -> list[Span]:
    """Return runs of spans, each about TARGET characters long and MOST at most (where no single one is longer)."""
    packed: list[Span] = []
    for start, end in spans:
        if packed:
            first, last = packed[-1]
            whole = end - first
            if whole <= TARGET or (last - first < ENOUGH and whole <= MOST):
                packed[-1] = (first, end)
                continue
        packed.append((start, end))
    if len(packed) > 1 and packed[-1][1] - packed[-1][0] < CRUMB and packed[-1][1] - packed[-2][0] <= MOST:
        packed[-2:] = [(packed[-2][0], packed[-1][1])]
    return packed
