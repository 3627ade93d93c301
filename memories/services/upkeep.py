"""Upkeep of the database that changes no record: the planner's statistics."""

from django.db import connection


def refresh_statistics() -> None:
    """Tell the planner how large tables are and how values spread.

    Without statistics a list filtered by a frequent value was read off the wrong index: 253 ms against 14 ms at 100,000
    memories on SQLite. Cheap to repeat: SQLite looks again only where much has changed.
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA optimize = 0x10002" if connection.vendor == "sqlite" else "ANALYZE")
