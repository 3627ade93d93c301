"""Which tables travel, with which columns, in which order: the format of an export (docs/exchange.md)."""

from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from memories.models import ApiToken, AuditEntry, IdempotencyKey, IndexRow, User

Model = type[models.Model]
#: Counts up when a reader of before could not read what is written now.
FORMAT = 1
_APPS = ("memories", "engineering")
#: What stays behind, and why.
LEFT_OUT: dict[Model, str] = {
    IndexRow: "the search index: import builds it from the records",
    IdempotencyKey: "answers kept for a day, for clients that ask the same installation twice",
    User.groups.through: "Django's groups: roles are memberships here",
    User.user_permissions.through: "Django's permissions: roles are memberships here",
}
#: What goes only where it is asked for, because who reads it could sign in with it.
SECRET: dict[Model, tuple[str, ...] | None] = {ApiToken: None, User: ("password",)}
#: Of each row, what says nothing about it.
_PASSING: dict[Model, tuple[str, ...]] = {User: ("last_login",)}


@cache
def tables(secrets: bool = False) -> tuple[Model, ...]:
    """Return the models whose rows travel, in the order of their tables' names."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in _APPS and model not in LEFT_OUT and (secrets or SECRET.get(model, ()) is not None)
    ]
    return tuple(sorted(found, key=lambda model: model._meta.db_table))


@cache
def columns(model: Model, secrets: bool = False) -> tuple[models.Field[Any, Any], ...]:
    """Return the columns that travel, in the order of the model.

    A number that only the database gives and nothing refers to is no part of a row.
    """
    left = {*_PASSING.get(model, ()), *(() if secrets else SECRET.get(model) or ())}
    return tuple(
        column
        for column in model._meta.concrete_fields
        if column.name not in left and not (isinstance(column, models.AutoField) and not kept_number(model))
    )


def kept_number(model: Model) -> bool:
    """Tell whether a table's own numbers are referred to: the log's by answers and baselines, people's by roles."""
    return model in (AuditEntry, User)


def ordered(model: Model) -> bool:
    """Tell whether the database orders rows the same on every engine: by their id. Others are sorted as text."""
    return not isinstance(model._meta.pk, models.AutoField) or kept_number(model)
