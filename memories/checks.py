"""System checks of the ground floor: the database guards that migrations made are still there."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection, connections

SQLITE_TRIGGERS = frozenset(
    {
        "memory_audit_no_update",
        "memory_audit_no_delete",
        "memory_audit_no_replace",
        "search_rows_ai",
        "search_rows_ad",
        "search_rows_au",
    }
)
POSTGRES_TRIGGERS = frozenset({"memory_audit_append_only", "memory_audit_no_truncate"})


@register(Tags.database)
def guards_in_place(databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """Report append-only and index triggers that are missing (a table rebuild drops them silently on SQLite)."""
    if not databases or "memory_audit" not in connection.introspection.table_names():
        return []
    missing = missing_triggers()
    if not missing:
        return []
    return [
        Error(
            f"Database triggers are missing: {', '.join(sorted(missing))}.",
            hint="Run manage.py restore_guards. (A migration that rebuilds a table drops its triggers on SQLite.)",
            id="atocore.E001",
        )
    ]


def missing_triggers(using: str = "default") -> frozenset[str]:
    """Return the names of guard triggers that a database lacks."""
    connection = connections[using]
    wanted = SQLITE_TRIGGERS if connection.vendor == "sqlite" else POSTGRES_TRIGGERS
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return wanted - {name for (name,) in cursor.fetchall()}
