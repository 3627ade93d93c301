"""The web app's door: who is asking, and how a refusal of the domain is told to a person.

Every view of the web app is wrapped by `page`. It decides nothing: a view calls one read or one verb, and what that
refuses becomes a page, or a fragment where htmx asks.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime

from memories import permissions
from memories.actors import Actor
from memories.errors import DomainError, Forbidden, Invalid, NotFound, StateConflict, TooLarge
from memories.kinds import kinds
from memories.models import User

View = Callable[..., HttpResponse]

_STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (Forbidden, 403),
    (NotFound, 404),
    (StateConflict, 409),
    (TooLarge, 413),
    (Invalid, 400),
    (DomainError, 400),
)


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts in this request; one query, once a request."""
    known = getattr(request, "_atocore_actor", None)
    if known is None:
        request_id = getattr(request, "request_id", None)
        known = permissions.actor_for_user(cast(User, request.user), request_id)
        setattr(request, "_atocore_actor", known)  # noqa: B010 - HttpRequest declares no such attribute
    return cast(Actor, known)


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether a script asks, for a piece of the page."""
    return request.headers.get("HX-Request") == "true"


def page(*methods: str) -> Callable[[View], View]:
    """Wrap a view: signed-in people only, these methods only, refusals told in words.

    Args:
        methods: HTTP methods taken; GET brings HEAD.
    """
    allowed = [*methods, "HEAD"] if "GET" in methods else list(methods)

    def wrap(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            if not request.user.is_authenticated:
                return _sign_in(request)
            try:
                response = view(request, actor_of(request), *args, **kwargs)
            except DomainError as refusal:
                response = refuse(request, refusal)
            patch_vary_headers(response, ["HX-Request", "Cookie"])
            return response

        return answer

    return wrap


def _sign_in(request: HttpRequest) -> HttpResponse:
    if wants_fragment(request):
        return render(request, "components/_sign_in.html", status=401)
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else "/")


def status_of(refusal: DomainError) -> int:
    """Return the HTTP status that says the same as a refusal."""
    return next(status for family, status in _STATUS if isinstance(refusal, family))


def refuse(request: HttpRequest, refusal: DomainError, **more: Any) -> HttpResponse:
    """Tell a refusal: what was refused, why, who made it so, what can be done.

    Args:
        request: the request that was refused.
        refusal: the domain's words and facts.
        more: further context for the template.
    """
    status = status_of(refusal)
    data = refusal.data
    name = str(data.get("kind", ""))
    context = {
        "refusal": refusal,
        "status": status,
        "title": HTTPStatus(status).phrase,
        "data": data,
        "at": parse_datetime(str(data["at"])) if data.get("at") else None,
        "url": kinds.named(name).url(data["id"]) if name in kinds and data.get("id") else "",
        "request_id": getattr(request, "request_id", ""),
        **more,
    }
    template = "components/_refusal.html" if wants_fragment(request) else "components/refusal.html"
    return render(request, template, context, status=status)
