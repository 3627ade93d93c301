"""What entity a memory could become, guessed from its words: type, name, properties. Pure rules, no model and no LLM.

A guess is a beginning for a person who sees all of it before anything is saved; where the words say nothing, it
says so.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from engineering.ontology import PropertyKind, declared
from engineering.slots.quantity import unparsed
from engineering.slots.sentences import said

#: Types of memories that become entities. The others are about people and assistants, and stay memories.
GRADUATING = ("project", "knowledge", "episodic")
LONGEST_NAME = 80
#: Further on nothing is guessed from.
READ = 2_000

_USUAL = {"project": "decision", "knowledge": "parameter", "episodic": "result"}
_HEADS = {
    "requirement": "requirement",
    "decision": "decision",
    "assumption": "assumption",
    "constraint": "constraint",
    "limit": "constraint",
    "result": "result",
    "finding": "result",
    "claim": "validation_claim",
    "interface": "interface",
    "material": "material",
    "parameter": "parameter",
    "component": "component",
    "part": "component",
    "subsystem": "subsystem",
    "system": "system",
    "vendor": "vendor",
    "supplier": "vendor",
    "process": "process",
    "procedure": "process",
}
_HEAD = re.compile(rf"\s*(?P<word>{'|'.join(_HEADS)})\s*:\s*(?=\S)", re.IGNORECASE)
_DECIDED = r"(?:we|they|the team|it was|was|were)\s+(?:have\s+|has\s+)?(?:decided|agreed|chose|chosen|settled on)"
_CUES = (
    ("requirement", re.compile(r"\b(?:shall|must|(?:is|are) required to)\b", re.IGNORECASE)),
    ("decision", re.compile(rf"\b{_DECIDED}\b|\bdecided to\b|\bdecision was\b", re.IGNORECASE)),
    ("assumption", re.compile(r"\b(?:assum(?:e|es|ed|ing)|assumption|presumably)\b", re.IGNORECASE)),
    ("result", re.compile(r"\b(?:measured|weighed|tested|tests? show(?:s|ed)?|came out|comes? to)\b", re.IGNORECASE)),
)
_OPENING = re.compile(
    rf"(?:{_DECIDED}|(?:we|they)\s+assumed?)\s+(?:(?:that|to|on)\s+)?|the\s+(?=\S)|an?\s+(?=\S)", re.IGNORECASE
)
_CLAUSE = re.compile(r"[.;:!?](?:\s|$)|,\s|\s(?:because|since|so that|which|instead of|rather than)\s", re.IGNORECASE)
_LAST_CLAUSE = re.compile(r",\s+(?:(?:so|and|but|which)\s+)?|\s(?:and|but|so)\s+(?=(?:the|an?)\s)", re.IGNORECASE)
_PLACED = re.compile(r"(?:at|with|in|for|on|over|under)\s.*\sthe\s", re.IGNORECASE)
_SENTENCE = re.compile(r"[.;!?]\s+")

_NUMBER = r"[+−-]?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?"
_NO_UNIT = r"(?:and|or|of|in|to|with|for|by|at|than|on|is|are|as|from|the|a)\b"
_UNIT = rf"(?!{_NO_UNIT})[%°A-Za-zµμΩ][\w°·/²³⁻¹^*-]*(?:\s+per\s+\w+)*"
_QUANTITY = rf"(?:±\s?|~\s?|≈\s?)?{_NUMBER}(?:\s?{_UNIT})?"
_AT_MOST = r"at most|no more than|not more than|not exceed|up to|less than|below|max(?:imum)?(?: of)?|<=|≤|<"
_AT_LEAST = r"at least|no less than|not less than|more than|above|min(?:imum)?(?: of)?|>=|≥|>"
_BOUND = re.compile(rf"(?P<word>{_AT_MOST}|{_AT_LEAST})\s*(?P<value>{_QUANTITY})", re.IGNORECASE)
_STRICT = {"less than": "<", "below": "<", "<": "<", "more than": ">", "above": ">", ">": ">"}
#: A figure with its unit; "TD-4109" and "f/3.8" are none.
_FIGURE = re.compile(rf"(?<![\w./-])(?:±\s?|~\s?|≈\s?)?{_NUMBER}\s?{_UNIT}")
#: Words that limit for certain; "above" and "below" may speak of a place.
_LIMITING = re.compile(
    r"\b(?:at most|at least|(?:no|not) (?:more|less) than|not exceed|limited to)\b|[<>≤≥]=?", re.IGNORECASE
)
_TOLERANCE = re.compile(rf"±\s?{_NUMBER}(?:\s?{_UNIT})?")
_ISO_DATE = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)\b")
_IS = re.compile(r"(?P<left>[^=:]{2,200}?)\s*(?:\s(?:is|are)\s+|=|:\s)\s*(?P<value>\S.{0,120})")
_LONG = {"long": "length", "wide": "width", "high": "height", "tall": "height", "thick": "thickness"}
_VERBS = (
    ("mass", re.compile(rf"(?P<left>.+?)\s+weighs?\s+(?P<value>{_QUANTITY})", re.IGNORECASE)),
    ("power", re.compile(rf"(?P<left>.+?)\s+(?:draws?|consumes?)\s+(?P<value>{_QUANTITY})", re.IGNORECASE)),
    ("material", re.compile(r"(?P<left>.+?)\s+(?:is|are) made (?:of|from)\s+(?P<value>[^,.;]{2,60})", re.IGNORECASE)),
    ("supplier", re.compile(r"(?P<left>.+?)\s+(?:is|are) supplied by\s+(?P<value>[^,.;]{2,60})", re.IGNORECASE)),
    ("", re.compile(rf"(?P<left>.+?)\s+(?:is|are)\s+(?P<value>{_QUANTITY})\s+(?P<how>{'|'.join(_LONG)})\b")),
)
_BECAUSE = re.compile(r"\b(?:because|since|so that)\s+(?P<words>[^.;]{3,400})", re.IGNORECASE)
_INSTEAD = re.compile(r"\b(?:instead of|rather than)\s+(?P<words>[^.,;]{3,200})", re.IGNORECASE)
_VERIFIED = re.compile(
    r"\bverif(?:ied|y|ication)\b.{0,20}\b(?P<word>test|analysis|inspection|demonstration)\b", re.IGNORECASE
)
_PASSED = re.compile(r"\b(?:(?P<yes>passed)|failed)\b", re.IGNORECASE)
_NO_NAME = frozenset(
    {"", "it", "which", "that", "this", "they", "these", "there", "what", "a", "an", "the", "of", "in"}
)
_MOST_SUBJECT = 8
#: Which type a claimed property speaks of, the surest first.
_OWNERS = ("component", "material", "parameter")


class Draft(NamedTuple):
    """A guessed entity; `sure` tells whether the words said what it is, or only the memory's type did."""

    entity_type: str
    name: str
    properties: dict[str, Any]
    sure: bool


