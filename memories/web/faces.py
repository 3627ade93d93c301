"""How a kind of record looks in the web app: the registry that pages over several kinds ask.

memories registers the faces of its kinds here; the floor above registers its own when its URLs are loaded. This module
knows no kind by name.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from memories.actors import Actor
from memories.filters import Filter
from memories.kinds import Kind, Row
from memories.models import Finding
from memories.web.forms import RecordForm
from memories.web.provenance import Source

Context = dict[str, Any]


def _no_context(row: Row, actor: Actor) -> Context:
    return {}


def _nothing_asked(row: Row, actor: Actor, asked: Mapping[str, str]) -> Context:
    return {}


class Way(NamedTuple):
    """One more thing to do with a record, on a page of its own; a card opens it as a drawer.

    Attributes:
        verb: the lifecycle's verb; offered where that applies.
        label: its button.
        key: its key on the card.
        url: its address for a record.
    """

    verb: str
    label: str
    key: str
    url: Callable[[UUID], str]


class Notice(NamedTuple):
    """One line about a record: words, then what they lead to."""

    words: str
    title: str
    url: str


#: Returns what is to be said of some records, by their ids; asked once for a whole deck.
Notices = Callable[[Sequence[Row], Actor], Mapping[UUID, list[Notice]]]


def _asked(sources: Sequence[Notices], rows: Sequence[Row], actor: Actor) -> dict[UUID, list[Notice]]:
    found: dict[UUID, list[Notice]] = {}
    for ask in sources:
        for record_id, lines in ask(rows, actor).items():
            found.setdefault(record_id, []).extend(lines)
    return found


@dataclass(frozen=True, kw_only=True)
class Face:
    """What a page needs to show and edit records of one kind.

    Attributes:
        kind: the kind.
        queue_filter: filters of the triage queue.
        list_filter: filters of the list.
        shown: names of the list's filters that have a field on the page, in order.
        form: the edit form; None where nothing can be edited.
        type_of: the record's type as a word.
        text: the record's own words, for comparing it with another.
        sources: where a record came from; it is told the places of exchanges in which extractors found it.
        beside: further context of the triage card.
        detail: further context of the record's page.
        asked: further context of that page which depends on its address's parameters.
        page: template of the record's page.
        verbs: verbs of this kind that the common lifecycle does not have, by name.
        partner_kind: kind of the records that a person may tick to be promoted with this one.
        ways: further things to do with a record; the floor above adds its own.
        notices: what else is to be said of records; the floor above adds its own.
        news: of these, what is said right after a decision, too.
    """

    kind: Kind
    queue_filter: type[Filter]
    list_filter: type[Filter]
    shown: tuple[str, ...]
    page: str
    form: type[RecordForm] | None = None
    type_of: Callable[[Row], str] = lambda row: ""
    text: Callable[[Row], str] = str
    sources: Callable[[Row, Actor, Sequence[Finding]], list[Source]] = lambda row, actor, places: []
    beside: Callable[[Row, Actor], Context] = _no_context
    detail: Callable[[Row, Actor], Context] = _no_context
    asked: Callable[[Row, Actor, Mapping[str, str]], Context] = _nothing_asked
    verbs: Mapping[str, Callable[..., Row]] = field(default_factory=dict)
    partner_kind: str = ""
    ways: list[Way] = field(default_factory=list)
    notices: list[Notices] = field(default_factory=list)
    news: list[Notices] = field(default_factory=list)

    def told(self, rows: Sequence[Row], actor: Actor) -> Mapping[UUID, list[Notice]]:
        """Return all that is to be said of some records, by their ids."""
        return _asked(self.notices, rows, actor)

    def told_after(self, row: Row, actor: Actor) -> list[Notice]:
        """Return what is to be said of a record right after a decision."""
        return _asked(self.news, [row], actor).get(row.pk, [])


class _Faces:
    def __init__(self) -> None:
        self._by_name: dict[str, Face] = {}

    def register(self, face: Face) -> Face:
        """Add or replace the face of a kind."""
        self._by_name[face.kind.name] = face
        return face

    def of(self, kind: Kind) -> Face:
        """Return the face of a kind. Raises KeyError."""
        return self._by_name[kind.name]

    def __contains__(self, kind: Kind) -> bool:
        return kind.name in self._by_name

    def __iter__(self) -> Iterator[Face]:
        return iter(self._by_name.values())


faces = _Faces()
