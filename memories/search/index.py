"""The lexical index: what is held of a record, and the look-ups that triage needs of it.

The write path calls `upsert` in the transaction of every change of an indexed record. Reading: `nearest` (is this a
near duplicate?) and `alike` (what resembles this?).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from memories.choices import LIVE
from memories.kinds import IndexText, Kind, Row, kinds
from memories.models import IndexRow
from memories.models._statements import insert_rows
from memories.search import sketch
from memories.search.backends import Query, find, sharing
from memories.text import overlap

#: From this overlap on, two records count as near duplicates (triage order, warning filter).
NEAR = 0.6
#: Below this overlap a record says nothing of another; common words alone bring this much.
ALIKE = 0.2
_MOST_WORDS = 10
_LIVE_MARKS = frozenset(f"st{status.value}" for status in LIVE)
_STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "may",
        "must",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "shall",
        "should",
        "so",
        "than",
        "that",
        "the",
        "their",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "will",
        "with",
        "would",
        "you",
    ]
)


def project_mark(project_id: UUID | None) -> str:
    """Return the mark of a project (rows of none have their own)."""
    return f"pj{project_id.hex}" if project_id else "pjnone"


def marks_of(kind: Kind, row: Row, text: str) -> str:
    """Return the marks of a record: kind, status, project, sketches."""
    place = _place(row, kind)
    fixed = [f"kd{kind.name}", f"st{row.status}", place]  # `nearest` reads the second
    return " ".join([*fixed, *sketch.of(text, f"{kind.name} {place}").marks])


def _place(row: Row, kind: Kind) -> str:
    project = kind.project_of(row)
    return project_mark(project.pk if project else None)


def entry_of(kind: Kind, row: Row) -> IndexText:
    """Return what the index holds of a record. Raises TypeError for kinds that are not searched."""
    if kind.index_text is None:
        raise TypeError(f"{kind.plural} are not searched")
    return kind.index_text(row)


def index_row(kind: Kind, row: Row) -> IndexRow:
    """Build the index row of a record, unsaved."""
    entry = entry_of(kind, row)
    marks = marks_of(kind, row, entry.text)
    return IndexRow(kind=kind.name, record_id=row.pk, text=entry.text, context=entry.context, marks=marks)


def upsert(rows: Sequence[tuple[Kind, Row]]) -> None:
    """Bring the index rows of these records up to date, in the caller's transaction."""
    made = [index_row(kind, row) for kind, row in rows]
    insert_rows(IndexRow, made, replace_on=("kind", "record_id"))


def reindex(kind: Kind, batch_size: int = 1_000, *, tell: Callable[[int], None] | None = None) -> int:
    """Rebuild the index of one kind; return how many records it holds. `tell` is told how far it got."""
    done = 0
    queryset = kind.model._base_manager.select_related(*kind.select).order_by("pk")
    chunk: list[tuple[Kind, Row]] = []
    for row in queryset.iterator(chunk_size=batch_size):
        chunk.append((kind, row))
        if len(chunk) == batch_size:
            upsert(chunk)
            done, chunk = done + len(chunk), []
            if tell:
                tell(done)
    upsert(chunk)
    return done + len(chunk)


def nearest(kind: Kind, row: Row, most: int = 24) -> float:
    """Return the greatest word overlap of a record with another live one of its kind and project, 0..1.

    One index look-up on the sketch marks, at most `most` texts compared, the newest: what repeats something mostly
    comes soon after it. Its cost does not grow with the number of records.
    """
    words, wanted = sketch.of(entry_of(kind, row).text, f"{kind.name} {_place(row, kind)}")
    if not wanted:
        return 0.0
    held = sharing(wanted, row.pk, most)
    near = (overlap(words, sketch.word_set(text)) for text, marks in held if marks.split(" ", 2)[1] in _LIVE_MARKS)
    return max(near, default=0.0)


class Alike(NamedTuple):
    """A record that resembles another, and by what share of words."""

    row: Row
    overlap: float


def alike(kind: Kind, row: Row, *, most: int = 5, statuses: Sequence[str] = ("active",), pool: int = 30) -> list[Alike]:
    """Return the records most like this one, of its kind and project or of no project.

    Args:
        kind: the record's kind.
        row: the record.
        most: how many to return.
        statuses: statuses that count.
        pool: how many of the best-ranked are compared word by word.

    Returns:
        Best first; ties by id. Only what overlaps by ALIKE or more.
    """
    words = sketch.word_set(entry_of(kind, row).text)
    places = list(dict.fromkeys([_place(row, kind), project_mark(None)]))
    sketches = [mark for place in places for mark in sketch.marks(words, f"{kind.name} {place}")]
    narrow = [[f"kd{kind.name}"], [f"st{status}" for status in statuses], places]
    wanted = [record_id for record_id in _pool(narrow, words, sketches, pool) if record_id != row.pk]
    rows = kind.model._base_manager.select_related(*kind.select).filter(pk__in=wanted, status__in=statuses)
    found = [item for other in rows if (item := Alike(other, _overlap(kind, other, words))).overlap >= ALIKE]
    return sorted(found, key=lambda item: (-item.overlap, str(item.row.pk)))[:most]


def _pool(narrow: list[list[str]], words: set[str], sketches: list[str], pool: int) -> list[UUID]:
    """Return the ids worth comparing: what shares a sketch, and what shares telling words."""
    if not words:
        return []
    sketched = find(Query(marks=[sketches], limit=pool))
    telling = _telling(words)
    ranked = find(Query(marks=narrow, words=telling, limit=pool)) if telling else []
    return list(dict.fromkeys(record_id for _, record_id in (*sketched, *ranked)))


def _telling(words: set[str]) -> list[str]:
    """Return the words that say most: those with digits, then the longest.

    Few of them, because ranking costs as many postings as the words have: 24 words cost 107 ms at 100,000 records, 10
    words 40 ms; what shares most words is found by its sketch anyhow.
    """
    kept = sorted(words - _STOP, key=lambda word: (not any(letter.isdigit() for letter in word), -len(word), word))
    return kept[:_MOST_WORDS]


def _overlap(kind: Kind, other: Row, words: set[str]) -> float:
    return overlap(words, sketch.word_set(entry_of(kind, other).text))


def indexed_kinds() -> list[Kind]:
    """Return the kinds that are searched."""
    return [kind for kind in kinds if kind.index_text]
