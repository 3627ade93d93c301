"""Cells of an answer's table: lines of pieces, each a text that may lead somewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engineering.ontology import RELATIONSHIP_TYPES
from engineering.queries.envelope import Answer, Edge, Item
from memories.kinds import kinds

HIDDEN = "something you may not see"
#: Kinds of items whose page is that of a record of this kind; what stands in no kind has none.
_KIND_OF = {"memory": "memory", "conflict": "conflict", "relationship": "relationship"}
_NO_PAGE = ("share", "source", "chunk", "document", "request")


class Piece(NamedTuple):
    """A few words; `hush` sets them softly, `mark` as a status of that name, `time` keeps them on one line."""

    text: str
    url: str = ""
    hush: bool = False
    mark: str = ""
    time: bool = False


Line = list[Piece]
Cell = list[Line]


class Named(NamedTuple):
    """What is known of an entity that an answer refers to."""

    name: str
    type: str
    status: str


@dataclass
class Around:
    """What the cells of an answer refer to: names of entities by id, and the edges that were walked."""

    names: dict[str, Named] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)

    def piece(self, record: str, words: str = "") -> Piece:
        """Return an entity as a link under its name; words of the answer's own come first."""
        known = self.names.get(record)
        text = words or (known.name if known else "")
        return Piece(text, url_of("entity", record)) if text else Piece(HIDDEN, hush=True)


def url_of(kind: str, record: str) -> str:
    """Return the page of an item of an answer, empty where it has none."""
    if kind in _NO_PAGE:
        return ""
    if kind == "pack":
        return f"/context/{record}/"
    if kind == "interaction":
        return f"/interactions/{record}/"
    return str(kinds.named(_KIND_OF.get(kind, "entity")).url(record))  # type: ignore[arg-type]  # a link is text


def references(answer: Answer) -> set[str]:
    """Return every id that an answer refers to without listing what it names."""
    listed = {one.id for one in (*answer.items, *answer.frontier)}
    found = {one.via.source for one in answer.items if one.via}
    found |= {record for ring in answer.cycles for record in ring}
    for one in answer.items:
        if one.type != "request":
            found |= set(_ids(one.data))
    return found - listed


def _ids(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        if len(value) == 36 and value.count("-") == 4:
            yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner)


def text(value: Any) -> Cell:
    """Return a plain value as a cell."""
    return [[Piece(str(value))]] if value not in (None, "", [], {}) else []


def reached(one: Item, around: Around) -> Cell:
    """Return by which link an item was reached, read from the item: “part of HERON”."""
    if one.via is None:
        return []
    if one.via.type == "source_refs":
        return [[Piece("source of", hush=True), around.piece(one.via.source)]]
    return [[Piece(reading(one, around), hush=True), around.piece(one.via.source)]]


def reading(one: Item, around: Around, *, of_source: bool = False) -> str:
    """Return the link by which an item was reached, as it reads from the item, or from what it was reached from."""
    if one.via is None:
        return ""
    spec = RELATIONSHIP_TYPES.get(one.via.type)
    if spec is None:
        return one.via.type.replace("_", " ")
    edge = around.edges.get(one.via.relationship)
    backwards = edge is not None and edge.target == one.id and not spec.symmetric
    return spec.inverse if backwards != (of_source and not spec.symmetric) else spec.label


def path(ids: Iterable[str], around: Around) -> Line:
    """Return a path as links with arrows between."""
    found: Line = []
    for place, record in enumerate(ids):
        if place:
            found.append(Piece("→", hush=True))
        found.append(around.piece(record))
    return found
