"""Names that fit: how wide a text is about, and how it is broken into lines and shortened."""

import unicodedata

_NARROW, _BROAD = frozenset("iljtfrI.,;:'|!()[] "), frozenset("mwMW@%")
#: Widths in parts of the letter's size, as in the broadest of the usual sans-serif faces.
_THIN, _USUAL, _CAPITAL, _THICK, _FULL = 0.38, 0.64, 0.74, 0.98, 1.0


def width(text: str, size: float) -> float:
    """Return about how wide a text is in a sans-serif of a size."""
    return sum(map(_share, text)) * size


def _share(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return _FULL
    if letter in _NARROW:
        return _THIN
    if letter in _BROAD:
        return _THICK
    return _CAPITAL if letter.isupper() else _USUAL


def shortened(text: str, size: float, most: float) -> str:
    """Return a text that is at most so wide; what was cut off is shown by an ellipsis."""
    if width(text, size) <= most:
        return text
    kept = text
    while kept and width(kept + "…", size) > most:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def lines(text: str, size: float, most: float, number: int = 2) -> list[str]:
    """Return a text broken between words into at most `number` lines, the last one shortened if need be."""
    found: list[str] = []
    left = text.split()
    while left and len(found) < number - 1:
        line = [left.pop(0)]
        while left and width(" ".join([*line, left[0]]), size) <= most:
            line.append(left.pop(0))
        found.append(shortened(" ".join(line), size, most))
    if left:
        found.append(shortened(" ".join(left), size, most))
    return found or [""]
