"""What was found in an exchange, and what each sort of it is proposed as.

The floor above registers what it makes of a sort (a decision becomes an entity); where nobody did, it is a memory.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

#: A client proposes with no more than this; nor does an extractor, however sure it is.
MOST_CONFIDENT = 0.9
#: Statements taken from one exchange in one pass.
MOST = 50


@dataclass(frozen=True)
class Statement:
    """One statement and where it stands.

    Attributes:
        sort: a word of `sorts()`.
        text: what it says, as a record would say it.
        place: the text it stands in: "prompt" or "response".
        start: where in that text it begins; `end` where it ends.
        rule: the rule, or the extractor, that found it.
        confidence: 0..MOST_CONFIDENT.
        tags: domain tags; `valid_until` an ISO 8601 time or date, or "".
    """

    sort: str
    text: str
    place: str
    start: int
    end: int
    rule: str
    confidence: float
    tags: tuple[str, ...] = ()
    valid_until: str = ""

    def covers(self, place: str, start: int, end: int) -> bool:
        """Tell whether it and another place are mostly the same words."""
        common = min(self.end, end) - max(self.start, start)
        return place == self.place and 2 * common > max(self.end, end) - min(self.start, start)


class Proposal(NamedTuple):
    """A record to propose: its kind, and its fields as doors spell them (without project and source)."""

    kind: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Sort:
    """A sort of statement.

    Attributes:
        word: its name.
        meaning: what it is, in the words a model is told.
        propose: makes the proposal.
    """

    word: str
    meaning: str
    propose: Callable[[Statement], Proposal]


def as_memory(memory_type: str) -> Callable[[Statement], Proposal]:
    """Return what proposes a statement as a memory of a type."""

    def propose(said: Statement) -> Proposal:
        fields: dict[str, Any] = {"memory_type": memory_type, "content": said.text, "confidence": said.confidence}
        if said.tags:
            fields["domain_tags"] = list(said.tags)
        if said.valid_until:
            fields["valid_until"] = said.valid_until
        return Proposal("memory", fields)

    return propose


_SORTS: dict[str, Sort] = {}


def register(sort: Sort) -> Sort:
    """Add a sort, or replace what is made of one."""
    _SORTS[sort.word] = sort
    return sort


def sorts() -> Mapping[str, Sort]:
    """Return every sort by its word."""
    return _SORTS


for _word, _type, _meaning in (
    (
        "knowledge",
        "knowledge",
        "a fact about a system, part, material or method, with its value where it has one",
    ),
    ("project", "project", "what holds for this project: scope, state, what was decided in passing, what is required"),
    ("preference", "preference", "how somebody wants things done"),
    ("identity", "identity", "who somebody is and what they are responsible for"),
    ("episodic", "episodic", "what happened or was measured, and when"),
    ("adaptation", "adaptation", "a lesson: what to do differently from now on"),
    ("decision", "project", "what was decided"),
    ("requirement", "project", "what has to be met"),
    ("assumption", "project", "what is taken for granted and not known"),
):
    register(Sort(_word, _meaning, as_memory(_type)))
