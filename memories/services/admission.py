"""Programs that call again and again. What they may do is looked at with every call, in one query of a few columns, and
made out anew only where that changed: a revoked token, an ended role or a closed account ends with the next call.
"""

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

from django.db import connection
from django.db.models import FilteredRelation, Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from memories import permissions
from memories.actors import Principal
from memories.models import ApiToken
from memories.services import tokens

#: Tokens that are remembered at most; a process of the server meets few.
MOST = 500
_MARK = "the digest"


@dataclass(frozen=True)
class Admitted:
    """A live token and what may be done with it."""

    token: ApiToken
    principal: Principal

    @classmethod
    def of(cls, token: ApiToken) -> "Admitted":
        """Make out what may be done with a token (one query)."""
        return cls(token, permissions.principal_for_token(token))


#: By digest: what the database said of the token, and what was made of it.
_known: dict[str, tuple[Any, Admitted]] = {}
_lock = Lock()


def admit(text: str) -> Admitted | None:
    """Return the live token of that text with what may be done with it, or None; notes when it was last used.

    One database query where nothing about it changed since it was last here.
    """
    key = tokens.digest(text)
    standing = _standing(key)
    if not standing:
        return None
    before, admitted = _known.get(key, (None, None))
    if admitted is None or before != standing:
        token = tokens.authenticate(text)
        if token is None:
            return None
        admitted = Admitted.of(token)
        _remember(key, standing, admitted)
    token = admitted.token
    if token.expires_at and token.expires_at <= timezone.now():
        return None
    tokens.touch(token)
    return admitted


def _remember(key: str, standing: Any, admitted: Admitted) -> None:
    with _lock:
        if len(_known) >= MOST:
            _known.clear()
        _known[key] = standing, admitted


def _standing(key: str) -> frozenset[tuple[Any, ...]]:
    """Return everything that decides what a token may do, as the driver answers it; empty for a token that is none."""
    sql, params = _asked()
    with connection.cursor() as cursor:
        cursor.execute(sql, [key if one == _MARK else one for one in params])
        return frozenset(cursor.fetchall())


@cache
def _asked() -> tuple[str, tuple[Any, ...]]:
    """Return the question as SQL, which the ORM writes once: writing it takes ten times as long as asking."""
    held = FilteredRelation("owner__memberships", condition=Q(owner__memberships__ended_at__isnull=True))
    own = ("version", "role", "expires_at", "owner__is_active", "owner__is_superuser")
    rows = ApiToken.objects.filter(digest=_MARK, revoked_at__isnull=True).annotate(held=held).order_by()
    asked = rows.values_list(*own, Cast("project_ids", TextField()), "held__project_id", "held__role")
    sql, params = asked.query.sql_with_params()
    return sql, tuple(params)
