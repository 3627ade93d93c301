"""Pages of a list by keyset: a page costs the same wherever it stands, and rows that arrive meanwhile shift nothing.

A cursor names the last row seen by the value of the ordering and the id; it is opaque to clients.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from memories.errors import FieldError, Invalid
from memories.services.audit import json_value

if TYPE_CHECKING:
    from rest_framework.views import APIView

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
PARAMS = ("cursor", "limit", "ordering")


@dataclass(frozen=True)
class Cursor:
    """A place in a list.

    Attributes:
        ordering: the ordering it belongs to.
        backward: whether the page before the place is wanted.
        value: the place's value of the ordered field, JSON-ready.
        pk: the place's primary key.
    """

    ordering: str
    backward: bool
    value: Any
    pk: str

    def encode(self) -> str:
        """Return it as a URL-safe text."""
        packed = json.dumps([self.ordering, int(self.backward), self.value, self.pk], separators=(",", ":"))
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, ordering: str) -> "Cursor":
        """Return the cursor of a text. Raises Invalid for one that was not made for this ordering."""
        try:
            packed = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
            made_for, backward, value, pk = packed
        except (ValueError, TypeError, RecursionError) as fault:
            raise bad_param("cursor", "This is no cursor of ours: follow `next` and `previous` as they are.") from fault
        if made_for != ordering or not isinstance(pk, str) or not isinstance(value, str | int | float):
            raise bad_param("cursor", "This cursor belongs to another ordering: start from the first page.")
        return cls(ordering, bool(backward), value, pk)


def bad_param(name: str, detail: str, code: str = "invalid") -> Invalid:
    """Build the refusal of a query parameter."""
    return Invalid([FieldError(f"?{name}", code, detail)])


def limit_of(request: Request) -> int:
    """Return how many rows are wanted. Raises Invalid outside 1..200."""
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MAX_LIMIT):
        raise bad_param("limit", f"limit takes a whole number from 1 to {MAX_LIMIT}.")
    return int(text)


def ordering_of(request: Request, allowed: Sequence[str]) -> str:
    """Return the ordering, the first allowed one by default. Raises Invalid naming those there are."""
    wanted = request.query_params.get("ordering", allowed[0])
    if wanted not in allowed:
        raise bad_param("ordering", f"ordering takes one of {', '.join(allowed)}.")
    return wanted


@dataclass(frozen=True)
class Page:
    """Some rows of a list and the places before and after them, where there are more."""

    rows: list[Any]
    next: Cursor | None
    previous: Cursor | None


def page_of(queryset: QuerySet[Any], ordering: str, cursor: Cursor | None, limit: int) -> Page:
    """Return one page of a queryset. Raises Invalid for a cursor whose values are none of the field's."""
    name, descending = ordering.lstrip("-"), ordering.startswith("-")
    backward = bool(cursor and cursor.backward)
    down = descending != backward
    if cursor:
        queryset = queryset.filter(beyond(queryset.model, name, cursor, down=down))
    order = [name] if _is_key(queryset.model, name) else [name, "pk"]
    rows = list(queryset.order_by(*(f"-{field}" if down else field for field in order))[: limit + 1])
    return _between(rows, limit, name, ordering, cursor)


def _between(rows: list[Any], limit: int, name: str, ordering: str, cursor: Cursor | None) -> Page:
    more, rows = len(rows) > limit, rows[:limit]
    backward = bool(cursor and cursor.backward)
    if backward:
        rows.reverse()

    def place(row: Any, back: bool) -> Cursor:
        return Cursor(ordering, back, json_value(getattr(row, name)), str(row.pk))

    has_next, has_previous = (True, more) if backward else (more, cursor is not None)
    return Page(
        rows,
        place(rows[-1], False) if rows and has_next else None,
        place(rows[0], True) if rows and has_previous else None,
    )


def beyond(model: type[Model], name: str, cursor: Cursor, *, down: bool) -> Q:
    """Return the condition for the rows past a cursor. Raises Invalid.

    Written so that the first half alone is a range of the index and the second only settles ties.
    """
    value, pk = _typed(model, name, cursor.value), _typed(model, "pk", cursor.pk)
    word = "lt" if down else "gt"
    if _is_key(model, name):
        return Q(**{f"pk__{word}": pk})
    tie = Q(**{name: value}) & Q(**{f"pk__{word}": pk})
    return Q(**{f"{name}__{word}e": value}) & (Q(**{f"{name}__{word}": value}) | tie)


def _is_key(model: type[Model], name: str) -> bool:
    return model._meta.pk is not None and name in ("pk", model._meta.pk.name)


def _typed(model: type[Model], name: str, value: Any) -> Any:
    column = model._meta.pk if name == "pk" else model._meta.get_field(name)
    if not isinstance(column, Field):
        raise FieldDoesNotExist(f"{name} is no column of {model.__name__}")
    try:
        typed = column.to_python(value)
    except (ValidationError, ValueError, OverflowError) as fault:
        raise bad_param("cursor", "This is no cursor of ours: follow `next` and `previous` as they are.") from fault
    return typed


class KeysetPagination(BasePagination):
    """The pagination of every list: `{results, next, previous}`. A view names its `orderings`, the default first."""

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any]:
        """Return the rows of the page that the request asks for."""
        ordering = ordering_of(request, getattr(view, "orderings", ("id",)))
        text = request.query_params.get("cursor")
        cursor = Cursor.decode(text, ordering) if text else None
        self._page = page_of(queryset, ordering, cursor, limit_of(request))
        self._request = request
        return self._page.rows

    def get_paginated_response(self, data: Any) -> Response:
        """Return the answer with its links."""
        return answer(self._request, data, self._page.next, self._page.previous)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the schema of a page."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        """Return the parameters that every list takes."""
        orderings = list(getattr(view, "orderings", ()))
        number = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        order = {"type": "string", "enum": orderings, "default": orderings[0]} if orderings else {"type": "string"}
        return [
            _parameter("cursor", {"type": "string"}, "Place in the list, from `next` or `previous`."),
            _parameter("limit", number, "Rows in a page."),
            _parameter("ordering", order, "Order of the rows; ties by id."),
        ]


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def answer(request: Request, rows: Iterable[Any], after: Cursor | None, before: Cursor | None) -> Response:
    """Return a page as an answer."""
    return Response({"results": list(rows), "next": _link(request, after), "previous": _link(request, before)})


def _link(request: Request, cursor: Cursor | None) -> str | None:
    if cursor is None:
        return None
    return str(replace_query_param(request.build_absolute_uri(), "cursor", cursor.encode()))
