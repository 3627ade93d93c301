"""Statements by rule: what an answer says in so many words, without a model.

A table of rules, tried on each line in order; the first that fits a piece of text has it. Lists under a heading are
taken item by item. Code blocks, quotations and tables are passed over: what stands there is an example, somebody
else's words, or cut out of its row.
"""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from memories.extraction.statements import MOST, Statement
from memories.text import sentences, terms

#: Shorter statements say too little, longer ones are no single statement.
SHORTEST, LONGEST = 12, 1_000
_LEAST_TERMS = 2
_QUESTION = re.compile(r"\?\s*$")


@dataclass(frozen=True)
class Rule:
    """One way to say something.

    Attributes:
        name: kept with what it found.
        sort: what it finds (statements.sorts).
        confidence: how sure it is that this is worth a person's look.
        pattern: searched in one sentence, which then is the statement.
    """

    name: str
    sort: str
    confidence: float
    pattern: re.Pattern[str]


def _rule(name: str, sort: str, confidence: float, pattern: str) -> Rule:
    return Rule(name, sort, confidence, re.compile(pattern, re.IGNORECASE))


#: Headings, and labels at the beginning of a line ("Decision: …"), with what stands under them.
HEADS: tuple[tuple[str, str, float], ...] = (
    (r"(?:key )?decisions?(?: made| taken)?|decided", "decision", 0.8),
    (r"(?:new )?requirements?", "requirement", 0.8),
    (r"assumptions?|assumed", "assumption", 0.7),
    (r"lessons?(?: learn(?:ed|t))?|takeaways?|what we learn(?:ed|t)", "adaptation", 0.7),
    (r"preferences?|conventions?|working agreements?", "preference", 0.7),
    (r"constraints?", "project", 0.7),
    (r"(?:key )?(?:facts?|findings?)|results?|measured", "knowledge", 0.6),
)
_NUMBER = r"[<>≤≥~≈±]?\s?[+−-]?\d+(?:[.,]\d+)*(?:\s?[x×±]\s?\d+(?:[.,]\d+)*)*"
_UNIT = (
    r"(?:%|°C?|[µμnmkMGcdh]?(?:m|g|s|A|V|W|K|N|Pa|J|Hz|Ω|F|H|B|rad|bar|L|l|eV|px)\b|(?:arc)?sec\b|arcmin\b|mins?\b"
    r"|hours?\b|h\b|days?\b|rpm\b|ppm\b|inch(?:es)?\b|pixels?\b|waves?\b|mas\b)"
)
#: Prose, sentence by sentence.
PROSE: tuple[Rule, ...] = (
    _rule(
        "we decided",
        "decision",
        0.7,
        r"\b(?:we|the team|they)(?:['’]ve| have)? (?:decided|agreed|chose|settled on)\b"
        r"|\bit (?:was|has been) (?:decided|agreed)\b|\bthe decision (?:is|was) (?:to|that)\b",
    ),
    _rule("shall", "requirement", 0.7, r"^(?!shall\b).{3,}?\bshall\s(?!we\b|i\b)\S"),
    _rule("assumed", "assumption", 0.6, r"^(?:we|i) (?:assume|are assuming|have assumed) (?:that )?|^assuming that\b"),
    _rule(
        "lesson",
        "adaptation",
        0.6,
        r"\b(?:we|i) (?:have )?learn(?:ed|t) (?:that|to)\b|^(?:next time|from now on)\b|\bin hindsight\b",
    ),
    _rule(
        "preference",
        "preference",
        0.6,
        r"^(?:please )?(?:always|never)\s\w+"
        r"|\b(?:i|we|they|the team) (?:always |never |would )?(?:prefer|want to avoid)s?\b"
        r"|^prefer\s\w+|\bplease (?:always|never)\b",
    ),
    _rule(
        "measured",
        "episodic",
        0.6,
        rf"\b(?:we|i|was|were|has been) (?:measured|weighed|tested)\b.*?{_NUMBER}\s?{_UNIT}",
    ),
    _rule(
        "x is y",
        "knowledge",
        0.5,
        r"^(?!(?:it|this|that|these|those|there|they|which|what|he|she|if|when|and|but|so|or|because|since)\b)"
        r"[^\s,;:].{2,100}?\s(?:is|are|weighs?|measures?|draws?|costs?|takes?|=)\s(?:about |at most |at least |up to )?"
        rf"{_NUMBER}\s?{_UNIT}",
    ),
)
_HEAD = re.compile(
    r"\s*(?:#{1,6}\s+|[-*+•]\s+|\d{1,3}[.)]\s+)?[*_]{0,3}(?:"
    + "|".join(f"(?P<h{number}>{words})" for number, (words, _, _) in enumerate(HEADS))
    + r")[*_]{0,3}\s*(?P<colon>[:：–—]|$)[*_]{0,3}(?P<rest>.*)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\s*#{1,6}\s")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?(?P<said>\S.*)")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_PASSED_OVER = re.compile(r"\s*(?:>|\|)|\s*-{3,}\s*$")
