"""Keeps one runaway client from starving the others: so many requests a minute for each person, token or address."""

from typing import TYPE_CHECKING

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from memories.api.authentication import principal_key
from memories.services import rates

if TYPE_CHECKING:
    from rest_framework.views import APIView


class MinuteThrottle(BaseThrottle):
    """Counts in windows of a minute: one counter a client, whatever the rate."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Tell whether the client has requests left in this minute."""
        return rates.allowed(principal_key(request) or self.get_ident(request))

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return rates.wait()
