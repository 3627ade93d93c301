"""The quantity grammar: a text is taken apart into comparator, number, tolerance or range, and unit.

Its own, because a unit library reads `10 ± 0.1 mm`, `<= 5 W` and `1/2"` wrongly without a word. Case and superscripts
are kept as written (mW is not MW, 10² is not 102). What does not fit the grammar as a whole is no quantity.
"""

import math
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from engineering.slots import numbers, units

_WORDS = {
    "at most": "<=",
    "no more than": "<=",
    "not more than": "<=",
    "up to": "<=",
    "maximum": "<=",
    "max.": "<=",
    "max": "<=",
    "at least": ">=",
    "no less than": ">=",
    "not less than": ">=",
    "minimum": ">=",
    "min.": ">=",
    "less than": "<",
    "below": "<",
    "under": "<",
    "more than": ">",
    "greater than": ">",
    "above": ">",
    "over": ">",
}
_SYMBOLS = {
    "<=": "<=",
    "≤": "<=",
    "=<": "<=",
    ">=": ">=",
    "≥": ">=",
    "=>": ">=",
    "<": "<",
    ">": ">",
    "=": "=",
    "==": "=",
}
_BEFORE = re.compile(
    r"(?P<sign><=|>=|=<|=>|==|[<>=≤≥])\s*|(?P<word>" + "|".join(map(re.escape, _WORDS)) + r")\s+", re.IGNORECASE
)
_AFTER = re.compile(r"\s+\(?(?P<word>maximum|max\.?|minimum|min\.)\)?$", re.IGNORECASE)
_NUMBER = re.compile(rf"([+-]?)\s?({numbers.PATTERN})")
_PLUS_MINUS = re.compile(r"±|\+/-|-/\+|\+-")
_PLUS = re.compile(r"\+\s?(?=[\d.])")
_MINUS = re.compile(r"\s*[/,]?\s*-\s?(?=[\d.])")
_TO = re.compile(r"\.\.\.?|…|[–—]|(?<![\w^*])to(?=\s)|(?<![\w^*])and(?=\s)|(?<![\^*])-(?=\s?[\d.+-])")
_LEAD = re.compile(r"(from|between)\s+", re.IGNORECASE)
_WRAPPED = re.compile(r"\(([^()]*)\)(.*)")
#: What may stand as a unit: no digit but in a power or at the end of a word, and at most "1/" before it.
_UNIT = re.compile(r"(?:1\s?/)?(?:[^\d±<>=≤≥~≈,;:]|(?:\^|\*\*)\(?[+-]?\d{1,2}\)?|(?<=[^\W\d])\d(?!\d))*")


@dataclass(frozen=True)
class Quantity:
    """A quantity as it was written: the interval it stands for, in its own unit.

    Attributes:
        text: as written.
        kind: "exact", "band" (with a tolerance), "range" or "bound".
        nominal: the number named; None for ranges and bounds.
        low, high: ends of the interval; infinite for bounds.
        open_low, open_high: whether an end is left out (< and >).
        unit: as written, "" for none.
        spelled: the unit as the unit library spells it; None where it is not known.
        half: half the worth of the last printed digit, in the unit.
    """

    text: str
    kind: str
    nominal: float | None
    low: float
    high: float
    unit: str
    spelled: str | None
    half: float = 0.0
    open_low: bool = False
    open_high: bool = False

    @property
    def known(self) -> bool:
        """Tell whether the unit is one that can be converted."""
        return self.spelled is not None and units.to_base(1.0, self.spelled) is not None

    @property
    def figures(self) -> tuple[float | None, float, float]:
        """The numbers as printed, without their unit."""
        return self.nominal, self.low, self.high


@lru_cache(8_192)
def parse(text: str, dimension: str = "") -> Quantity | None:
    """Return the quantity that a text is as a whole, or None (TBD, lambda/20, f/3.3, ~5 mm, 10 x 20 mm).

    Args:
        text: as written.
        dimension: what the property is ("[temperature]" lets C stand for degrees Celsius).
    """
    clean = unicodedata.normalize("NFC", text).replace("−", "-").strip()
    if not clean or len(clean) > 120:
        return None
    sign, rest = _comparator(clean)
    if sign and sign != "=":
        return _bound(text, sign, rest, dimension)
    return _plain(text, rest, dimension) or _band(text, rest, dimension) or _range(text, rest, dimension)


@lru_cache(8_192)
def unparsed(text: str, dimension: str = "") -> bool:
    """Tell whether a text is no quantity that can be converted, or one of another dimension than it should have."""
    found = parse(text, dimension)
    if found is None or not found.known or found.spelled is None:
        return True
    return bool(dimension) and not units.has_dimension(found.spelled, dimension)


