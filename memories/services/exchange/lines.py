"""One row as one line of JSON, the same to the byte whichever database it came from, and back."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

#: From here on Python writes whole floats with an exponent; PostgreSQL, all digits.
_LARGE = 1e16


def line_of(columns: Sequence[models.Field[Any, Any]], values: Iterable[Any]) -> bytes:
    """Return a row as a line: keys in the order of the columns, keys inside JSON values in theirs."""
    row = {column.attname: _plain(value) for column, value in zip(columns, values, strict=True)}
    return dump(row)


def dump(row: dict[str, Any]) -> bytes:
    """Return an object as one line, ended."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, UUID | date):
        return str(value)
    return _sorted(value) if isinstance(value, dict | list | float) else value


def _sorted(value: Any) -> Any:
    """Return a JSON value in the one form that jsonb and text agree on."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(one) for one in value]
    if isinstance(value, float):
        return int(value) if abs(value) >= _LARGE and value.is_integer() else value + 0.0
    return value


def row_of(columns: Sequence[models.Field[Any, Any]], line: bytes) -> dict[str, Any]:
    """Return a line as values by attribute.

    Raises:
        ValueError: it is no such line; the message says why.
    """
    try:
        found = json.loads(line)
    except ValueError as fault:
        raise ValueError(f"it is no JSON: {fault}") from None
    names = [column.attname for column in columns]
    if not isinstance(found, dict) or list(found) != names:
        raise ValueError(f"it has not the keys {', '.join(names)}, in that order")
    return {column.attname: _value(column, found[column.attname]) for column in columns}


def _value(column: models.Field[Any, Any], value: Any) -> Any:
    if value is None:
        if not column.null:
            raise ValueError(f"{column.attname} is null")
        return None
    target: Any = column.target_field if isinstance(column, models.ForeignKey) else column
    if isinstance(target, models.JSONField):
        return value
    try:
        return target.to_python(value)
    except (ValidationError, TypeError, ValueError):
        raise ValueError(f"{column.attname} is no {target.get_internal_type()}: {str(value)[:80]!r}") from None
