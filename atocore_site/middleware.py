"""Owns what holds for every request before any view: its id, and the size of its body.

Every answer and every log line carries the id; every answer is counted.
"""

import logging
import re
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from uuid_utils import uuid7

from atocore_site import meters
from atocore_site.logs import request_id

access_log = logging.getLogger("atocore.access")

HEADER = "X-Request-ID"
# A body up to so many times the limit is read and thrown away, so that its sender hears why.
WORTH_READING = 4
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestIdMiddleware:
    """Sets `request.request_id`: the one the client sent when it is well formed, else a new time-ordered UUID."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = choose(request.headers.get(HEADER, ""))
        setattr(request, "request_id", chosen)  # noqa: B010 - HttpRequest declares no such attribute
        token = request_id.set(chosen)
        start = time.perf_counter()
        try:
            response = self._get_response(request)
            seconds = time.perf_counter() - start
            log(request.method or "", request.path, response.status_code, seconds)
            view = request.resolver_match.view_name if request.resolver_match else ""
            meters.answered(request.method or "", view, response.status_code, seconds)
        finally:
            request_id.reset(token)
        response.headers[HEADER] = chosen
        return response


class BodyLimitMiddleware:
    """Refuses a body over the limit by its announced length, before any of it is kept.

    Django's own limit spares uploaded files, so that anybody could fill the disk through the sign-in form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH", "")
        length = int(announced) if announced.isdecimal() else 0
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if length <= limit:
            return self._get_response(request)
        if length <= limit * WORTH_READING:
            _throw_away(request, length)
        raise RequestDataTooBig


def _throw_away(request: HttpRequest, length: int) -> None:
    # Most clients send everything before they listen: unread, they would see a broken connection and no reason.
    while length > 0 and (piece := request.read(min(length, 65536))):
        length -= len(piece)


def choose(sent: str) -> str:
    """The id to use: `sent` when it may stand in a log line and a header, else a fresh one."""
    return sent if ACCEPTED.fullmatch(sent) else str(uuid7())


def log(method: str, path: str, status: int, seconds: float) -> None:
    """Write the line of a request, where they are asked for: the path only, for a query may hold a sign-in link."""
    if settings.ATOCORE_ACCESS_LOG:
        access_log.info("%s %s %s %.1f ms", method, path, status, seconds * 1000)
