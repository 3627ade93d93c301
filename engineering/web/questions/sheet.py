"""An answer as its page shows it: figures, tables by group, what waits, rings, and where more is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engineering.models import Entity
from engineering.queries.catalogue import BY_ID, Query
from engineering.queries.envelope import NODE_LIMIT, Answer, Item, Limits
from engineering.queries.names import named
from engineering.web.questions import wording
from engineering.web.questions.asked import address, rest_address, with_params
from engineering.web.questions.cells import Around, Line, Named, path, references, url_of
from engineering.web.questions.chain import Group, Row, Step, chain_of
from engineering.web.questions.columns import COLUMNS, Column
from memories.actors import Actor
from memories.models import Project

#: Queries whose rows keep their order instead of standing by group.
UNGROUPED = ("Q-101", "Q-105", "Q-013")


@dataclass
class Figure:
    """A number of an answer; with a link where it can be looked at alone."""

    label: str
    number: int
    url: str = ""


@dataclass
class Sheet:
    """An answer, ready for its template."""

    query: Query
    answer: Answer
    page: str
    figures: list[Figure]
    groups: list[Group]
    rings: list[Line]
    waiting: list[dict[str, Any]]
    more: str
    files: list[tuple[str, str]]
    around: Around
    good_news: bool = False
    partial: bool = False

    @property
    def chain(self) -> list[Step]:
        """The answer as a chain, where it is one."""
        return chain_of(self.groups, self.around)


def sheet_of(
    query: Query, subject: Project | Entity, answer: Answer, given: Mapping[str, str], limits: Limits, actor: Actor
) -> Sheet:
    """Return an answer as a sheet. One more database query names what the answer refers to."""
    around = around_of(subject, answer, actor)
    page = address(query, subject)
    return Sheet(
        query=query,
        answer=answer,
        page=page,
        figures=_figures(query, subject, answer, given, page),
        groups=_groups(query, answer.items, around),
        rings=[path([*ring, ring[0]], around) for ring in answer.cycles],
        waiting=[_waiting(one) for one in answer.pending],
        more=_more(answer, given, limits, page),
        files=_files(query, subject, given),
        around=around,
        good_news=query.id in wording.GOOD_NEWS,
    )


def around_of(subject: Project | Entity, answer: Answer, actor: Actor) -> Around:
    """Return the names and edges that the cells of an answer refer to."""
    known = {one.id: Named(one.name, one.type, one.status) for one in (*answer.frontier, *answer.items)}
    if isinstance(subject, Entity):
        known[str(subject.pk)] = Named(subject.name, subject.entity_type, subject.status)
    further = named(references(answer) - known.keys(), actor)
    known |= {record: Named(node.name, node.type, node.status) for record, node in further.items()}
    return Around(known, {edge.id: edge for edge in answer.edges})


def _filled(columns: tuple[Column, ...], items: list[Item], around: Around) -> list[Column]:
    """Return the columns that say something about any item."""
    return [column for column in columns if any(column.read(one, around) for one in items)]


def _groups(query: Query, items: list[Item], around: Around) -> list[Group]:
    held: dict[str, list[Item]] = {}
    for one in items:
        held.setdefault("" if query.id in UNGROUPED else one.group, []).append(one)
    return [_group(query, key, some, around) for key, some in held.items()]


def _group(query: Query, key: str, items: list[Item], around: Around) -> Group:
    columns = _filled(COLUMNS.get(query.id, ()), items, around)
    title, meaning = wording.heading(query.id, key) if key else ("", "")
    # What one may write of requests and shares in the place of a status is none.
    marked = any((one.status != "active" or one.flags) and one.type not in ("request", "share") for one in items)
    rows = [_row(one, columns, around) for one in items]
    return Group(title, meaning, rows, [(one.label, one.number) for one in columns], marked)


def _row(one: Item, columns: list[Column], around: Around) -> Row:
    flags = [wording.flag(name) for name in one.flags if not (name == "dead_end" and one.status != "active")]
    return Row(
        one,
        url_of(str(one.data.get("kind") or one.type), one.id),
        flags,
        [(column.read(one, around), column.number) for column in columns],
    )


def _figures(
    query: Query, subject: Project | Entity, answer: Answer, given: Mapping[str, str], page: str
) -> list[Figure]:
    narrowing = {word for param in query.params if param.name == "verdict" for word in getattr(param, "words", ())}
    keys = wording.FIGURES.get(query.id, tuple(key for key in answer.counts if key != "pending"))
    found = []
    for key in keys:
        if key not in answer.counts:
            continue
        url = with_params(page, given, verdict=key, offset="") if key in narrowing else ""
        if lead := wording.LEADS.get(key):
            url = address(BY_ID[lead], subject)
        found.append(Figure(wording.figure(key, answer.counts[key]), answer.counts[key], url))
    return found


def _waiting(one: Any) -> dict[str, Any]:
    plural = "relationships" if one.kind == "relationship" else "entities"
    return {"name": one.name, "type": one.type, "url": f"/{plural}/{one.id}/"}


def _more(answer: Answer, given: Mapping[str, str], limits: Limits, page: str) -> str:
    """Return the address of what is not shown: the next page of a list, a wider walk; empty where all is shown."""
    if isinstance(answer.next, int):
        return with_params(page, given, offset=answer.next)
    if answer.next:
        return with_params(page, given, cursor=answer.next)
    if not answer.truncated or limits.nodes >= NODE_LIMIT:
        return ""
    return with_params(page, given, limit=min(limits.nodes * 4, NODE_LIMIT))


def _files(query: Query, subject: Project | Entity, given: Mapping[str, str]) -> list[tuple[str, str]]:
    own = {name: given.get(name) for name in ("as_of", *(param.name for param in query.params))}
    found = [("JSON", with_params(rest_address(query, subject), given))]
    names = {"csv": "CSV", "md": "Markdown"}
    return found + [
        (names.get(suffix, suffix), with_params(rest_address(query, subject, suffix), own)) for suffix in query.files
    ]
