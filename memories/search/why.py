"""Why a hit is in the list, in words, and the piece of it that shows so. Pure."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from memories.search import words
from memories.search.features import Question
from memories.search.ranking import Hit

#: Characters of a snippet.
MOST = 240
_RUN = re.compile(r"[^\W_]+")


class Why(NamedTuple):
    """What found a hit.

    Attributes:
        terms: words of the record itself that the question asks for, as they stand there.
        neighbours: words of the question that only what stands beside it holds.
        names: names of the question that it holds.
        meaning: likeness in meaning, 0 without the semantic extra.
    """

    terms: list[str]
    neighbours: list[str]
    names: list[str]
    meaning: float


class Piece(NamedTuple):
    """A piece of text, and whether the question asks for it."""

    text: str
    asked: bool


def why(question: Question, hit: Hit) -> Why:
    """Say what found a hit."""
    own = {words.stem(word): word for word in words.runs(f"{hit.row.lead} {hit.row.text}")}
    near = set(words.stems(hit.row.context)) if hit.row.context else set()
    terms = [own[stem] for word in question.words if (stem := words.stem(word)) in own]
    beside = [word for word in question.words if (stem := words.stem(word)) in near and stem not in own]
    return Why(list(dict.fromkeys(terms)), beside, sorted(hit.named), round(hit.meaning, 3))


def snippet(question: Question, text: str, most: int = MOST) -> list[Piece]:
    """Return the stretch of a text that holds most of the words asked for, taken apart at them."""
    asked = [match for match in _RUN.finditer(text) if words.stem(words.plain(match[0]).casefold()) in question.stems]
    start = _start(text, [match.start() for match in asked], most)
    end = min(len(text), start + most)
    pieces = list(_pieces(text, start, end, asked))
    if start:
        pieces.insert(0, Piece("… ", False))
    return [*pieces, *([Piece(" …", False)] if end < len(text) else [])]


def _start(text: str, places: Sequence[int], most: int) -> int:
    """Return where the stretch begins: at a word, a little before the densest run of places."""
    if len(text) <= most or not places:
        return 0
    densest = max(places, key=lambda place: (sum(place <= other < place + most - 40 for other in places), -place))
    begin = max(0, min(densest - 40, len(text) - most))
    space = text.find(" ", begin, densest)
    return space + 1 if begin and space >= 0 else begin


def _pieces(text: str, start: int, end: int, asked: Sequence[re.Match[str]]) -> list[Piece]:
    pieces, at = [], start
    for match in asked:
        if start <= match.start() and match.end() <= end:
            pieces += [Piece(text[at : match.start()], False), Piece(match[0], True)]
            at = match.end()
    return [piece for piece in (*pieces, Piece(text[at:end], False)) if piece.text]
