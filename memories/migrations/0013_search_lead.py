"""The index gains `lead`: words by which a record is found that are not its own text (heading, date, linked names).

FTS5 cannot add a column, so its table is made again from search_rows. On PostgreSQL words are now cut as FTS5 cuts
them: at everything that is no letter and no digit, accents taken off (regexp_replace and translate are immutable).
"""

from typing import Any

from django.db import migrations, models

_ACCENTED = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ"
_BARE = "aaaaaaceeeeiiiinoooooouuuuyyAAAAAACEEEEIIIINOOOOOOUUUUY"


def _sqlite(*columns: str) -> list[str]:
    listed = ", ".join(columns)
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("old", "new"))
    gone = f"INSERT INTO search_fts(search_fts, rowid, {listed}) VALUES ('delete', old.id, {old});"  # noqa: S608 - our columns
    come = f"INSERT INTO search_fts(rowid, {listed}) VALUES (new.id, {new});"  # noqa: S608 - our columns
    return [
        *(f"DROP TRIGGER IF EXISTS search_rows_{when}" for when in ("ai", "ad", "au")),
        "DROP TABLE IF EXISTS search_fts",
        f"""CREATE VIRTUAL TABLE search_fts USING fts5({listed}, content='search_rows', content_rowid='id',
            tokenize='porter unicode61 remove_diacritics 2')""",
        f"CREATE TRIGGER search_rows_ai AFTER INSERT ON search_rows BEGIN {come} END",
        f"CREATE TRIGGER search_rows_ad AFTER DELETE ON search_rows BEGIN {gone} END",
        f"CREATE TRIGGER search_rows_au AFTER UPDATE ON search_rows BEGIN {gone} {come} END",
        "INSERT INTO search_fts(search_fts) VALUES ('rebuild')",
    ]


def _cut(column: str) -> str:
    return f"regexp_replace(translate({column}, '{_ACCENTED}', '{_BARE}'), '[^[:alnum:]]+', ' ', 'g')"


def _postgres(text: str, context: str) -> list[str]:
    return [
        "DROP INDEX IF EXISTS search_rows_document",
        "ALTER TABLE search_rows DROP COLUMN IF EXISTS document",
        f"""ALTER TABLE search_rows ADD COLUMN document tsvector GENERATED ALWAYS AS (
            setweight(to_tsvector('english', {text}), 'A') || setweight(to_tsvector('english', {context}), 'B')
            || setweight(to_tsvector('simple', marks), 'D')) STORED""",
        "CREATE INDEX search_rows_document ON search_rows USING gin (document)",
    ]


#: How many rows hold a word, for PostgreSQL, which does not count it (memories.search.postgres).
_TERMS = "CREATE TABLE search_terms (lexeme text PRIMARY KEY, rows integer NOT NULL)"


def forwards(apps: Any, schema_editor: Any) -> None:
    """Make the index of the database at hand again."""
    postgres = schema_editor.connection.vendor == "postgresql"
    made = [*_postgres(_cut("lead || ' ' || text"), _cut("context")), _TERMS] if postgres else None
    for statement in made or _sqlite("lead", "text", "context", "marks"):
        schema_editor.execute(statement)


def backwards(apps: Any, schema_editor: Any) -> None:
    """Make it as it was."""
    postgres = schema_editor.connection.vendor == "postgresql"
    made = [*_postgres("text", "context"), "DROP TABLE search_terms"] if postgres else None
    for statement in made or _sqlite("text", "context", "marks"):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """A column more in both indexes."""

    dependencies = [("memories", "0012_document_texts")]
    operations = [
        migrations.AddField("indexrow", "lead", models.TextField(blank=True, db_default="", default="")),
        migrations.RunPython(forwards, backwards, elidable=False),
    ]
