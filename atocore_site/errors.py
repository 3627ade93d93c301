"""Owns the answers to what no view handled: a page for people, problem+json for programs."""

import logging
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

from memories.api.problems import CONTENT_TYPE, Problem, body_of

logger = logging.getLogger(__name__)

MESSAGES = {
    400: ("The request could not be read.", "malformed"),
    403: ("You may not do this.", "forbidden"),
    404: ("There is nothing at this address, or you may not see it.", "not_found"),
    413: ("The request is larger than this server takes.", "too_large"),
    500: ("Something went wrong on the server. The log has the details under the request id.", "server_error"),
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A malformed request, an unknown host name, too large a body."""
    return answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Signed in, but not allowed."""
    return answer(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page or record."""
    return answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours; Django has logged it."""
    return answer(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose protection token is missing or stale, such as one left open since before signing in."""
    logger.warning("refused a form: %s", reason)
    return answer(request, 403, "This page was open too long or cookies are off. Reload it and try again.")


def answer(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """The error as problem+json for the API and as a page otherwise."""
    usual, code = MESSAGES[status]
    detail = message or usual
    if request.path.startswith("/api/") or request.path.startswith("/mcp"):
        return _problem(request, status, code, detail)
    return _page(request, status, detail)


def _problem(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    body = body_of(Problem(status, code, detail), request)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def _page(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    # The page stands alone: whatever broke may be the very thing the site's own layout needs.
    context = {
        "status": status,
        "title": HTTPStatus(status).phrase,
        "detail": detail,
        "id": getattr(request, "request_id", ""),
    }
    return HttpResponse(loader.render_to_string("account/error.html", context), status=status)
