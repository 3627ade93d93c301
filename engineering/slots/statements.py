"""Statements of requirements: whether two wordings of one requirement contradict in number, modality or negation.

A merely different text is a revision, not a contradiction.
"""

import re
from collections import Counter

from engineering.slots import numbers, quantity, units
from memories.text import normalise, overlap, tokens

_MODALITIES = (
    (re.compile(r"\b(shall|must|has to|have to|is required to|are required to)\b"), "binding"),
    (re.compile(r"\b(should|ought to)\b"), "recommended"),
    (re.compile(r"\b(may|might|can|could)\b(?! ?not)"), "optional"),
)
_NEGATION = re.compile(r"\b(not|never|no|neither|nor|cannot)\b|n't\b|n’t\b")
#: Bounds said by a "no" or "not", and how they read without it.
_BOUNDS = (
    (re.compile(r"\bno[t]?( \w+)? (?:more|greater|longer|larger|higher|later) than\b", re.IGNORECASE), r"\1 at most"),
    (re.compile(r"\bno[t]?( \w+)? (?:less|fewer|shorter|smaller|lower|earlier) than\b", re.IGNORECASE), r"\1 at least"),
    (re.compile(r"\bnot exceed\b", re.IGNORECASE), "be at most"),
)
_FIGURE = re.compile(
    rf"(?P<word>\b(?:at most|at least|no more than|not more than|no less than|not less than|less than|more than|"
    rf"greater than|up to|below|above|under|over|maximum|minimum|max|min)\s+(?:of\s+)?|<=|>=|≤|≥|<|>)?\s*"
    rf"(?<![\w.])(?P<number>[+-]?{numbers.PATTERN})(?P<tail>\s?[^\s\d,;()]*)",
    re.IGNORECASE,
)
#: So much must two statements share before a "not" in one of them contradicts the other.
ALIKE = 0.5


def contradiction(one: str, other: str) -> str:
    """Return in what two statements of one requirement contradict, in words; "" where they do not."""
    if _differ_in_number(one, other):
        return "another number"
    first, second = modality(one), modality(other)
    if first and second and first != second:
        return "another modality"
    if negated(one) != negated(other) and overlap(set(tokens(one)), set(tokens(other))) >= ALIKE:
        return "a negation"
    return ""


def modality(text: str) -> str:
    """Return how binding a statement is: "binding", "recommended", "optional", or "" where it does not say."""
    folded = normalise(text)
    return next((name for pattern, name in _MODALITIES if pattern.search(folded)), "")


def negated(text: str) -> bool:
    """Tell whether a statement denies; the "not" of a bound ("not more than") does not count."""
    return len(_NEGATION.findall(normalise(_plainly(text)))) % 2 == 1


def _plainly(text: str) -> str:
    for pattern, plain in _BOUNDS:
        text = pattern.sub(plain, text)
    return text


def figures(text: str) -> list[tuple[str, str]]:
    """Return the figures of a statement in order: (dimension or unit, the figure as a quantity's text)."""
    found = []
    for hit in _FIGURE.finditer(_plainly(text)):
        if numbers.read(hit["number"].lstrip("+-")) is None:
            continue
        unit = hit["tail"].strip().rstrip(".")
        spelled = units.resolve(unit) if unit else ""
        base = units.to_base(1.0, spelled) if spelled else None
        shown = (
            f"{(hit['word'] or '').replace(' of ', ' ').strip()} {hit['number'].strip()} {unit if base else ''}".strip()
        )
        found.append((base.dimension if base else "", shown))
    return found


def _differ_in_number(one: str, other: str) -> bool:
    """Tell whether two statements say different figures of one dimension, as many of it in each."""
    from engineering.slots.compare import Result, Sort, compare

    first, second = figures(one), figures(other)
    kinds = Counter(dimension for dimension, _ in first)
    if kinds != Counter(dimension for dimension, _ in second):
        return False
    for dimension in kinds:
        pairs = zip(_of(first, dimension), _of(second, dimension), strict=True)
        if any(compare(a, b, Sort("quantity")).result is Result.CONFLICT or _moved(a, b) for a, b in pairs):
            return True
    return False


def _of(figures_found: list[tuple[str, str]], dimension: str) -> list[str]:
    return [text for kind, text in figures_found if kind == dimension]


def _moved(one: str, other: str) -> bool:
    """Tell whether one bound was moved: in a statement another limit is another requirement."""
    first, second = quantity.parse(one), quantity.parse(other)
    if first is None or second is None or first.kind != second.kind or first.kind != "bound":
        return False
    from engineering.slots.compare import Result, Sort, compare

    return compare(one, other, Sort("quantity")).result is not Result.SAME