class Claim(NamedTuple):
    """“<subject> <attribute> is <value>”; no attribute where only a quantity is said of a subject."""

    subject: str
    attribute: str
    value: str


def draft(content: str, memory_type: str, entity_type: str = "") -> Draft:
    """Return what a memory's words make of it.

    Args:
        content: the memory's content.
        memory_type: its type, asked where the words say nothing.
        entity_type: the type a person chose; the name and properties are guessed for it.
    """
    head, whole = _head(" ".join(content.split()))
    text = whole[:READ]
    claims = list(_claims(text))
    guessed = head or _by_words(text, claims)
    chosen = entity_type or guessed or _usual(memory_type)
    properties = _properties(text, chosen, claims)
    if "statement" in properties:
        properties["statement"] = whole
    return Draft(chosen, _name(text, chosen, claims), properties, bool(guessed))


def _usual(memory_type: str) -> str:
    return _USUAL.get(memory_type, "artifact")


def _head(text: str) -> tuple[str, str]:
    found = _HEAD.match(text)
    return (_HEADS[found["word"].lower()], text[found.end() :]) if found else ("", text)


def _by_words(text: str, claims: list[Claim]) -> str:
    for entity_type, pattern in _CUES:
        if pattern.search(text):
            return entity_type
    for claim in claims:
        for owner in _OWNERS:
            if claim.attribute in declared(owner):
                return owner
    if _LIMITING.search(text) and _BOUND.search(text):
        return "constraint"
    return "parameter" if claims else ""


def _claims(text: str) -> Iterator[Claim]:
    """Yield what the sentences claim; "it" is what the sentence before spoke of."""
    last = ""
    for sentence in _SENTENCE.split(text.rstrip(".")):
        claim = _by_verb(sentence) or _by_copula(sentence)
        if claim is None:
            continue
        ends = claim.subject.rpartition(" ")[2].lower()
        if ends in _NO_NAME:
            if ends != "it" or not last:
                continue
            claim = claim._replace(subject=last)
        last = claim.subject
        yield claim


def _by_verb(sentence: str) -> Claim | None:
    for attribute, pattern in _VERBS:
        if found := pattern.match(sentence):
            spec, value = declared("component")[attribute or _LONG[found["how"]]], found["value"].strip()
            if spec.kind is not PropertyKind.QUANTITY or not unparsed(value, spec.dimension):
                return Claim(_subject(found["left"]), spec.name, value)
    return None


