"""What tells an answer from what merely shares words: thirteen features of a pool's rows. Pure.

The fitted order (memories.search.fitted) is a weighted sum of these. A feature is a number of about 0 to 1.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from memories.search import words
from memories.search.ranked import Scored

NAMES = (
    "score",  # BM25, 1 for the best of the pool
    "cover",  # share of the question's words that it holds itself, rare ones counting more
    "beside",  # the same of words that only its neighbours hold
    "named",  # share of the question's names that it holds
    "asks",  # it is a question itself
    "length",  # its words, 1 from twenty on
    "meaning",  # likeness in meaning
    "pairs",  # share of the question's pairs of neighbouring words
    "when",  # the question asks for a time, and it holds one
    "before",  # score of what was said just before it
    "before_2",  # and before that
    "after",  # score of what was said just after it
    "after_2",  # and after that
)
#: Characters of a row that are read: a memory may be twenty thousand long.
_READ = 2_000
_LONG = 20
_TIMES = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december today yesterday tomorrow week weeks month months year years morning evening night weekend
    ago spring summer autumn winter
    """.split()  # noqa: SIM905 - a list of words reads best as words
)


class Place(NamedTuple):
    """Where a row stands in a conversation: a key of the conversation, and its position there."""

    thread: tuple[object, ...]
    position: int


@dataclass(frozen=True)
class Question:
    """A question taken apart.

    Attributes:
        text: as asked.
        words: words that are looked up.
        stems: their stems.
        names: words that look like names, folded.
    """

    text: str
    words: tuple[str, ...]
    stems: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Question":
        """Take a question apart."""
        found = words.sought(text)
        return cls(text, tuple(found), frozenset(map(words.stem, found)), frozenset(words.names(text)))

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Its pairs of neighbouring words."""
        return frozenset(pairwise(words.stems(self.text[:_READ])))

    @cached_property
    def for_a_time(self) -> bool:
        """Whether it asks for a time."""
        folded = self.text.casefold()
        return any(word in folded for word in ("when", "what date", "how long"))


class _Read(NamedTuple):
    runs: Sequence[str]
    stems: list[str]
    own: frozenset[str]
    beside: frozenset[str]


def _read(row: Scored) -> _Read:
    runs = words.runs(f"{row.lead} {row.text[:_READ]}")
    stems = [words.stem(run) for run in runs]
    return _Read(runs, stems, frozenset(stems), frozenset(words.stems(row.context[:_READ])))


def vectors(
    asked: Question, rows: Sequence[Scored], meanings: Sequence[float], places: Mapping[UUID, Place]
) -> list[list[float]]:
    """Return the features of each row, in the order of NAMES.

    Args:
        asked: the question.
        rows: a pool, best first.
        meanings: likeness in meaning of each; empty where it was not compared.
        places: where rows stand in conversations, by record id.
    """
    read = [_read(row) for row in rows]
    weights = _weights(asked, read)
    top = max((row.score for row in rows), default=0.0) or 1.0
    scores = {places[row.record_id]: row.score / top for row in rows if row.record_id in places}
    made = []
    for number, (row, seen) in enumerate(zip(rows, read, strict=True)):
        around = _around(places.get(row.record_id), scores)
        likeness = meanings[number] if meanings else 0.0
        made.append([row.score / top, *_of_words(asked, row, seen, weights, likeness), *around])
    return made


def _weights(asked: Question, read: Sequence[_Read]) -> dict[str, float]:
    """Return how much each word of the question says, the rarer in the pool the more; 1 in all."""
    held = Counter(stem for seen in read for stem in seen.own & asked.stems)
    raw = {stem: math.log((len(read) + 1) / (held[stem] + 0.5)) for stem in asked.stems}
    total = sum(raw.values()) or 1.0
    return {stem: value / total for stem, value in raw.items()}


def _of_words(
    asked: Question, row: Scored, seen: _Read, weights: Mapping[str, float], likeness: float
) -> tuple[float, ...]:
    named = asked.names & set(seen.runs)
    return (
        sum(weights[stem] for stem in asked.stems & seen.own),
        sum(weights[stem] for stem in (asked.stems & seen.beside) - seen.own),
        len(named) / len(asked.names) if asked.names else 0.0,
        float(row.text.rstrip().endswith("?")),
        min(len(seen.runs), _LONG) / _LONG,
        likeness,
        len(asked.pairs & set(pairwise(seen.stems))) / max(1, len(asked.pairs)),
        float(asked.for_a_time and _tells_a_time(seen.runs)),
    )


def _tells_a_time(runs: Sequence[str]) -> bool:
    return any(run in _TIMES or run[0].isdigit() for run in runs)


def _around(place: Place | None, scores: Mapping[Place, float]) -> list[float]:
    if place is None:
        return [0.0] * 4
    return [scores.get(Place(place.thread, place.position + step), 0.0) for step in (-1, -2, 1, 2)]
