"""Inserts of the write path, put together once a model instead of once a row.

Django's ORM builds an INSERT anew each time, which costs several times what the database takes to run it. The text of
the statement is kept. Values go through the same field methods as in the ORM, but for those whose form a column stores
as it is, or, on SQLite, after one known step: with the methods they cost more than all three INSERTs of a creation.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models

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
    connection = connections[DEFAULT_DB_ALIAS]
    read, forms = _reader(model), _forms(model, connection.vendor)
    values: list[list[Any]] = [
        [
            value if value is None or type(value) is plain else form(value)
            for value, (plain, form) in zip(read(row), forms, strict=True)
        ]
        for row in rows
    ]
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
    """Return the columns that an INSERT names. (None of ours sets its time by itself: pre_save is not asked.)"""
    return tuple(
        column
        for column in model._meta.concrete_fields
        if not isinstance(column, models.AutoField) and not getattr(column, "generated", False)
    )


@cache
def _reader(model: type[models.Model]) -> Callable[[models.Model], Sequence[Any]]:
    return attrgetter(*(column.attname for column in _columns(model)))


#: The type whose values a column stores as they are.
_PLAIN: dict[type[models.Field[Any, Any]], type] = {
    models.CharField: str,
    models.TextField: str,
    models.FloatField: float,
    models.BooleanField: bool,
}
_PLAIN_ON_SQLITE: dict[type[models.Field[Any, Any]], type] = {
    **_PLAIN,
    models.IntegerField: int,
    models.PositiveIntegerField: int,
    models.BigIntegerField: int,
}
Form = Callable[[Any], Any]


@cache
def _forms(model: type[models.Model], vendor: str) -> tuple[tuple[type | None, Form], ...]:
    """Return for each column the type that is stored as it is, and what brings any other value into its form."""
    return tuple(_form(column, vendor) for column in _columns(model))


def _form(column: Any, vendor: str) -> tuple[type | None, Form]:
    if isinstance(column, models.ForeignKey):
        return _form(column.target_field, vendor)
    known = _PLAIN_ON_SQLITE if vendor == "sqlite" else _PLAIN
    django = partial(_by_django, column)
    own_encoder = getattr(column, "encoder", None)
    special = _ON_SQLITE.get(type(column)) if vendor == "sqlite" and not own_encoder else None
    return known.get(type(column)), partial(special, django) if special else django


def _by_django(column: Any, value: Any) -> Any:
    return column.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])


def _id(django: Form, value: Any) -> Any:
    return value.hex if type(value) is UUID else django(value)


def _time(django: Form, value: Any) -> Any:
    return _naive(value) if type(value) is datetime and value.tzinfo is UTC else django(value)


@lru_cache(maxsize=64)
def _naive(value: datetime) -> str:
    return str(value.replace(tzinfo=None))


def _json(django: Form, value: Any) -> Any:
    return json.dumps(value) if type(value) in (dict, list) else django(value)


_ON_SQLITE: dict[type, Callable[[Form, Any], Any]] = {
    models.UUIDField: _id,
    models.DateTimeField: _time,
    models.JSONField: _json,
}


@cache
def _statement(model: type[models.Model], replace_on: tuple[str, ...]) -> str:
    quote: Callable[[str], str] = connections[DEFAULT_DB_ALIAS].ops.quote_name
    names = [column.column for column in _columns(model)]
    listed, marks = ", ".join(map(quote, names)), ", ".join(["%s"] * len(names))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({listed}) VALUES ({marks})"  # noqa: S608 - names of our columns; values are bound
    return sql + " ".join(_replacing(names, replace_on, quote)) if replace_on else sql


def _replacing(names: Sequence[str], unique: Sequence[str], quote: Callable[[str], str]) -> Iterator[str]:
    yield f" ON CONFLICT ({', '.join(map(quote, unique))}) DO UPDATE SET"
    yield ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in names if name not in unique)
