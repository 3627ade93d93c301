"""Near-duplicate sketches: MinHash bands that two alike texts share (Broder 1997; banding: Leskovec et al., ch. 3).

A record carries eight bands in the index. Two texts of Jaccard similarity s share at least one with probability
1 - (1 - s**2)**8: 0.99 at 0.7, 0.9 at 0.5, 0.08 at 0.1. Looking them up costs the same at any number of records.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from memories.text import tokens

BANDS = 8
ROWS = 2
_PRIME = (1 << 61) - 1
_SHORT = 1_000


def _constants() -> list[tuple[int, int]]:
    made = []
    for number in range(BANDS * ROWS):
        digest = hashlib.sha256(f"atocore sketch {number}".encode()).digest()
        made.append((int.from_bytes(digest[:7], "big") | 1, int.from_bytes(digest[7:14], "big")))
    return made


_HASHES = _constants()


@lru_cache(maxsize=8_192)
def _hashes(word: str) -> tuple[int, ...]:
    value = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=7).digest(), "big")
    return tuple((a * value + b) % _PRIME for a, b in _HASHES)


def word_set(text: str) -> frozenset[str]:
    """Return the distinct words of a text. Those of short ones are kept: what comes in bursts resembles its like."""
    return _kept_words(text) if len(text) <= _SHORT else frozenset(tokens(text))


@lru_cache(maxsize=1_024)
def _kept_words(text: str) -> frozenset[str]:
    return frozenset(tokens(text))


def bands(words: Iterable[str], place: str = "") -> tuple[int, ...]:
    """Return the eight bands of a word set; none for an empty one.

    Args:
        words: the set.
        place: where likeness counts (kind and project). It goes into the bands, so that a look-up needs no second
            condition beside them.
    """
    least = [min(column) for column in zip(*map(_hashes, words), strict=True)]
    return tuple(_band(place, least[start : start + ROWS]) for start in range(0, len(least), ROWS))


class Sketch(NamedTuple):
    """The words of a text and its bands."""

    words: frozenset[str]
    bands: tuple[int, ...]


def of(text: str, place: str) -> Sketch:
    """Sketch a text; that of a short one is kept, since a write asks for its neighbours and then stores the same."""
    return _kept(text, place) if len(text) <= _SHORT else _of(text, place)


def _of(text: str, place: str) -> Sketch:
    words = word_set(text)
    return Sketch(words, bands(words, place))


#: As many as one request brings in, and more.
_kept = lru_cache(maxsize=1_024)(_of)


def _band(place: str, values: list[int]) -> int:
    return int.from_bytes(hashlib.blake2b(f"{place}{values}".encode(), digest_size=6).digest(), "big")
