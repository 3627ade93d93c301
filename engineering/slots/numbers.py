"""Numbers as people print them: which text is a number, how large it is, and what its last printed digit is worth.

A comma before exactly three digits may part thousands or decimals; a text that does not tell which is no number here.
"""

import re
from typing import NamedTuple

_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125, "⅜": 0.375, "⅝": 0.625, "⅞": 0.875}
_VULGAR = "".join(_FRACTIONS)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_RAISED = "[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}"
_POWER = rf"(?:\s?[x×·*]\s?10(?:\^|\*\*)[+-]?\d{{1,2}}|\s?[x×·*]\s?10{_RAISED})"

#: A number without its sign: fraction, mixed fraction, grouped, decimal, with or without a power of ten.
PATTERN = (
    rf"(?:\d+[ -]\d+/\d+(?![\d.])|\d+/\d+(?![\d.])|\d*[{_VULGAR}]|10(?:{_RAISED}|(?:\^|\*\*)[+-]?\d{{1,2}})|"
    rf"(?:\d{{1,3}}(?:[    ']\d{{3}})+(?!\d)|\d{{1,3}}(?:,\d{{3}})+(?=\.\d)|\d{{1,3}}(?:,\d{{3}}){{2,}}|\d+)?"
    rf"(?:(?<=\d)[.,]\d+|(?<![\d.,])\.\d+|(?<=\d)\.(?![\d.]))?(?:[eE][+-]?\d{{1,3}}(?![\w.])|{_POWER})?)"
)
_MIXED = re.compile(r"(?:(\d+)[ -])?(\d+)/(\d+)")
_VULGAR_FORM = re.compile(rf"(\d*)([{_VULGAR}])")
_BARE_POWER = re.compile(rf"10(?:({_RAISED})|(?:\^|\*\*)([+-]?\d{{1,2}}))")
#: Nobody prints a longer number, and a float does not hold it.
_MOST_CHARACTERS = 80
_DECIMAL = re.compile(rf"(.+?)(?:[eE]([+-]?\d{{1,3}})|({_POWER}))?")


class Number(NamedTuple):
    """A number, and half the worth of its last printed digit (0 for fractions and powers, which are exact)."""

    size: float
    half: float


def read(text: str) -> Number | None:
    """Return the number that a text is, unsigned; None where it is none or does not tell which."""
    bare = text.strip()
    if len(bare) > _MOST_CHARACTERS:
        return None
    if found := _BARE_POWER.fullmatch(bare):
        power = int((found[1] or "").translate(_SUPERSCRIPTS) or found[2])
        return Number(10.0**power, 0.0)
    if found := _VULGAR_FORM.fullmatch(bare):
        return Number(int(found[1] or 0) + _FRACTIONS[found[2]], 0.0)
    if found := _MIXED.fullmatch(bare):
        whole, above, below = int(found[1] or 0), int(found[2]), int(found[3])
        return Number(whole + above / below, 0.0) if below else None
    return _decimal(bare)


def _decimal(text: str) -> Number | None:
    found = _DECIMAL.fullmatch(text)
    if found is None:
        return None
    digits, power = _plain(found[1]), _exponent(found[2], found[3])
    if digits is None or power is None or len(digits) > 40:
        return None
    decimals = len(digits.partition(".")[2])
    if abs(power) > 200:
        return None
    return Number(float(f"{digits}e{power}"), 0.5 * 10.0 ** (power - decimals))


def _plain(digits: str) -> str | None:
    """Return the digits with a decimal point and no grouping; None where a comma does not tell what it parts."""
    bare = re.sub(r"[    ']", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}", bare):
        bare = bare.replace(",", "")
    if re.fullmatch(r"[1-9]\d{0,2},\d{3}", bare):
        return None
    bare = bare.replace(",", ".")
    return bare if re.fullmatch(r"\d+(?:\.\d*)?|\.\d+", bare) else None


def _exponent(letters: str | None, power: str | None) -> int | None:
    if letters:
        return int(letters)
    if power:
        after = re.split(r"10", power, maxsplit=1)[1].translate(_SUPERSCRIPTS).lstrip("^*")
        return int(after)
    return 0
