"""Keeps one runaway client from starving the others: so many requests a minute for each person, token or address."""

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from memories.api.authentication import principal_key

if TYPE_CHECKING:
    from rest_framework.views import APIView

WINDOW = 60


class MinuteThrottle(BaseThrottle):
    """Counts in windows of a minute: one counter a client, whatever the rate (ATOCORE_API_RATE, 0 for no limit)."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Tell whether the client has requests left in this minute."""
        rate: int = settings.ATOCORE_API_RATE
        if not rate:
            return True
        key = f"api-rate:{principal_key(request) or self.get_ident(request)}:{int(time.time() // WINDOW)}"
        cache.add(key, 0, WINDOW * 2)
        return bool(cache.incr(key) <= rate)

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return WINDOW - time.time() % WINDOW + 1
