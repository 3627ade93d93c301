"""Refusals as problem+json (RFC 9457): the one place where an error meets HTTP.

Domain errors, the REST framework's own and Django's are all mapped here. What is not mapped is a fault of the program:
it passes through to Django, which logs it and answers 500.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, UnreadablePostError
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from memories.errors import DomainError, FieldError, Forbidden, Invalid, NotFound, StateConflict, TooLarge
from memories.services.idempotency import KeyReused

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRYABLE = frozenset({429, 503})
BUSY_SECONDS = "1"


@dataclass(frozen=True)
class Problem:
    """An error before it is rendered."""

    status: int
    code: str
    detail: str
    errors: Sequence[FieldError] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


class PreconditionFailed(DomainError):
    """If-Match named another version than the one that stands."""

    code = "stale"


#: First match counts, so the special classes come first.
_DOMAIN: tuple[tuple[type[DomainError], HTTPStatus], ...] = (
    (PreconditionFailed, HTTPStatus.PRECONDITION_FAILED),
    (KeyReused, HTTPStatus.UNPROCESSABLE_ENTITY),
    (TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (Invalid, HTTPStatus.BAD_REQUEST),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (StateConflict, HTTPStatus.CONFLICT),
    (DomainError, HTTPStatus.BAD_REQUEST),
)


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the answer to an exception of a view, None for a fault of the program (REST framework's handler)."""
    problem = _problem_of(error)
    return respond(problem, context["request"]) if problem else None


def respond(problem: Problem, request: Request | HttpRequest) -> Response:
    """Return a problem as an answer to `request`."""
    plain = request._request if isinstance(request, Request) else request
    response = Response(
        body_of(problem, plain), problem.status, headers=dict(problem.headers), content_type=CONTENT_TYPE
    )
    if isinstance(request, Request):
        # What the client accepts does not matter for an error: it is told what happened all the same.
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = CONTENT_TYPE
    return response


def body_of(problem: Problem, request: HttpRequest) -> dict[str, Any]:
    """Return a problem as JSON-ready values, safe to encode whatever the client had sent."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "instance": _printable(request.path),
        "request_id": str(getattr(request, "request_id", "")),
        "retryable": problem.status in RETRYABLE,
        **_told(problem),
    }


def of_item(error: DomainError, pointer: str) -> dict[str, Any]:
    """Return why one item of many was refused; its errors point into the body, the item standing at `pointer`."""
    problem = _from_domain(error)
    errors = [replace(fault, pointer=pointer + fault.pointer) for fault in problem.errors]
    return {"status": problem.status, **_told(replace(problem, errors=errors))}


def _told(problem: Problem) -> dict[str, Any]:
    return {
        "detail": _printable(problem.detail),
        "code": problem.code,
        "errors": [{name: _printable(text) for name, text in asdict(error).items()} for error in problem.errors],
        "data": dict(problem.data),
    }


def _printable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()


def _problem_of(error: Exception) -> Problem | None:
    if isinstance(error, DomainError):
        return _from_domain(error)
    if isinstance(error, exceptions.APIException):
        return _from_framework(error)
    if isinstance(error, OperationalError):
        return _from_database(error)
    return _from_django(error)


def _from_domain(error: DomainError) -> Problem:
    status = next(status for kind, status in _DOMAIN if isinstance(error, kind))
    errors = error.errors if isinstance(error, Invalid) else ()
    data = {name: value for name, value in error.data.items() if name != "errors"}
    headers = {"ETag": f'"{data["version"]}"'} if isinstance(error, PreconditionFailed) else {}
    return Problem(status, error.code, error.message, errors, data, headers)


def _from_framework(error: exceptions.APIException) -> Problem:
    if isinstance(error, exceptions.ValidationError):
        faults = list(field_errors(error.detail))
        return Problem(400, "invalid", "; ".join(fault.detail for fault in faults), faults)
    headers = {}
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(int(getattr(error, "wait", None) or 1))
    if isinstance(error, exceptions.AuthenticationFailed | exceptions.NotAuthenticated):
        headers["WWW-Authenticate"] = getattr(error, "auth_header", 'Bearer realm="api"')
    return Problem(error.status_code, str(error.get_codes()), str(error.detail), headers=headers)


def field_errors(detail: Any, pointer: str = "") -> Iterator[FieldError]:
    """Yield a serializer's nested errors flat, each with the JSON pointer of its place."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            place = pointer if name == "non_field_errors" else f"{pointer}/{_escaped(str(name))}"
            yield from field_errors(inner, place)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from field_errors(inner, f"{pointer}/{index}" if isinstance(inner, dict) else pointer)
    else:
        yield FieldError(pointer, getattr(detail, "code", "invalid"), str(detail))


def _escaped(name: str) -> str:
    return name[:80].replace("~", "~0").replace("/", "~1")


def _from_database(error: OperationalError) -> Problem | None:
    """A database that is busy or away will be back; any other fault of it is one of the program."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    busy = "locked" in str(error) or "busy" in str(error)
    away = hasattr(cause, "sqlstate") and (state is None or state.startswith(("08", "40", "53", "55", "57")))
    if not (busy or away):
        return None
    logger.warning("the database did not answer: %s", error)
    detail = "The database is busy. Nothing was written; send the request again."
    return Problem(503, "database_busy", detail, headers={"Retry-After": BUSY_SECONDS})


def _from_django(error: Exception) -> Problem | None:
    if isinstance(error, Http404):
        return Problem(404, "not_found", "There is nothing at this address, or you may not see it.")
    if isinstance(error, PermissionDenied):
        return Problem(403, "forbidden", str(error) or "You may not do this.")
    if isinstance(error, RequestDataTooBig):
        return Problem(413, "too_large", "The request body is larger than this server takes.")
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return Problem(400, "malformed", "The request could not be read.")
    return None
