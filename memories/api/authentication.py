"""Who asks: a program by its token, or a person by the session of the web app."""

from typing import Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from memories.actors import Actor
from memories.models import ApiToken, User
from memories.permissions import actor_for_token, actor_for_user
from memories.services import tokens

REALM = 'Bearer realm="AtoCore"'


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer atc_…`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token and its owner, None without one. Raises AuthenticationFailed for one that is not good."""
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = tokens.authenticate(text.strip())
        if token is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.", code="bad_token")
        return token.owner, token

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        return REALM


def actor_of(request: Request) -> Actor:
    """Return the actor of an authenticated request (one query: the memberships)."""
    request_id: str | None = getattr(request._request, "request_id", None)
    token: Any = request.auth
    if isinstance(token, ApiToken):
        return actor_for_token(token, request_id)
    user: Any = request.user
    return actor_for_user(user, request_id)


def principal_key(request: Request) -> str:
    """Return a stable name of who asks, for rates and idempotency keys."""
    if isinstance(request.auth, ApiToken):
        return f"token:{request.auth.pk}"
    return f"user:{request.user.pk}" if request.user and request.user.is_authenticated else ""
