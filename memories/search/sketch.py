"""Near-duplicate sketches: MinHash bands that two alike texts share (Broder 1997; banding: Leskovec et al., ch. 3).

A record carries eight marks in the index. Two texts of Jaccard similarity s share at least one with probability
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


def _constants() -> list[tuple[int, int]]:
    made = []
    for number in range(BANDS * ROWS):
        digest = hashlib.sha256(f"atocore sketch {number}".encode()).digest()
        made.append((int.from_bytes(digest[:7], "big") | 1, int.from_bytes(digest[7:14], "big")))
    return made


_HASHES = _constants()


@lru_cache(maxsize=50_000)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=7).digest(), "big")


def word_set(text: str) -> set[str]:
    """Return the distinct words of a text."""
    return set(tokens(text))


def marks(words: Iterable[str], place: str = "") -> list[str]:
    """Return the eight sketch marks of a word set; none for an empty one.

    Args:
        words: the set.
        place: where likeness counts (kind and project). It goes into the marks, so that a look-up needs no second,
            frequent mark beside them: on PostgreSQL that one made the look-up grow with the number of records.
    """
    hashed = [_word_hash(word) for word in words]
    if not hashed:
        return []
    least = [min((a * value + b) % _PRIME for value in hashed) for a, b in _HASHES]
    return [_band(band, least[band * ROWS : (band + 1) * ROWS], place) for band in range(BANDS)]


class Sketch(NamedTuple):
    """The words of a text and its marks."""

    words: frozenset[str]
    marks: tuple[str, ...]


@lru_cache(maxsize=256)
def of(text: str, place: str) -> Sketch:
    """Sketch a text; kept, since one write asks for its neighbours and then stores the same marks."""
    words = frozenset(tokens(text))
    return Sketch(words, tuple(marks(words, place)))


def _band(number: int, values: list[int], place: str) -> str:
    digest = hashlib.blake2b(f"{place}{values}".encode(), digest_size=6).hexdigest()
    return f"nd{number}x{digest}"
