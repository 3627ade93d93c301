"""Searching: one ranked list over memories, entities and chunks of documents, as far as the actor may see them.

Only what is true now: active and unexpired; candidates where they are asked for. The index narrows by its marks; what
it found is read from the tables again, so that nobody is shown a row that the index was late with.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from memories import permissions
from memories.actors import Actor
from memories.choices import Role, Status
from memories.kinds import Row, kinds
from memories.models import Memory, Project, SourceChunk
from memories.queries.validity import in_time
from memories.search import chunks, marks, meaning
from memories.search.features import Place, Question
from memories.search.index import indexed_kinds
from memories.search.ranked import Scored, Sought, ranked
from memories.search.ranking import STATE, Hit, Pool, order
from memories.search.why import Piece, Why, snippet, why

#: More projects than these are not named to the index; what it finds is narrowed afterwards.
_MOST_PLACES = 100
#: Rows that are read beyond those asked for, since some may not be shown.
_SPARE = 10
#: Recency halves in this time, seconds (180 days).
_HALF_LIFE = 180 * 86_400


@dataclass(frozen=True)
class Search:
    """What to search for.

    Attributes:
        text: the question.
        kinds: of `searched`; empty for all.
        projects: projects whose rows count, None standing for rows of no project; empty for all.
        tags: domain tags of which a memory carries one; other kinds carry none.
        types: memory or entity types; empty for all.
        candidates: whether what waits for a decision counts, too.
        limit: most hits.
        pool: rows that are compared by more than their words.
    """

    text: str
    kinds: Sequence[str] = ()
    projects: Sequence[Project | None] = ()
    tags: Sequence[str] = ()
    types: Sequence[str] = ()
    candidates: bool = False
    limit: int = 20
    pool: int = 100


@dataclass(frozen=True)
class Found:
    """One hit.

    Attributes:
        kind: of `searched`.
        row: the record (a SourceChunk for a chunk).
        score: greater is better; comparable within one answer only.
        why: what found it.
        text: its own words.
        snippet: their telling stretch, in pieces.
    """

    kind: str
    row: Row
    score: float
    why: Why
    text: str
    snippet: list[Piece]

    @property
    def status(self) -> str:
        """The status it stands under: a chunk's is its document's."""
        return str(self.row.document.status if self.kind == chunks.KIND else self.row.status)

    @property
    def project(self) -> Project | None:
        """Its project."""
        row = self.row.document if self.kind == chunks.KIND else self.row
        return row.project  # type: ignore[no-any-return] # a guarded row's class is known only to its app

    @property
    def title(self) -> str:
        """One line that names it."""
        if self.kind == chunks.KIND:
            title, heading = str(self.row.document), self.row.heading_path
            return heading if heading.startswith(title) else f"{title} > {heading}" if heading else title
        return kinds.of(self.row).title(self.row)

    @property
    def title_is_text(self) -> bool:
        """Whether what names it are its own words."""
        return self.kind == "memory"

    @property
    def url(self) -> str:
        """Its permanent address."""
        if self.kind == chunks.KIND:
            return chunks.address(self.row.pk, self.row.document_id)
        return kinds.of(self.row).url(self.row.pk)


@dataclass
class _Reading:
    search: Search
    actor: Actor
    now: datetime
    question: Question
    found: list[tuple[Hit, Row]] = field(default_factory=list)


def searched() -> tuple[str, ...]:
    """Return the kinds that are searched, by name."""
    return (*(kind.name for kind in indexed_kinds()), chunks.KIND)


def find(search: Search, actor: Actor) -> list[Found]:
    """Return the best hits, best first; ties by id.

    Args:
        search: what to search for.
        actor: who asks; candidates are seen by their proposer and by reviewers.
    """
    if not actor.principal.reaches(Role.READER):
        return []
    question = Question.of(search.text)
    pool = pool_of(question, _narrowed(search, actor), search.pool)
    reading = _Reading(search, actor, timezone.now(), question)
    hits = order(question, pool, fit=settings.ATOCORE_RERANK)
    size = search.limit + _SPARE
    for start in range(0, len(hits), size):
        reading.found += _read(reading, hits[start : start + size])
        if len(reading.found) >= search.limit:
            break
    return [_found(question, hit, row) for hit, row in _by_state(reading.found)[: search.limit]]


def pool_of(question: Question, narrowed: Sequence[Sequence[str]], most: int, *, meant: bool = True) -> Pool:
    """Return what the index holds for a question, and what ordering it reads.

    Args:
        question: what was asked.
        narrowed: groups of marks; a row carries one of each.
        most: rows at most.
        meant: whether meaning is compared, where the semantic extra is on.
    """
    rows = ranked(Sought(question.words, narrowed, most))
    meanings = meaning.likeness(question.text, [row.text for row in rows]) if meant else []
    return Pool(rows, meanings, _conversations(rows))


def _found(question: Question, hit: Hit, row: Row) -> Found:
    text = getattr(row, "content", hit.row.text)
    made = Found(hit.row.kind, row, hit.score, why(question, hit), text, [])
    shown = text if made.title_is_text else text.removeprefix(made.title).lstrip()
    return replace(made, snippet=snippet(question, shown))


def _conversations(rows: Sequence[Scored]) -> dict[UUID, Place]:
    """Return where memories among some rows stand in conversations (one query, none where all stand alone)."""
    found = [row.record_id for row in rows if row.kind == "memory" and row.context]
    if not found:
        return {}
    standing = Memory.objects.filter(pk__in=found, position__isnull=False).exclude(session_id="")
    places = standing.values_list("pk", "project_id", "session_id", "position")
    return {pk: Place((project, session), position or 0) for pk, project, session, position in places}


def _narrowed(search: Search, actor: Actor) -> list[list[str]]:
    statuses = [Status.ACTIVE.value, *([Status.CANDIDATE.value] if search.candidates else [])]
    groups = marks.within(statuses, _places(search, actor))
    groups.append([marks.kind(kind) for kind in search.kinds])
    groups.append(list(marks.tags(search.tags)))
    groups.append([marks.type_of(kind, name) for kind in search.kinds or searched() for name in search.types])
    return [group for group in groups if group]


def _places(search: Search, actor: Actor) -> list[UUID | None]:
    if search.projects:
        return [project.pk if project else None for project in search.projects]
    if actor.principal.everywhere:
        return []
    readable: list[UUID | None] = [*actor.principal.projects_with(Role.READER), None]
    return readable if len(readable) <= _MOST_PLACES else []


def _read(reading: _Reading, hits: Sequence[Hit]) -> list[tuple[Hit, Row]]:
    """Return the hits that may be shown, each with its record: one query a kind."""
    rows: dict[tuple[str, UUID], Row] = {}
    for kind in dict.fromkeys(hit.row.kind for hit in hits):
        wanted = [hit.row.record_id for hit in hits if hit.row.kind == kind]
        held = standing(kind, wanted, reading.actor, at=reading.now, candidates=reading.search.candidates)
        rows |= {(kind, row.pk): row for row in held}
    return [(hit, row) for hit in hits if (row := rows.get((hit.row.kind, hit.row.record_id))) is not None]


def standing(
    kind: str, ids: Iterable[UUID], actor: Actor, *, at: datetime, candidates: bool = False
) -> "QuerySet[Any]":
    """Return the records of some ids that are true and that the actor may see.

    Args:
        kind: of a record, or "chunk", which stands while its document does.
        ids: their ids.
        actor: who asks.
        at: what is past its time then, is left out.
        candidates: whether what waits for a decision counts, too.
    """
    statuses = [Status.ACTIVE, *([Status.CANDIDATE] if candidates else [])]
    if kind == chunks.KIND:
        whole = Q(removed_at__isnull=True, document__removed_at__isnull=True, document__status__in=statuses)
        queryset: QuerySet[Any] = SourceChunk.objects.select_related("document__project").filter(whole)
    else:
        found = kinds.named(kind)
        queryset = found.model._base_manager.select_related(*found.project_paths).filter(status__in=statuses)
        if any(column.name == "valid_until" for column in found.model._meta.concrete_fields):
            queryset = queryset.filter(in_time(at))
    return permissions.for_principal(queryset.filter(pk__in=list(ids)), actor)


def _by_state(found: Sequence[tuple[Hit, Row]]) -> list[tuple[Hit, Row]]:
    """Let a record's state move it a little, and order again."""
    newest = max((_age_of(row) for _, row in found), default=0.0)
    moved = [(replace(hit, score=hit.score + _state(row, newest)), row) for hit, row in found]
    return sorted(moved, key=lambda pair: (-pair[0].score, str(pair[1].pk)))


def _age_of(row: Row) -> float:
    return float((getattr(row, "observed_at", None) or row.created_at).timestamp())


def _state(row: Row, newest: float) -> float:
    """Return what a record's confidence, use and recency add: STATE at most."""
    confidence = getattr(row, "confidence", 0.5)
    used = min(1.0, math.log2(1 + getattr(row, "reference_count", 0)) / 5)
    recent = 2 ** (-(newest - _age_of(row)) / _HALF_LIFE)
    return STATE * (0.5 * confidence + 0.3 * used + 0.2 * float(recent))
