"""What a slot and its disagreement are called by people. Pure."""

import re
from collections.abc import Mapping

from memories.text import normalise

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
#: The rule broken, by the last word of the slot's kind; `{n}` is how many stand in it.
RULES = {
    "identity": "{n} entities for one subject",
    "part_of": "{n} parents at once",
    "statement": "{n} statements of one requirement",
    "validation": "satisfied, though every result failed",
    "support": "one result speaks for it and against it",
    "head": "{n} ends of one chain of replacements",
    "conflicts_with": "related as contradicting each other",
}
#: What a severity means.
SEVERITIES = {
    "conflict": "They cannot both hold.",
    "soft": "They can both hold; they do not say the same.",
    "review": "Whether they agree cannot be told; look at them.",
}


def number(count: int) -> str:
    """Return a count as a word, as far as people write it so."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def rule(slot_kind: str, count: int = 2) -> str:
    """Return what is wrong in a slot of a kind, such as “two values for clear aperture”.

    Args:
        slot_kind: such as "component.mass".
        count: how many different answers there are.
    """
    word = slot_kind.rpartition(".")[2]
    known = RULES.get(word, "{n} values for " + word.replace("_", " "))
    return known.format(n=number(max(count, 2)))


def called(names: Mapping[str, str]) -> dict[str, str]:
    """Return what records are called by each form in which a key may name them; the longest where they share one.

    Args:
        names: what they are called, by what they may be called in a key (name, foreign id).
    """
    found: dict[str, str] = {}
    for word, name in names.items():
        for form in {word, normalise(word)} - {""}:
            found[form] = max(found.get(form, ""), name, key=len)
    return found


def subject(slot_key: str, names: Mapping[str, str]) -> str:
    """Return whom a slot is about as its records write it, where one of them is named by the key; else the key.

    Args:
        slot_key: the normalised subject.
        names: what records nearby are called, by the forms of `called`.
    """
    key, mark, scope = slot_key.partition(" @ ")
    heads = [key, *(key[: found.start()] for found in _WITHIN.finditer(key))]
    shown = max((names[head] for head in heads if head in names), key=len, default=key)
    return f"{shown} ({scope})" if mark else shown


#: What follows the name in a key: the whole that a part stands in, or who it comes from.
_WITHIN = re.compile("(?= (?:in|by) )")


_BASE = {
    "length": "m",
    "mass": "kg",
    "time": "s",
    "temperature": "K",
    "current": "A",
    "substance": "mol",
    "luminosity": "cd",
}
#: Products of base units that have a name of their own.
_DERIVED = {
    "kg·m/s²": "N",
    "kg·m²/s²": "J",
    "kg·m²/s³": "W",
    "kg/m/s²": "Pa",
    "kg·m²/A/s³": "V",
    "kg·m²/A²/s³": "Ω",
    "A·s": "C",
    "1/s": "Hz",
}
_POWER = re.compile(r"\[(\w+)\]\*\*(-?\d+)")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def readable(normal: str) -> str:
    """Return a value's normal form (slots.compare) with SI units and words for its bounds: “at most 5 W”."""
    figures = " ".join(map(_short, _POWER.sub("", normal).split()))
    low, mark, high = figures.partition(" .. ")
    if not mark:
        shown = figures
    elif low == "-inf":
        shown = f"at most {high}"
    elif high == "inf":
        shown = f"at least {low}"
    else:
        shown = f"{low} to {high}"
    return f"{shown} {_unit(normal)}".strip()


def _short(figure: str) -> str:
    """Return a long decimal at six digits; what is no number, or would need an exponent, as it is."""
    if not re.fullmatch(r"-?\d+\.\d+", figure):
        return figure
    shorter = f"{float(figure):.6g}"
    return figure if "e" in shorter else shorter


def _unit(normal: str) -> str:
    powers = {_BASE[name]: int(power) for name, power in _POWER.findall(normal) if name in _BASE}
    order = [unit for unit in ("A", "kg", "m", "s", "K", "mol", "cd") if unit in powers]
    above = "·".join(unit + _raised(powers[unit]) for unit in order if powers[unit] > 0)
    below = "".join("/" + unit + _raised(-powers[unit]) for unit in order if powers[unit] < 0)
    product = (above or ("1" if below else "")) + below
    return _DERIVED.get(product, product)


def _raised(power: int) -> str:
    return str(power).translate(_RAISED) if power != 1 else ""
