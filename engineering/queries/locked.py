"""Queries that must see what others wrote before a lock was given: lock and query in one round trip (PostgreSQL)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def fetch(sql: str, parameters: Sequence[Any], locks: Iterable[int] = ()) -> list[tuple[Any, ...]]:
    """Return the rows of a query that is asked once the locks are held, to the end of the transaction.

    Each statement of a round trip sees what was committed when it began, so the query sees what whoever held a lock
    wrote. SQLite writes are serial already.
    """
    held = sorted(set(locks)) if connection.vendor == "postgresql" else []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s); " * len(held) + sql, [*held, *parameters])
        for _ in held:
            cursor.nextset()
        return list(cursor.fetchall())
