"""The best rows of the index for some words, by BM25 over their own words and, for a fifth, their neighbours'.

One question, two engines that answer alike: FTS5's bm25 on SQLite, the same formula over a tsvector on PostgreSQL.
What is made of the score stands in memories.search.ranking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

#: What a word counts in each column. Measured: a fifth for the neighbours' words.
OWN, NEIGHBOURS = 1.0, 0.2


@dataclass(frozen=True)
class Sought:
    """What to look for.

    Attributes:
        words: folded words (memories.search.words.sought); a row has one of them, its own or a neighbour's.
        marks: groups of marks; a row carries one of each group.
        pool: most rows.
        beside: whether the neighbours' words count, too.
    """

    words: Sequence[str]
    marks: Sequence[Sequence[str]] = ()
    pool: int = 100
    beside: bool = True


@dataclass(frozen=True)
class Scored:
    """A row that was found.

    Attributes:
        kind, record_id: what it speaks of.
        score: BM25, greater is better; comparable within one answer only.
        lead, text, context: what the index holds of it.
    """

    kind: str
    record_id: UUID
    score: float
    lead: str
    text: str
    context: str


def ranked(sought: Sought) -> list[Scored]:
    """Return the best rows, best first; ties by id."""
    if not sought.words:
        return []
    if connection.vendor == "postgresql":
        from memories.search.postgres import best
    else:
        from memories.search.sqlite import best
    return sorted(best(sought), key=lambda row: (-row.score, str(row.record_id)))
