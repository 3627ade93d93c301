"""Upkeep that changes no record: the search index, the planner's statistics, and how often a word occurs."""

from collections.abc import Callable
from functools import partial

from django.db import connection, transaction

from memories.models import SourceDocument
from memories.search import backends, chunks, index, postgres

#: Rows written by this process before it first looks at the statistics, and at most between two looks.
_FIRST, _MOST = 100, 10_000
_growth = {"rows": 0, "look": _FIRST}


def rebuild_index(tell: Callable[[str, int], None] | None = None) -> dict[str, int]:
    """Build the search index again from the records, and return how many of each kind it holds.

    Args:
        tell: is told the kind and how many of its records are done.
    """
    backends.rebuild()  # first: the engine may have missed changes, and an update of a row it lacks would fail
    counts = {}
    for kind in index.indexed_kinds():
        index.sweep(kind)
        counts[kind.plural] = index.reindex(kind, tell=partial(tell, kind.plural) if tell else None)
    counts["documents"] = 0
    for document in SourceDocument.objects.order_by("pk").iterator(chunk_size=200):
        with transaction.atomic():
            chunks.refresh(document)
        counts["documents"] += 1
    return counts


def refresh_statistics() -> None:
    """Tell the planner how large tables are and how values spread.

    Without statistics a list filtered by a frequent value was read off the wrong index: 253 ms against 14 ms at 100,000
    memories on SQLite. Cheap to repeat: SQLite looks again only where much has changed.
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA optimize = 0x10002" if connection.vendor == "sqlite" else "ANALYZE")
    if connection.vendor == "postgresql":
        postgres.refresh_terms()


def grown(rows: int) -> None:
    """Count rows just written, chunks of documents among them, and look at the statistics now and then.

    It looks once their transaction is through.

    A database that began empty would stay without statistics until the next start, and a walk of its graph would read
    whole tables at every step. PostgreSQL looks at its tables by itself (autovacuum); what a search weighs words by is
    counted anew when a tenth more was written (with a fifth, a text that had just come in was found worse: nDCG@10 .798
    instead of .813 over its neighbours).
    """
    _growth["rows"] += rows
    if _growth["rows"] < _growth["look"]:
        return
    # A failure is logged: what was written is written.
    if connection.vendor == "sqlite":
        _growth["look"] = _growth["rows"] + min(_growth["rows"] * 9, _MOST)
        transaction.on_commit(refresh_statistics, robust=True)
    else:
        _growth["look"] = _growth["rows"] + max(_FIRST, postgres.counted() // 10)
        transaction.on_commit(postgres.refresh_terms, robust=True)
