"""So many requests a minute for one client, whichever programs' door it comes by (ATOCORE_API_RATE, 0 for no limit)."""

import time

from django.conf import settings
from django.core.cache import cache

WINDOW = 60


def allowed(who: str) -> bool:
    """Count a request of a client; tell whether it had one left in this minute.

    Args:
        who: a stable name of the client: its token, its user or its address.
    """
    rate: int = settings.ATOCORE_API_RATE
    if not rate:
        return True
    key = f"api-rate:{who}:{int(time.time() // WINDOW)}"
    cache.add(key, 0, WINDOW * 2)
    return bool(cache.incr(key) <= rate)


def wait() -> float:
    """Return the seconds until the next minute begins."""
    return WINDOW - time.time() % WINDOW + 1
