"""Triggers that keep the audit log append-only, on both databases.

A later migration that rebuilds memory_audit on SQLite (AlterField does) drops them silently and must run these
statements again; the check atocore.E001 notices.
"""

from typing import Any

from django.db import migrations

REFUSAL = "memory_audit is append-only"

SQLITE = (
    f"""CREATE TRIGGER IF NOT EXISTS memory_audit_no_update BEFORE UPDATE ON memory_audit
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS memory_audit_no_delete BEFORE DELETE ON memory_audit
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    # INSERT OR REPLACE deletes without firing the delete trigger where recursive_triggers is off.
    f"""CREATE TRIGGER IF NOT EXISTS memory_audit_no_replace BEFORE INSERT ON memory_audit
        WHEN EXISTS (SELECT 1 FROM memory_audit WHERE seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",  # noqa: S608 - a constant of this file
)
SQLITE_BACK = tuple(
    f"DROP TRIGGER IF EXISTS {name}"
    for name in ("memory_audit_no_update", "memory_audit_no_delete", "memory_audit_no_replace")
)
POSTGRES = (
    f"""CREATE OR REPLACE FUNCTION memory_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER memory_audit_append_only BEFORE UPDATE OR DELETE ON memory_audit
       FOR EACH ROW EXECUTE FUNCTION memory_audit_refuse()""",
    """CREATE TRIGGER memory_audit_no_truncate BEFORE TRUNCATE ON memory_audit
       FOR EACH STATEMENT EXECUTE FUNCTION memory_audit_refuse()""",
)
POSTGRES_BACK = (
    "DROP TRIGGER IF EXISTS memory_audit_append_only ON memory_audit",
    "DROP TRIGGER IF EXISTS memory_audit_no_truncate ON memory_audit",
    "DROP FUNCTION IF EXISTS memory_audit_refuse()",
)


def forwards(apps: Any, schema_editor: Any) -> None:
    """Make the triggers of the database at hand."""
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def backwards(apps: Any, schema_editor: Any) -> None:
    """Drop them."""
    for statement in POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Append-only audit."""

    dependencies = [("memories", "0002_graduation_pointer")]
    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
