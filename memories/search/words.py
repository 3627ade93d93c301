"""The words of a question: which count, in which form they are compared, which of them are names.

Words are cut like FTS5's `unicode61 remove_diacritics 2` cuts them (runs of letters and digits, marks taken off) and
compared by their stems (Porter 1980, as FTS5's `porter`), so that what is said of a hit agrees with what found it.
"""

import re
import unicodedata
from functools import lru_cache

import Stemmer

#: Words of a question that are looked up at most: each costs its postings. A prompt may be a whole page.
MOST = 32
_STOP = """
    a about all also am an and any are as at be been before being but by can could did do does doing done for from had
    has have having he her hers him his how i if in into is it its just like may me might mine must my no not of on or
    our ours shall she should so some than that the their theirs them then there these they this those to too us very
    was we were what when where which while who whom whose why will with would you your yours
"""
STOP = frozenset(_STOP.split())

_RUN = re.compile(r"[^\W_]+")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_stemmer = Stemmer.Stemmer("porter", 0)


def plain(text: str) -> str:
    """Return a text with accents and other marks taken off its letters, case kept."""
    if text.isascii():
        return text
    return _FOREIGN.sub(_unless_a_mark, unicodedata.normalize("NFKD", text))


def _unless_a_mark(letter: re.Match[str]) -> str:
    return "" if unicodedata.combining(letter[0]) else letter[0]


# A search reads the same texts several times over: for their order, for why they were found, for the stretch shown.
@lru_cache(maxsize=512)
def runs(text: str) -> tuple[str, ...]:
    """Return the words of a text in order, folded."""
    return tuple(_RUN.findall(plain(text).casefold()))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the stem of a folded word."""
    stemmed: str = _stemmer.stemWord(word)
    return stemmed


def stems(text: str) -> list[str]:
    """Return the stems of a text's words in order."""
    return [stem(word) for word in runs(text)]


def sought(question: str, most: int = MOST) -> list[str]:
    """Return the words to look up for a question, once each, in order; stopwords only where there is nothing else.

    Of more than `most` those are kept that say most: with digits, then the longest.
    """
    found = list(dict.fromkeys(runs(question)))
    telling = [word for word in found if word not in STOP and (len(word) > 1 or word.isdigit())] or found
    if len(telling) <= most:
        return telling
    kept = set(sorted(telling, key=_says_least)[:most])
    return [word for word in telling if word in kept]


def _says_least(word: str) -> tuple[bool, int, str]:
    return not any(letter.isdigit() for letter in word), -len(word), word


def names(question: str) -> list[str]:
    """Return the words of a question that look like names, folded: written with a capital, or letters with digits.

    The first word of a sentence has its capital anyway; it counts only where a possessive or a digit says more.
    """
    found: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+", plain(question)):
        for place, match in enumerate(_RUN.finditer(sentence)):
            word, after = match[0], sentence[match.end() : match.end() + 2]
            if word.casefold() not in STOP and _is_name(word, place == 0 and after not in ("'s", "’s")):
                found.append(word.casefold())
    return list(dict.fromkeys(found))


def _is_name(word: str, first: bool) -> bool:
    has_digit, has_letter = any(map(str.isdigit, word)), any(map(str.isalpha, word))
    return (has_digit and has_letter) or (word[0].isupper() and len(word) > 1 and not first)
