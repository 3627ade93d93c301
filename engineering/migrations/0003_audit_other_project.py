"""Fills the second project of audit rows that were written before there was a column for it.

The rows themselves say what is filled in: a link's row names its ends, a moved record's row the project it left. The
triggers that keep the log append-only stand aside for this one statement, inside the migration's transaction.
"""

from importlib import import_module
from typing import Any

from django.db import migrations

guards = import_module("memories.migrations.0003_guards")

POSTGRES = (
    """UPDATE memory_audit a SET other_project_id = e.project_id FROM entities e
       WHERE a.entity_kind = 'relationship' AND e.id = (a.after_json ->> 'target_entity')::uuid
         AND e.project_id IS DISTINCT FROM a.project_id""",
    """UPDATE memory_audit SET other_project_id = (before_json ->> 'project')::uuid
       WHERE before_json ->> 'project' IS NOT NULL AND before_json ->> 'project' <> project_id::text""",
)
SQLITE = (
    """UPDATE memory_audit SET other_project_id =
         (SELECT e.project_id FROM entities e
          WHERE e.id = replace(json_extract(after_json, '$.target_entity'), '-', '')
            AND e.project_id IS NOT memory_audit.project_id)
       WHERE entity_kind = 'relationship'""",
    """UPDATE memory_audit SET other_project_id = replace(json_extract(before_json, '$.project'), '-', '')
       WHERE json_extract(before_json, '$.project') IS NOT NULL
         AND replace(json_extract(before_json, '$.project'), '-', '') IS NOT project_id""",
)


def forwards(apps: Any, schema_editor: Any) -> None:
    """Fill the column."""
    guards.backwards(apps, schema_editor)
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)
    guards.forwards(apps, schema_editor)


class Migration(migrations.Migration):
    """The second project of older audit rows."""

    dependencies = [("engineering", "0002_slots"), ("memories", "0005_audit_other_project")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=True)]
