"""Who calls over MCP. The token is looked up anew with every call, so that a revoked one ends with the next."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property

from memories.actors import Actor
from memories.choices import Role
from memories.errors import DomainError, Forbidden
from memories.models import ApiToken
from memories.services import admission
from memories.services.admission import Admitted

#: No token above this is taken: an agent proposes, a person decides.
HIGHEST = Role.AGENT


class BadToken(DomainError):
    """The token is unknown, expired or revoked."""

    code = "bad_token"


Source = Callable[[], Admitted]


class Call:
    """One call: its token is looked up once, and its audit rows share one request id."""

    def __init__(self, source: Source, request_id: str | None = None) -> None:
        self._source, self._request_id = source, request_id

    @cached_property
    def admitted(self) -> Admitted:
        """The token and what may be done with it. Raises as `admit` does."""
        return self._source()

    @cached_property
    def actor(self) -> Actor:
        """Who acts. Raises as `admit` does."""
        return Actor.agent(self.admitted.token.name, self.admitted.principal, self._request_id)


_SOURCE: ContextVar[tuple[Source, str | None]] = ContextVar("mcp_source")
_CALL: ContextVar[Call] = ContextVar("mcp_call")


def admit(text: str) -> Admitted:
    """Return the live token of a text with what may be done with it.

    Raises:
        BadToken: it is unknown, expired or revoked.
        Forbidden: its role is above agent.
    """
    admitted = admission.admit(text.strip())
    if admitted is None:
        raise BadToken("This token is unknown, expired or revoked.")
    token = admitted.token
    if not HIGHEST.includes(Role(token.role)):
        raise Forbidden(
            f"The token “{token.name}” has the role {token.role}; over MCP none above {HIGHEST.value} is taken, since "
            f"an assistant proposes and a person decides. Make one of the role {HIGHEST.value}: manage.py connect.",
            role_needed=HIGHEST.value,
        )
    return admitted


@contextmanager
def calling(source: Source, request_id: str | None = None) -> Iterator[None]:
    """Let calls inside come from a token.

    Args:
        source: returns it with what may be done with it, or raises as `admit` does; asked once a call.
        request_id: of the request that makes the calls; None for one of its own for each.
    """
    before = _SOURCE.set((source, request_id))
    try:
        yield
    finally:
        _SOURCE.reset(before)


@contextmanager
def one_call() -> Iterator[None]:
    """Let everything inside be one call of the token that `calling` named."""
    before = _CALL.set(Call(*_SOURCE.get()))
    try:
        yield
    finally:
        _CALL.reset(before)


def token() -> ApiToken:
    """Return the token of the present call. Raises BadToken or Forbidden."""
    return _CALL.get().admitted.token


def actor() -> Actor:
    """Return who acts in the present call. Raises BadToken or Forbidden."""
    return _CALL.get().actor
