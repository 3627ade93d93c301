"""The two engines behind the index: SQLite's FTS5 and PostgreSQL's tsvector. One interface, raw SQL, no rule.

`Query.marks` are groups of marks (single alphanumeric tokens), `words` are the words of a text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection


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
#: Text and marks.
Held = tuple[str, str]


def find(query: Query) -> list[Hit]:
    """Return (kind, record id) of the hits, best first where words rank them."""
    return _postgres(query) if connection.vendor == "postgresql" else _sqlite(query)


def rebuild() -> None:
    """Build FTS5's structures again from search_rows; PostgreSQL keeps its generated column by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO search_fts(search_fts) VALUES ('rebuild')")


def sharing(marks: Sequence[str], but: UUID, limit: int) -> list[Held]:
    """Return what the index holds of records that share one of the marks, one of them left out, the newest first."""
    postgres = connection.vendor == "postgresql"
    sought = " | ".join(marks) if postgres else f"marks : ({' OR '.join(marks)})"
    with connection.cursor() as cursor:
        cursor.execute(
            _SHARING_POSTGRES if postgres else _SHARING_SQLITE, [sought, but if postgres else but.hex, limit]
        )
        return [(text, carried) for text, carried in cursor.fetchall()]


_SHARING_SQLITE = """
    SELECT search_rows.text, search_rows.marks FROM search_fts
    JOIN search_rows ON search_rows.id = search_fts.rowid
    WHERE search_fts MATCH %s AND search_rows.record_id <> %s ORDER BY search_fts.rowid DESC LIMIT %s
"""
# Materialised for the reason given at `_postgres`.
_SHARING_POSTGRES = """
    WITH hits AS MATERIALIZED (
        SELECT id, record_id, text, marks FROM search_rows WHERE document @@ to_tsquery('simple', %s)
    )
    SELECT text, marks FROM hits WHERE record_id <> %s ORDER BY id DESC LIMIT %s
"""


def _fetch(sql: str, arguments: Sequence[str | int]) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return [(kind, record if isinstance(record, UUID) else UUID(record)) for kind, record in cursor.fetchall()]


def _sqlite(query: Query) -> list[Hit]:
    parts = [f"marks : ({' OR '.join(group)})" for group in query.marks]
    if query.words:
        quoted = " OR ".join('"' + word.replace('"', '""') + '"' for word in query.words)
        parts.append(f"{{text}} : ({quoted})")
    order = "ORDER BY bm25(search_fts, 1.0, 0.2, 0.0), search_rows.id" if query.words else ""
    sql = f"""
        SELECT search_rows.kind, search_rows.record_id FROM search_fts
        JOIN search_rows ON search_rows.id = search_fts.rowid
        WHERE search_fts MATCH %s {order} LIMIT %s
    """  # noqa: S608 - only the fixed ORDER BY is put in; values are bound
    return _fetch(sql, [" AND ".join(f"({part})" for part in parts), query.limit])


def _postgres(query: Query) -> list[Hit]:
    marks = [f"({' | '.join(group)})" for group in query.marks]
    conditions: list[str] = ["document @@ to_tsquery('simple', %s)"]
    arguments: list[str | int] = [" & ".join(marks)]
    order: str = ""
    if query.words:
        wanted = " or ".join(f'"{word}"' for word in query.words)
        conditions.append("document @@ websearch_to_tsquery('english', %s)")
        arguments.append(wanted)
        order = "ORDER BY ts_rank(document, websearch_to_tsquery('english', %s)) DESC, id"
    # Materialised, so that the planner weighs the look-up without the LIMIT: with it, it walks the table instead.
    sql = f"""
        WITH hits AS MATERIALIZED (
            SELECT id, kind, record_id, document FROM search_rows WHERE {" AND ".join(conditions)}
        )
        SELECT kind, record_id FROM hits {order} LIMIT %s
    """  # noqa: S608 - fixed clauses; values are bound
    return _fetch(sql, [*arguments, *([wanted] if query.words else []), query.limit])
