"""The near-duplicate sketch moves from tokens of the full text index into columns with B-trees of their own.

A full text index looks into each of its segments for each of the eight; a B-tree goes to the newest at once. Old rows
keep the tokens until they are written again: they do no harm, and taking them out would index every text anew.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.db import migrations, models

BANDS = range(8)
AT_ONCE = 2_000
_TOKEN = re.compile(r"\bnd([0-7])x([0-9a-f]{12})\b")
# The trigger would index each text anew, though no word of it changes.
NO_TRIGGER = "DROP TRIGGER IF EXISTS search_rows_au"
TRIGGER = """CREATE TRIGGER search_rows_au AFTER UPDATE ON search_rows BEGIN
    INSERT INTO search_fts(search_fts, rowid, text, context, marks)
        VALUES ('delete', old.id, old.text, old.context, old.marks);
    INSERT INTO search_fts(rowid, text, context, marks) VALUES (new.id, new.text, new.context, new.marks);
END"""


def forwards(apps: Any, schema_editor: Any) -> None:
    """Copy the bands of every row out of its tokens."""
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        schema_editor.execute(NO_TRIGGER)
    values = ", ".join(f"band_{number} = %s" for number in BANDS)
    with connection.cursor() as cursor:
        for rows in _pages(cursor):
            cursor.executemany(
                f"UPDATE search_rows SET {values} WHERE id = %s",  # noqa: S608 - our own column names
                [[*_bands(marks), pk] for pk, marks in rows],
            )
    if connection.vendor == "sqlite":
        schema_editor.execute(TRIGGER)


def _pages(cursor: Any) -> Iterator[list[tuple[int, str]]]:
    last = 0
    while True:
        cursor.execute("SELECT id, marks FROM search_rows WHERE id > %s ORDER BY id LIMIT %s", [last, AT_ONCE])
        rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _bands(marks: str) -> list[int | None]:
    found = {int(number): int(digest, 16) for number, digest in _TOKEN.findall(marks)}
    return [found.get(number) for number in BANDS]


def backwards(apps: Any, schema_editor: Any) -> None:
    """Nothing: without the columns `manage.py reindex` makes the tokens again."""


class Migration(migrations.Migration):
    """Eight columns, their values, their indexes."""

    dependencies = [("memories", "0006_baselines")]
    operations = [
        *(
            migrations.AddField(
                "indexrow", f"band_{number}", models.BigIntegerField(null=True, blank=True, editable=False)
            )
            for number in BANDS
        ),
        migrations.RunPython(forwards, backwards, elidable=False),
        *(
            migrations.AddIndex(
                "indexrow",
                models.Index(
                    fields=[f"band_{number}", "id"],
                    condition=models.Q(**{f"band_{number}__isnull": False}),
                    name=f"search_rows_band_{number}",
                ),
            )
            for number in BANDS
        ),
    ]