def _comparator(text: str) -> tuple[str, str]:
    if found := _BEFORE.match(text):
        sign = _SYMBOLS[found["sign"]] if found["sign"] else _WORDS[found["word"].lower()]
        return sign, text[found.end() :]
    if found := _AFTER.search(text):
        return ("<=" if found["word"].lower().startswith("max") else ">="), text[: found.start()]
    return "", text


class _Part(NamedTuple):
    """A signed number, and the text that follows it."""

    number: numbers.Number
    rest: str


def _number(text: str) -> _Part | None:
    """Read the number at the start of a text."""
    found = _NUMBER.match(text.strip())
    size = numbers.read(found[2]) if found else None
    if found is None or size is None:
        return None
    signed = numbers.Number(-size.size, size.half) if found[1] == "-" else size
    return _Part(signed, text.strip()[found.end() :])


def _unit(*written: str) -> str | None:
    """Return the one unit that the parts of a quantity name, "" for none; None where they differ or are no unit."""
    named = {part.strip() for part in written if part.strip()}
    if len(named) > 1 or not all(
        _UNIT.fullmatch(part) and not part.startswith(("x ", "×", "*", "-")) for part in named
    ):
        return None
    return named.pop() if named else ""


def _made(
    text: str, kind: str, ends: tuple[float, float], unit: str | None, dimension: str, **more: Any
) -> Quantity | None:
    if unit is None:
        return None
    return Quantity(text, kind, more.pop("nominal", None), *ends, unit, units.resolve(unit, dimension), **more)


def _plain(text: str, rest: str, dimension: str) -> Quantity | None:
    found = _number(rest)
    if found is None:
        return None
    size = found.number.size
    return _made(text, "exact", (size, size), _unit(found.rest), dimension, nominal=size, half=found.number.half)


def _bound(text: str, sign: str, rest: str, dimension: str) -> Quantity | None:
    found = _plain(text, rest, dimension)
    if found is None or found.nominal is None:
        return None
    end = found.nominal
    ends = (-math.inf, end) if sign in ("<", "<=") else (end, math.inf)
    low, high = ends
    return replace(found, kind="bound", nominal=None, low=low, high=high, open_low=sign == ">", open_high=sign == "<")


def _band(text: str, rest: str, dimension: str) -> Quantity | None:
    """Read a nominal with a tolerance, even (±) or uneven (+ and -)."""
    wrapped = _WRAPPED.fullmatch(rest)
    start = _number(wrapped[1] if wrapped else rest)
    after = wrapped[2] if wrapped else ""
    if start is None:
        return None
    if sign := _PLUS_MINUS.search(start.rest):
        above = below = _number(start.rest[sign.end() :])
    elif sign := _PLUS.search(start.rest):
        above = _number(start.rest[sign.end() :])
        minus = _MINUS.search(above.rest) if above else None
        below = _number(above.rest[minus.end() :]) if above and minus else None
        after += above.rest[: minus.start()] if above and minus else ""
    else:
        return None
    if above is None or below is None:
        return None
    written = (start.rest[: sign.start()], below.rest, after)
    return _with_tolerance(text, start.number, (above.number.size, below.number.size), written, dimension)


def _with_tolerance(
    text: str, number: numbers.Number, sizes: tuple[float, float], written: tuple[str, str, str], dimension: str
) -> Quantity | None:
    """Build the band; the tolerance may be in per cent of the nominal, else it has the nominal's unit."""
    middle, last, after = (part.strip() for part in written)
    above, below = sizes
    if last == "%" and middle not in ("", "%"):
        above, below, last = abs(number.size) * above / 100, abs(number.size) * below / 100, ""
    ends = (number.size - below, number.size + above)
    unit = _unit(middle, last, after)
    return _made(text, "band", ends, unit, dimension, nominal=number.size, half=number.half)


def _range(text: str, rest: str, dimension: str) -> Quantity | None:
    lead = _LEAD.match(rest)
    low = _number(rest[lead.end() :] if lead else rest)
    link = _TO.search(low.rest) if low else None
    high = _number(low.rest[link.end() :]) if low and link else None
    if low is None or link is None or high is None or low.number.size > high.number.size:
        return None
    if (link[0] == "and") != (lead is not None and lead[1].lower() == "between"):
        return None
    ends = (low.number.size, high.number.size)
    half = max(low.number.half, high.number.half)
    return _made(text, "range", ends, _unit(low.rest[: link.start()], high.rest), dimension, half=half)