def _by_copula(sentence: str) -> Claim | None:
    found = _IS.fullmatch(sentence)
    if found is None:
        return None
    subject, heard = _subject(found["left"]), said(sentence)
    if heard and any(heard.attribute in declared(owner) for owner in _OWNERS):
        length = heard.attribute.count("_") + 1
        return Claim(" ".join(subject.split()[:-length]), heard.attribute, heard.value)
    figure = re.match(_QUANTITY, found["value"])
    plain = figure is not None and len(subject.split()) <= _MOST_SUBJECT and not unparsed(figure[0].strip())
    return Claim(subject, "", figure[0].strip()) if figure and plain else None


def _subject(words: str) -> str:
    """Return what the words before the verb speak of: their last clause, without its article."""
    plain = _LAST_CLAUSE.split(words.strip())[-1]
    if _PLACED.match(plain):
        plain = plain.rpartition(" the ")[2]
    return re.sub(r"[’']s(?=\s)", "", _bare(plain))


def _bare(words: str) -> str:
    """Return words without what they open with: who decided, an article."""
    while opening := _OPENING.match(words):
        words = words[opening.end() :]
    return words


def _name(text: str, entity_type: str, claims: list[Claim]) -> str:
    first = claims[0] if claims else None
    if first and entity_type not in ("requirement", "decision", "assumption", "constraint", "validation_claim"):
        whole = first.attribute and first.attribute not in declared(entity_type)
        return _short(f"{first.subject} {first.attribute.replace('_', ' ')}" if whole else first.subject)
    plain = _bare(text)
    cut = _CLAUSE.search(plain, 8)
    return _short(plain[: cut.start()] if cut else plain)


def _short(name: str) -> str:
    plain = name.strip(" .,;:")
    if len(plain) > LONGEST_NAME:
        plain = plain[:LONGEST_NAME].rpartition(" ")[0].rstrip(" .,;:") or plain[:LONGEST_NAME]
    return plain[:1].upper() + plain[1:]


def _properties(text: str, entity_type: str, claims: list[Claim]) -> dict[str, Any]:
    known = declared(entity_type)
    found: dict[str, Any] = {"statement": text, **_bounds(text, entity_type), **_asides(text)}
    if claims and "value" in known:
        found["value"] = claims[0].value
    elif "value" in known and (figure := _only_figure(text)):
        found["value"] = figure
    for claim in reversed(claims):
        if claim.attribute in known and claim.subject == claims[0].subject:
            found[claim.attribute] = claim.value
    if tolerance := _TOLERANCE.search(text):
        found["tolerance"] = tolerance[0]
    kept = {name: _taken(known[name].kind, value) for name, value in found.items() if name in known}
    return {name: kept[name] for name in known if kept.get(name) is not None}


def _only_figure(text: str) -> str:
    """Return the one quantity of a text that is no limit; "" where there is none, or more than one."""
    found = [hit[0].strip() for hit in _FIGURE.finditer(_BOUND.sub("", text))]
    return found[0] if len(found) == 1 and not unparsed(found[0].lstrip("±~≈ ")) else ""


def _bounds(text: str, entity_type: str) -> dict[str, str]:
    """Return the first limit as threshold and comparator, and the first of either side as min and max."""
    found: dict[str, str] = {}
    for bound in _BOUND.finditer(text):
        word, value = bound["word"].lower(), bound["value"].strip()
        upper = re.fullmatch(_AT_MOST, word) is not None
        found.setdefault("max" if upper else "min", value)
        if "threshold" not in found:
            found |= {"threshold": value, "comparator": _STRICT.get(word, "<=" if upper else ">=")}
    return found if entity_type in ("requirement", "constraint", "parameter") else {}


def _asides(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if because := _BECAUSE.search(text):
        found["rationale"] = found["justification"] = because["words"].strip()
    if instead := _INSTEAD.search(text):
        found["alternatives"] = [instead["words"].strip()]
    if verified := _VERIFIED.search(text):
        found["verification_method"] = verified["word"].lower()
    if day := _ISO_DATE.search(text):
        found["date"] = day[0]
    if passed := _PASSED.search(text):
        found["passed"] = passed["yes"] is not None
    return found


def _taken(kind: PropertyKind, value: Any) -> Any:
    """Return the value as a property of that kind takes it, or None where it does not."""
    if kind is PropertyKind.QUANTITY:
        bare = re.sub(rf"^(?:{_AT_MOST}|{_AT_LEAST})\s*", "", value, flags=re.IGNORECASE)
        return value if re.match(_QUANTITY, bare) else None
    if kind is PropertyKind.NUMBER and isinstance(value, str):
        return int(value) if re.fullmatch(r"\d{1,9}", value) else None
    return value