_MARKS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")


class _Section(NamedTuple):
    """What the items under a heading are, until something else begins."""

    sort: str = ""
    confidence: float = 0.0
    rule: str = ""


def find(text: str, place: str) -> list[Statement]:
    """Return what a text states, in its order; at most MOST statements, none of them twice.

    Args:
        text: a prompt or an answer, plain or Markdown.
        place: which of the two ("prompt" or "response").
    """
    found: dict[str, Statement] = {}
    for statement in _all(text, place):
        found.setdefault(statement.text.casefold(), statement)
        if len(found) == MOST:
            break
    return list(found.values())


def _all(text: str, place: str) -> Iterator[Statement]:
    section, fenced, at = _Section(), False, 0
    for line in text.splitlines(keepends=True):
        start, at = at, at + len(line)
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and line.strip() and not _PASSED_OVER.match(line):
            section = yield from _line(_Line(line.rstrip(), start, place), section)


class _Line(NamedTuple):
    text: str
    start: int
    place: str

    def statement(self, section: _Section, said: str, at: int) -> Iterator[Statement]:
        """Yield what stands at a place of the line, unless it is a question, too short or too long."""
        text = _MARKS.sub(r"\2", said.strip())
        if SHORTEST <= len(text) <= LONGEST and not _QUESTION.search(text) and len(terms(text)) >= _LEAST_TERMS:
            start = self.start + at + len(said) - len(said.lstrip())
            end = start + len(said.strip())
            yield Statement(section.sort, text, self.place, start, end, section.rule, section.confidence)


def _line(line: _Line, section: _Section) -> Generator[Statement, None, _Section]:
    """Yield what a line states; return what the items after it are."""
    if (head := _HEAD.match(line.text)) and not head["rest"]:
        return _under(head)
    item = _ITEM.match(line.text)
    if section.sort and item:
        yield from line.statement(section, item["said"], item.start("said"))
        return section
    if not _HEADING.match(line.text):
        yield from _prose(line, item.start("said") if item else 0)
    return section if line.text[:1].isspace() else _Section()


def _under(head: re.Match[str]) -> _Section:
    number = next(number for number in range(len(HEADS)) if head[f"h{number}"] is not None)
    _, sort, confidence = HEADS[number]
    return _Section(sort, confidence, f"{head[f'h{number}'].lower()}: …")


def _prose(line: _Line, at: int) -> Iterator[Statement]:
    for sentence in sentences(line.text[at:]):
        if len(sentence) > LONGEST:
            pass  # no statement, and a rule might take long over it
        elif head := _HEAD.match(sentence):
            yield from line.statement(_under(head), head["rest"], at + head.start("rest"))
        elif rule := next((rule for rule in PROSE if rule.pattern.search(sentence.strip())), None):
            yield from line.statement(_Section(rule.sort, rule.confidence, rule.name), sentence, at)
        at += len(sentence)
