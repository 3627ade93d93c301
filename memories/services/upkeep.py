"""Upkeep of the database that changes no record: the planner's statistics."""

from django.db import connection, transaction

#: Rows written by this process before it first looks at the statistics, and at most between two looks.
_FIRST, _MOST = 100, 10_000
_growth = {"rows": 0, "look": _FIRST}


def refresh_statistics() -> None:
    """Tell the planner how large tables are and how values spread.

    Without statistics a list filtered by a frequent value was read off the wrong index: 253 ms against 14 ms at 100,000
    memories on SQLite. Cheap to repeat: SQLite looks again only where much has changed.
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA optimize = 0x10002" if connection.vendor == "sqlite" else "ANALYZE")


def grown(rows: int) -> None:
    """Count rows just written, and now and then look at the statistics once their transaction is through.

    A database that began empty would stay without statistics until the next start, and a walk of its graph would read
    whole tables at every step. PostgreSQL looks by itself (autovacuum).
    """
    _growth["rows"] += rows
    if connection.vendor == "sqlite" and _growth["rows"] >= _growth["look"]:
        _growth["look"] = _growth["rows"] + min(_growth["rows"] * 9, _MOST)
        # A failure is logged: what was written is written.
        transaction.on_commit(refresh_statistics, robust=True)
