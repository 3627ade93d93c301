"""Owns the limit on sign-in attempts: so many POSTs a minute and address. Counts in the cache, keeps nothing."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from rest_framework.throttling import SimpleRateThrottle

View = Callable[..., HttpResponseBase]


class SignInThrottle(SimpleRateThrottle):
    """Counts by the address that connected. X-Forwarded-For is not read here: a caller could write anything into it,
    and a trusted proxy's word has already become the connecting address."""

    scope = "sign-in"

    def get_rate(self) -> str:
        """The limit of the settings."""
        return f"{settings.ATOCORE_SIGN_IN_RATE}/min"

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        """One counter an address."""
        return f"sign-in:{request.META.get('REMOTE_ADDR', '')}"


def throttled(view: View) -> View:
    """Answer 429 with Retry-After to a POST beyond the limit; other methods pass."""

    @wraps(view)
    def limited(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        throttle = SignInThrottle()
        if request.method != "POST" or throttle.allow_request(request, view):  # type: ignore[arg-type] # see get_cache_key
            return view(request, *args, **kwargs)
        wait = round(throttle.wait() or 60)
        refusal = render(request, "account/throttled.html", {"wait": wait}, status=429)
        refusal.headers["Retry-After"] = str(wait)
        return refusal

    return limited
