"""The two engines behind the index: SQLite's FTS5 and PostgreSQL's tsvector. One interface, raw SQL, no rule.

`Query.marks` are groups of marks (single alphanumeric tokens), `words` are the words of a text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from memories.search.ranked import Sought, ranked
from memories.search.sketch import BANDS
from memories.search.words import runs


@dataclass(frozen=True)
class Query:
    """What to look up.

    Attributes:
        marks: groups of marks; a hit carries one of each group.
        words: words of which a hit has one; hits are ranked by them (bm25, ts_rank). Empty: unranked.
        limit: most hits.
    """

    marks: Sequence[Sequence[str]] = ()
    words: Sequence[str] = ()
    limit: int = 20


Hit = tuple[str, UUID]
_NOBODY = UUID(int=0)


class Held(NamedTuple):
    """What the index holds of a record; its id is read only by those who ask for it."""

    stored_id: UUID | str
    text: str
    marks: str

    @property
    def record_id(self) -> UUID:
        """The record's id."""
        return self.stored_id if isinstance(self.stored_id, UUID) else UUID(self.stored_id)


def find(query: Query) -> list[Hit]:
    """Return (kind, record id) of the hits, best first."""
    asked = list(dict.fromkeys(run for word in query.words for run in runs(word)))
    found = ranked(Sought(asked, query.marks, query.limit, beside=False))
    return [(row.kind, row.record_id) for row in found]


def rebuild() -> None:
    """Build FTS5's structures again from search_rows; PostgreSQL keeps its generated column by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_fts(search_fts) VALUES ('rebuild')")


def sharing(bands: Sequence[int], but: UUID, limit: int) -> list[Held]:
    """Return what the index holds of records that share a band with a sketch, the newest first.

    Args:
        bands: the bands of a sketch; of several, one after the other.
        but: a record that is left out.
        limit: how many at most.
    """
    if not bands:
        return []
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(_sharing(len(bands), limit), [*bands, but if postgres else but.hex])
        return [Held(*found) for found in cursor.fetchall()]


def sharing_each(bands: Sequence[Sequence[int]], limit: int) -> list[list[Held]]:
    """Return for each of many sketches of new records what `sharing` does; on PostgreSQL by one statement.

    It plans a statement anew each time, which for this one takes longer than the look-up itself.
    """
    if connection.vendor != "postgresql":
        return [sharing(own, _NOBODY, limit) for own in bands]
    found: list[list[Held]] = [[] for _ in bands]
    wanted = [(place, *own) for place, own in enumerate(bands) if own]
    with connection.cursor() as cursor:
        cursor.execute(_sharing_each(limit), [list(column) for column in zip(*wanted, strict=True)] or [[]] * 9)
        for place, *held in cursor.fetchall():
            found[place].append(Held(*held))
    return found


@cache
def _sharing_each(limit: int) -> str:
    columns = [f"of_{number}" for number in range(BANDS)]
    some = "(SELECT id FROM search_rows WHERE band_{0} = asked.of_{0} ORDER BY id DESC LIMIT {1})"
    newest = " UNION ALL ".join(some.format(number, limit) for number in range(BANDS))
    return f"""
        SELECT asked.place, held.record_id, held.text, held.marks
        FROM unnest(%s::int[]{", %s::bigint[]" * BANDS}) AS asked (place, {", ".join(columns)})
        CROSS JOIN LATERAL (SELECT DISTINCT id FROM ({newest}) AS of_any ORDER BY id DESC LIMIT {limit}) AS found
        JOIN search_rows AS held USING (id)
    """  # noqa: S608 - numbers and our own names; values are bound


@cache
def _sharing(bands: int, limit: int) -> str:
    """Return the statement of a look-up: the newest of each band off its index, of these the newest of all.

    A band of stock phrases is shared by most records; so no more of any is read than can be among the answers.
    """
    some = "SELECT id FROM (SELECT id FROM search_rows WHERE band_{} = %s ORDER BY id DESC LIMIT {}) AS of_{}"
    newest = " UNION ALL ".join(some.format(number % BANDS, limit + 1, number) for number in range(bands))
    if connection.vendor == "postgresql":
        # A short list, before the texts: else the planner may walk the whole table backwards for the LIMIT.
        newest = f"SELECT DISTINCT id FROM ({newest}) AS found ORDER BY id DESC LIMIT {limit + 1}"  # noqa: S608 - as below
    return f"""
        SELECT record_id, text, marks FROM search_rows WHERE id IN ({newest}) AND record_id <> %s
        ORDER BY id DESC LIMIT {limit}
    """  # noqa: S608 - numbers and our own names; values are bound
