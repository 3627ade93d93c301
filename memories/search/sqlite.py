"""Ranked look-ups on SQLite: FTS5."""

from uuid import UUID

from django.db import connection

from memories.search.ranked import NEIGHBOURS, OWN, Scored, Sought

#: lead, text, context, marks: as the columns of search_fts stand.
WEIGHTS = f"{OWN}, {OWN}, {NEIGHBOURS}, 0.0"

# The best are found before their rows are read: the other way round every row with one of the words is read.
_BEST = f"""
    SELECT held.kind, held.record_id, best.score, held.lead, held.text, held.context
    FROM (
        SELECT rowid AS place, -bm25(search_fts, {WEIGHTS}) AS score
        FROM search_fts WHERE search_fts MATCH %s ORDER BY score DESC, rowid LIMIT %s
    ) AS best JOIN search_rows AS held ON held.id = best.place
"""  # noqa: S608 - fixed weights; values are bound


def best(sought: Sought) -> list[Scored]:
    """Return the best rows (see memories.search.ranked)."""
    with connection.cursor() as cursor:
        cursor.execute(_BEST, [match(sought), sought.pool])
        return [Scored(kind, UUID(record_id), *held) for kind, record_id, *held in cursor.fetchall()]


def match(sought: Sought) -> str:
    """Return the question in FTS5's own language. Words and marks hold letters and digits only.

    Where the neighbours' words count, no column is named, which takes FTS5 a fifth less time: no language has words
    that are marks, and marks weigh nothing.
    """
    either = " OR ".join(f'"{word}"' for word in sought.words)
    words = f"({either})" if sought.beside else f"({{lead text}} : ({either}))"
    parts = [words, *(f"(marks : ({' OR '.join(group)}))" for group in sought.marks)]
    return " AND ".join(parts)
