"""Ranked look-ups on PostgreSQL: GIN finds, ts_rank narrows, BM25 decides.

ts_rank knows nothing of how rare a word is, and reading every row of a frequent one costs most. So rows are found by
the rarer words (as many as bring no more than PROBED rows), the best of them by ts_rank over all words are taken, and
those are scored exactly. How many rows hold a word stands in `search_terms`, counted anew now and then and not with
every question, so that the same data give the same answer.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from memories.search.ranked import NEIGHBOURS, OWN, Scored, Sought

#: Rows read for one question, by the count. 25,000 take as long as FTS5 takes over all rows of 100,000.
PROBED = 25_000
#: Rows scored exactly for each one of the pool.
_EXACT = 3
#: Constants of BM25 as FTS5 has them, and what a row's marks add to its length there, in characters.
_K1, _B, _MARKS = 1.2, 0.75, 84
#: Entries of search_terms that are no word (a lexeme has no space).
_TOTAL, _LENGTH = " rows", " length"


class _Corpus(NamedTuple):
    rows: int
    length: float
    counts: Mapping[str, int]

    def idf(self, lexeme: str) -> float:
        """Return how telling a word is, as FTS5 has it."""
        held = self.counts.get(lexeme, 0)
        rows = max(self.rows, held + 1)  # a young database was never counted
        return max(1e-6, math.log((rows - held + 0.5) / (held + 0.5)))


def best(sought: Sought) -> list[Scored]:
    """Return the best rows (see memories.search.ranked)."""
    with connection.cursor() as cursor:
        lexemes = _lexemes(cursor, sought.words)
        if not lexemes:
            return []
        corpus = _corpus(cursor, [*lexemes, *(mark for group in sought.marks for mark in group)])
        rows = _narrowed(cursor, sought, _probing(lexemes, corpus, sought.marks), lexemes)
        scores = _exact(cursor, list(rows), lexemes, corpus, sought)
    top = sorted(rows, key=lambda pk: (-scores.get(pk, 0.0), pk))[: sought.pool]
    return [Scored(kind, record, scores.get(pk, 0.0), *held) for pk in top for kind, record, *held in [rows[pk]]]


def refresh_terms() -> None:
    """Count anew how many rows hold each word; a second one at the same time leaves it to the first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('search_terms'))")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("DELETE FROM search_terms")
        cursor.execute(
            "INSERT INTO search_terms (lexeme, rows)"
            " SELECT word, ndoc FROM ts_stat('SELECT document FROM search_rows')"
            " UNION ALL SELECT %s, count(*) FROM search_rows"
            " UNION ALL SELECT %s, coalesce(avg(length(lead) + length(text) + length(context)), 0)::int"
            " FROM search_rows",
            [_TOTAL, _LENGTH],
        )


def counted() -> int:
    """Return how many rows there were when words were counted last; 0 for never."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rows FROM search_terms WHERE lexeme = %s", [_TOTAL])
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def _lexemes(cursor: Any, words: Sequence[str]) -> list[str]:
    cursor.execute("SELECT lexeme FROM unnest(to_tsvector('english', %s))", [" ".join(words)])
    return [lexeme for (lexeme,) in cursor.fetchall()]


def _corpus(cursor: Any, terms: Sequence[str]) -> _Corpus:
    cursor.execute("SELECT lexeme, rows FROM search_terms WHERE lexeme = ANY(%s)", [[*terms, _TOTAL, _LENGTH]])
    counts = dict(cursor.fetchall())
    return _Corpus(counts.get(_TOTAL, 0), counts.get(_LENGTH, 0) + _MARKS, counts)


def _probing(lexemes: Sequence[str], corpus: _Corpus, marks: Sequence[Sequence[str]]) -> list[str]:
    """Return the words by which rows are found: the rarest, and as many more as PROBED allows."""
    shares = [sum(corpus.counts.get(mark, 0) for mark in group) / max(1, corpus.rows) for group in marks]
    share = min([1.0, *shares])
    chosen: list[str] = []
    read = 0.0
    for lexeme in sorted(lexemes, key=lambda one: (corpus.counts.get(one, 0), one)):
        read += corpus.counts.get(lexeme, 0) * share
        if chosen and read > PROBED:
            break
        chosen.append(lexeme)
    return chosen


# Materialised for the reason given in memories.search.backends.
_NARROW = """
    WITH hits AS MATERIALIZED (
        SELECT id, ts_rank(%s::real[], document, %s::tsquery) AS rank FROM search_rows
        WHERE document @@ %s::tsquery AND document @@ %s::tsquery
    ), top AS (SELECT id FROM hits ORDER BY rank DESC, id LIMIT %s)
    SELECT id, kind, record_id, lead, text, context FROM search_rows JOIN top USING (id)
"""


def _narrowed(
    cursor: Any, sought: Sought, probing: Sequence[str], lexemes: Sequence[str]
) -> dict[int, tuple[str, UUID, str, str, str]]:
    marks = " & ".join(f"({_either(group)})" for group in sought.marks) or _either(probing)
    weights = [0.0, 0.0, NEIGHBOURS if sought.beside else 0.0, OWN]
    cursor.execute(_NARROW, [weights, _either(lexemes), _either(probing), marks, sought.pool * _EXACT])
    return {pk: tuple(held) for pk, *held in cursor.fetchall()}


def _either(lexemes: Sequence[str]) -> str:
    return " | ".join("'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'" for lexeme in lexemes)


_TERMS = """
    SELECT held.id, length(held.lead) + length(held.text) + length(held.context), term.lexeme, term.weights
    FROM search_rows AS held, LATERAL unnest(held.document) AS term
    WHERE held.id = ANY(%s) AND term.lexeme = ANY(%s)
"""


def _exact(
    cursor: Any, ids: Sequence[int], lexemes: Sequence[str], corpus: _Corpus, sought: Sought
) -> dict[int, float]:
    """Score rows by BM25 (Robertson and Zaragoza 2009), words weighted by the column they stand in."""
    cursor.execute(_TERMS, [ids, lexemes])
    counted = {"A": OWN, "B": NEIGHBOURS if sought.beside else 0.0}
    scores: dict[int, float] = {}
    for pk, length, lexeme, weights in cursor.fetchall():
        often = sum(counted.get(weight, 0.0) for weight in weights)
        norm = _K1 * (1 - _B + _B * (length + _MARKS) / (corpus.length or 1))
        scores[pk] = scores.get(pk, 0.0) + corpus.idf(lexeme) * often * (_K1 + 1) / (often + norm)
    return scores
