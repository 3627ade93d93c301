"""Memories that claim a property: "<subject> <attribute> is|=|: <value>", taken apart without knowing any entity."""

import re
from functools import cache
from typing import NamedTuple

from engineering.ontology import ENTITY_PROPERTIES, PropertyKind
from memories.text import normalise

_SENTENCE = re.compile(r"(?P<left>[^=:\n]{2,200}?)\s*(?:\s(?:is|are)\s+|=|:\s)\s*(?P<value>\S[^\n]{0,120}?)\.?\s*")
_MORE = re.compile(r"[.;!?]\s+\S")
_MOST_WORDS = 6
_NEGATED = re.compile(r"(?:not|no|never|neither|unknown|undecided)\b", re.IGNORECASE)
_QUANTITY_START = re.compile(
    r"[<>=≤≥+\-−\d.½¼¾⅓⅔⅛⅜⅝⅞(]|(?:at (?:most|least)|up to|min|max|from|between|less than|more than)\b", re.IGNORECASE
)
_PROSE = frozenset({"statement", "rationale", "justification", "confidence_note", "specification", "scope", "outcome"})


class Said(NamedTuple):
    """What a memory claims: the subject's name (normalised), the property, the value as written."""

    subject: str
    attribute: str
    value: str


@cache
def _attributes() -> dict[str, frozenset[PropertyKind]]:
    found: dict[str, set[PropertyKind]] = {}
    for specs in ENTITY_PROPERTIES.values():
        for spec in specs:
            if not spec.multi and spec.name not in _PROSE:
                found.setdefault(spec.name, set()).add(spec.kind)
    return {name: frozenset(kinds) for name, kinds in found.items()}


def said(content: str) -> Said | None:
    """Return the claim that a memory's content is as a whole, or None."""
    text = " ".join(content.split())
    found = _SENTENCE.fullmatch(text) if len(text) <= 330 and not _MORE.search(text) else None
    if found is None:
        return None
    value = found["value"].strip()
    words = normalise(found["left"]).removeprefix("the ").replace("’s ", " ").replace("'s ", " ").split()
    for length in (2, 1):
        name = "_".join(words[-length:])
        subject = " ".join(words[:-length])
        if subject and name in _attributes():
            return Said(subject, name, value) if _fits(value, _attributes()[name]) else None
    return None


def _fits(value: str, kinds: frozenset[PropertyKind]) -> bool:
    if _NEGATED.match(value) or len(value.split()) > _MOST_WORDS:
        return False
    return PropertyKind.TEXT in kinds or PropertyKind.ENUM in kinds or bool(_QUANTITY_START.match(value))
