"""Index rows gain a mark for their status within their project (memories.search.marks.home).

A search within a project asks for one rare mark instead of a rare one and one that nearly every row carries: FTS5 counts
each word of a question over the whole index. Status and project are the second and the third mark of a row.
"""

from importlib import import_module
from typing import Any

from django.db import migrations

_EARLIER = import_module("memories.migrations.0013_search_lead")
_AFTER_KIND = "substr(marks, instr(marks, ' ') + 1) || ' '"
_AFTER_STATUS = f"substr({_AFTER_KIND}, instr({_AFTER_KIND}, ' ') + 1)"


def _sqlite(update: str) -> list[str]:
    # Without triggers: the table of FTS5 is built again at once, and not row by row.
    dropped = [f"DROP TRIGGER IF EXISTS search_rows_{when}" for when in ("ai", "ad", "au")]
    return [*dropped, update, *_EARLIER._sqlite("lead", "text", "context", "marks")]


def forwards(apps: Any, schema_editor: Any) -> None:
    """Add the mark."""
    if schema_editor.connection.vendor == "postgresql":
        first, second = (f"substr(split_part(marks, ' ', {place}), 3)" for place in (2, 3))
        statements = [f"UPDATE search_rows SET marks = marks || ' hm' || {first} || {second}"]  # noqa: S608 - fixed words
    else:
        first, second = (f"substr({text}, 3, instr({text}, ' ') - 3)" for text in (_AFTER_KIND, _AFTER_STATUS))
        statements = _sqlite(f"UPDATE search_rows SET marks = marks || ' hm' || {first} || {second}")  # noqa: S608 - fixed words
    for statement in statements:
        schema_editor.execute(statement)


def backwards(apps: Any, schema_editor: Any) -> None:
    """Take it away: it is the last one."""
    if schema_editor.connection.vendor == "postgresql":
        statements = ["UPDATE search_rows SET marks = regexp_replace(marks, ' hm[^ ]*$', '')"]
    else:
        statements = _sqlite("UPDATE search_rows SET marks = substr(marks, 1, instr(marks, ' hm') - 1)")
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """A mark more in every row."""

    dependencies = [("memories", "0014_context_packs")]
    operations = [migrations.RunPython(forwards, backwards, elidable=False)]
