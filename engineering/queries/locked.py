"""Queries that must see what others wrote before a lock was given: lock and query in one round trip (PostgreSQL)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def fetch(sql: str, parameters: Sequence[Any], locks: Iterable[int] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a query that is asked once the locks are held, to the end of the transaction.

    Each statement of a round trip sees what was committed when it began, so the query sees what whoever held a lock
    wrote. SQLite writes are serial already.
    """
    if connection.vendor != "postgresql":
        first: list[str] = []
        held: list[int] = []
    else:
        held = sorted(set(locks))
        # Compiling a walk of many steps takes PostgreSQL seconds, running it a millisecond.
        first = ["SET LOCAL jit = off", *["SELECT pg_advisory_xact_lock(%s)"] * len(held)]
    with connection.cursor() as cursor:
        cursor.execute("; ".join([*first, sql]), [*held, *parameters])
        for _ in first:
            cursor.nextset()
        return list(cursor.fetchall())
