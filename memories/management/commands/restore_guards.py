"""`manage.py restore_guards`: make the database's missing triggers again.

The statements are the migrations' own (read from them, so that there is one text of each); this command only chooses
those that the check atocore.E001 misses.
"""

from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from memories.checks import missing_triggers

_MIGRATIONS = ("0003_guards", "0004_search_index")


class Command(BaseCommand):
    """Makes what is missing and nothing else; says what it made."""

    help = "Make missing database triggers (append-only audit, search index) again."
    # The system check that reports the missing triggers would otherwise stop its own remedy.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) before the tables exist, or when a trigger is missing afterwards."""
        if "memory_audit" not in connection.introspection.table_names():
            raise CommandError("The database has no tables yet: run manage.py migrate.")
        missing = sorted(missing_triggers())
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements_for(missing):
                cursor.execute(statement)
        if left := missing_triggers():
            raise CommandError(f"Still missing: {', '.join(sorted(left))}.")
        self.stderr.write(f"Made again: {', '.join(missing)}." if missing else "Every trigger is in place.")
        if any(name.startswith("search_rows") for name in missing):
            self.stderr.write("The search index may have missed changes meanwhile: run manage.py reindex.")


def statements_for(missing: list[str]) -> list[str]:
    """Return the statements that make the named triggers on the database at hand, in order."""
    on_postgres = connection.vendor == "postgresql"
    made: list[str] = []
    for migration in _MIGRATIONS:
        module = import_module(f"memories.migrations.{migration}")
        for statement in module.POSTGRES if on_postgres else module.SQLITE:
            made += _needed(statement, missing, on_postgres)
    return made


def _needed(statement: str, missing: list[str], on_postgres: bool) -> list[str]:
    words = statement.split()
    if on_postgres and missing and "memory_audit_refuse()" in words[:5]:
        return [statement]  # CREATE OR REPLACE FUNCTION: the triggers call it
    named = [name for name in missing if name in words[:6] and "TRIGGER" in words[:2]]
    # A disabled trigger counts as missing and has to go before it can be made again.
    dropped = [f"DROP TRIGGER IF EXISTS {name} ON memory_audit" for name in named if on_postgres]
    return [*dropped, statement] if named else []
