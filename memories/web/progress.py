"""How far a person is today: how many of what was open this morning are left, and how many they decided.

The baseline lives in a signed cookie of the browser, so that a decision costs no write for it. The day is the
person's own, by the time zone their browser names.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from memories.actors import Actor
from memories.kinds import Kind
from memories.queries import triage

COOKIE = "atocore_today"


@dataclass
class Today:
    """Today's figures: `left` of `most` are open; `decided` by this person since their first visit today."""

    left: int
    most: int
    decided: int
    first_visit: datetime

    @property
    def done(self) -> int:
        """How many of today's candidates are decided, never below zero."""
        return max(0, self.most - self.left)


def today(request: HttpRequest, kind: Kind, actor: Actor, left: int) -> Today:
    """Return today's figures for one kind.

    Args:
        request: carries the cookies.
        kind: the kind whose queue is shown.
        actor: whose visits count.
        left: how many candidates wait now.
    """
    kept = _read(request)
    first = parse_datetime(kept.get("at", "")) or timezone.now()
    base = kept.get("open", {}).get(kind.name)
    arrived = triage.arrivals(kind.name, actor, since=first) if base is not None else 0
    most = max((left if base is None else int(base)) + arrived, left)
    return Today(left, most, triage.decided_since(actor, first) if kept else 0, first)


def remember(request: HttpRequest, response: HttpResponse, kind: Kind, figures: Today) -> None:
    """Keep the baseline of a kind's first visit today in the answer's cookie."""
    kept = _read(request)
    if kind.name in kept.get("open", {}):
        return
    kept = {
        "day": _day(request).isoformat(),
        "at": figures.first_visit.isoformat(),
        "open": {**kept.get("open", {}), kind.name: figures.left},
    }
    value = signing.dumps(kept, salt=COOKIE)
    response.set_cookie(COOKIE, value, max_age=86_400, samesite="Lax", httponly=True, secure=request.is_secure())


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE)
    except (signing.BadSignature, json.JSONDecodeError):
        return {}
    return kept if kept.get("day") == _day(request).isoformat() else {}


def _day(request: HttpRequest) -> date:
    return timezone.now().astimezone(_zone(request)).date()


def _zone(request: HttpRequest) -> tzinfo:
    try:
        return ZoneInfo(unquote(request.COOKIES.get("atocore_tz", "UTC"))[:64])
    except (KeyError, ValueError, OSError):
        return UTC
