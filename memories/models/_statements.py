"""Inserts of the write path, put together once a model instead of once a row.

Django's ORM builds an INSERT anew each time, which costs several times what the database takes to run it. The values go
through the same field methods as in the ORM; only the text of the statement is kept.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

from memories.models._guard import GuardedModel, insist


def insert_rows(model: type[models.Model], rows: Sequence[models.Model], *, replace_on: tuple[str, ...] = ()) -> None:
    """Insert rows of one model, set-based.

    Args:
        model: their model. A guarded one is written inside the write path only.
        rows: unsaved instances; numbers that the database gives (seq) are not read back.
        replace_on: columns of a unique rule; a row that is there already takes all other values of the new one.

    Raises:
        StrayWrite: a guarded model outside the write path.
        IntegrityError: a rule of the database refuses a row.
    """
    if issubclass(model, GuardedModel):
        insist(model, "insert_rows")
    columns = _columns(model)
    values = [[column.get_db_prep_save(column.pre_save(row, True), connection) for column in columns] for row in rows]
    with connection.cursor() as cursor:
        sql = _statement(model, replace_on)
        if len(values) == 1:
            cursor.execute(sql, values[0])
        elif values:
            cursor.executemany(sql, values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


@cache
def _columns(model: type[models.Model]) -> tuple[Any, ...]:
    return tuple(
        column
        for column in model._meta.concrete_fields
        if not isinstance(column, models.AutoField) and not getattr(column, "generated", False)
    )


@cache
def _statement(model: type[models.Model], replace_on: tuple[str, ...]) -> str:
    quote: Callable[[str], str] = connection.ops.quote_name
    names = [column.column for column in _columns(model)]
    listed, marks = ", ".join(map(quote, names)), ", ".join(["%s"] * len(names))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({listed}) VALUES ({marks})"  # noqa: S608 - names of our columns; values are bound
    return sql + " ".join(_replacing(names, replace_on, quote)) if replace_on else sql


def _replacing(names: Sequence[str], unique: Sequence[str], quote: Callable[[str], str]) -> Iterator[str]:
    yield f" ON CONFLICT ({', '.join(map(quote, unique))}) DO UPDATE SET"
    yield ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in names if name not in unique)
