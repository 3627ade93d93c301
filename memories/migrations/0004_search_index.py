"""The lexical index beside search_rows: FTS5 kept by triggers on SQLite, a generated tsvector on PostgreSQL.

Weights: text A, context (neighbours) B, marks D. `porter unicode61 remove_diacritics 2` is what was measured best.
"""

from typing import Any

from django.db import migrations

_OLD = "INSERT INTO search_fts(search_fts, rowid, text, context, marks) VALUES ('delete', old.id, old.text, old.context, old.marks);"
_NEW = "INSERT INTO search_fts(rowid, text, context, marks) VALUES (new.id, new.text, new.context, new.marks);"

SQLITE = (
    """CREATE VIRTUAL TABLE search_fts USING fts5(text, context, marks, content='search_rows', content_rowid='id',
       tokenize='porter unicode61 remove_diacritics 2')""",
    f"CREATE TRIGGER search_rows_ai AFTER INSERT ON search_rows BEGIN {_NEW} END",
    f"CREATE TRIGGER search_rows_ad AFTER DELETE ON search_rows BEGIN {_OLD} END",
    f"CREATE TRIGGER search_rows_au AFTER UPDATE ON search_rows BEGIN {_OLD} {_NEW} END",
)
SQLITE_BACK = (
    "DROP TRIGGER IF EXISTS search_rows_ai",
    "DROP TRIGGER IF EXISTS search_rows_ad",
    "DROP TRIGGER IF EXISTS search_rows_au",
    "DROP TABLE IF EXISTS search_fts",
)
POSTGRES = (
    """ALTER TABLE search_rows ADD COLUMN document tsvector GENERATED ALWAYS AS (
       setweight(to_tsvector('english', text), 'A') || setweight(to_tsvector('english', context), 'B')
       || setweight(to_tsvector('simple', marks), 'D')) STORED""",
    "CREATE INDEX search_rows_document ON search_rows USING gin (document)",
)
POSTGRES_BACK = ("DROP INDEX IF EXISTS search_rows_document", "ALTER TABLE search_rows DROP COLUMN IF EXISTS document")


def forwards(apps: Any, schema_editor: Any) -> None:
    """Make the index of the database at hand."""
    for statement in POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def backwards(apps: Any, schema_editor: Any) -> None:
    """Drop it."""
    for statement in POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """FTS5 and tsvector."""

    dependencies = [("memories", "0003_guards")]
    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
