"""The lexical index: what is held of a record, and the look-ups that triage needs of it.

The write path calls `upsert` in the transaction of every change of an indexed record. Reading: `nearest` (is this a
near duplicate?) and `alike` (what resembles this?).
"""

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, NamedTuple
from uuid import UUID

from memories.choices import LIVE
from memories.kinds import IndexText, Kind, Row, kinds
from memories.models import IndexRow
from memories.models._statements import insert_rows
from memories.search import marks, sketch
from memories.search.backends import Held, Query, find, sharing, sharing_each
from memories.search.words import STOP
from memories.text import overlap

#: From this overlap on, two records count as near duplicates (triage order, warning filter).
NEAR = 0.6
#: Below this overlap a record says nothing of another; common words alone bring this much.
ALIKE = 0.2
#: How many texts that share a band are compared word by word.
MOST_COMPARED = 24
_MOST_WORDS = 10
_BANDS = [f"band_{number}" for number in range(sketch.BANDS)]
_LIVE_MARKS = frozenset(marks.status(status.value) for status in LIVE)


def _place(row: Row, kind: Kind) -> str:
    return marks.project(kind.project_id_of(row))


class Written(NamedTuple):
    """A record that was written, and the previous values of what changed (JSON-ready, by field name)."""

    kind: Kind
    row: Row
    before: Mapping[str, Any]


def entry_of(kind: Kind, row: Row) -> IndexText:
    """Return what the index holds of a record. Raises TypeError for kinds that are not searched."""
    if kind.index_text is None:
        raise TypeError(f"{kind.plural} are not searched")
    return kind.index_text(row)


def index_row(kind: Kind, row: Row) -> IndexRow:
    """Build the index row of a record, unsaved."""
    entry = entry_of(kind, row)
    found = sketch.of(entry.text, f"{kind.name} {_place(row, kind)}")
    return IndexRow(
        kind=kind.name,
        record_id=row.pk,
        lead=entry.lead,
        text=entry.text,
        marks=marks.carried(kind.name, row.status, kind.project_id_of(row), entry.marks),
        **dict(zip(_BANDS, found.bands, strict=False)),
    )


def upsert(changes: Sequence[Written]) -> None:
    """Bring the index rows of these records, and their neighbours', up to date in the caller's transaction."""
    put([index_row(written.kind, written.row) for written in changes])
    for kind in {written.kind.name: written.kind for written in changes}.values():
        if kind.surround:
            kind.surround([(written.row, written.before) for written in changes if written.kind is kind])


def put(rows: Sequence[IndexRow]) -> None:
    """Write index rows, in the place of those that the same records had."""
    insert_rows(IndexRow, rows, replace_on=("kind", "record_id"))


def reindex(kind: Kind, batch_size: int = 1_000, *, tell: Callable[[int], None] | None = None) -> int:
    """Rebuild the index of one kind; return how many records it holds. `tell` is told how far it got."""
    done = 0
    queryset = kind.model._base_manager.select_related(*kind.select).order_by("pk")
    chunk: list[Written] = []
    for row in queryset.iterator(chunk_size=batch_size):
        chunk.append(Written(kind, row, {}))
        if len(chunk) == batch_size:
            upsert(chunk)
            done, chunk = done + len(chunk), []
            if tell:
                tell(done)
    upsert(chunk)
    return done + len(chunk)


def sweep(kind: Kind) -> int:
    """Take out index rows of a kind whose record is not there; return how many."""
    there = kind.model._base_manager.order_by().values("pk")
    return IndexRow.objects.filter(kind=kind.name).exclude(record_id__in=there).delete()[0]


def sketch_of(kind: Kind, row: Row) -> sketch.Sketch:
    """Return the sketch of a record, by which those of its kind and project are compared."""
    return sketch.of(entry_of(kind, row).text, f"{kind.name} {_place(row, kind)}")


def outdated() -> bool:
    """Tell whether rows were written by an earlier version, which did not mark a record's type."""
    return IndexRow.objects.exclude(kind="chunk").exclude(marks__contains=" ty").exists()


def nearest(kind: Kind, row: Row, most: int = MOST_COMPARED) -> float:
    """Return the greatest word overlap of a record with another live one of its kind and project, 0..1.

    One look-up of its bands, at most `most` texts compared, the newest: what repeats something mostly comes soon after
    it. Its cost does not grow with the number of records.
    """
    words, bands = sketch_of(kind, row)
    return _nearest(words, sharing(bands, row.pk, most))


def nearest_each(kind: Kind, rows: Sequence[Row], most: int = MOST_COMPARED) -> list[float]:
    """Return what `nearest` does for each of many records that are not in the index yet."""
    sketches = [sketch_of(kind, row) for row in rows]
    held = sharing_each([one.bands for one in sketches], most)
    return [_nearest(one.words, others) for one, others in zip(sketches, held, strict=True)]


def _nearest(words: Set[str], held: Sequence[Held]) -> float:
    near = (overlap(words, sketch.word_set(text)) for _, text, own in held if own.split(" ", 2)[1] in _LIVE_MARKS)
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
    places = list(dict.fromkeys([_place(row, kind), marks.project(None)]))
    bands = [band for place in places for band in sketch.bands(words, f"{kind.name} {place}")]
    sketched = [held.record_id for held in sharing(bands, row.pk, pool)]
    narrow = [[marks.kind(kind.name)], *marks.within(statuses, [kind.project_id_of(row), None])]
    wanted = {*sketched, *_ranked(narrow, words, pool)} - {row.pk}
    rows = kind.model._base_manager.select_related(*kind.select).filter(pk__in=wanted, status__in=statuses)
    found = [item for other in rows if (item := Alike(other, _overlap(kind, other, words))).overlap >= ALIKE]
    return sorted(found, key=lambda item: (-item.overlap, str(item.row.pk)))[:most]


def _ranked(narrow: list[list[str]], words: Set[str], most: int) -> list[UUID]:
    """Return the ids of what shares telling words, best first."""
    telling = _telling(words)
    return [record_id for _, record_id in find(Query(marks=narrow, words=telling, limit=most))] if telling else []


def _telling(words: Set[str]) -> list[str]:
    """Return the words that say most: those with digits, then the longest.

    Few of them, because ranking costs as many postings as the words have: 24 words cost 107 ms at 100,000 records, 10
    words 40 ms; what shares most words is found by its sketch anyhow.
    """
    kept = sorted(words - STOP, key=lambda word: (not any(letter.isdigit() for letter in word), -len(word), word))
    return kept[:_MOST_WORDS]


def _overlap(kind: Kind, other: Row, words: Set[str]) -> float:
    return overlap(words, sketch.word_set(entry_of(kind, other).text))


def indexed_kinds() -> list[Kind]:
    """Return the kinds that are searched."""
    return [kind for kind in kinds if kind.index_text]
