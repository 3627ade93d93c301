"""Owns the request id: every request has one, every answer and every log line carries it."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from uuid_utils import uuid7

from atocore_site.logs import request_id

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIdMiddleware:
    """Sets `request.request_id`: the one the client sent when it is well formed, else a new time-ordered UUID."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = choose(request.headers.get(HEADER, ""))
        setattr(request, "request_id", chosen)  # noqa: B010 - HttpRequest declares no such attribute
        token = request_id.set(chosen)
        try:
            response = self._get_response(request)
        finally:
            request_id.reset(token)
        response.headers[HEADER] = chosen
        return response


def choose(sent: str) -> str:
    """The id to use: `sent` when it may stand in a log line and a header, else a fresh one."""
    return sent if ACCEPTED.fullmatch(sent) else str(uuid7())
