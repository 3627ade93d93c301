"""What every tool does alike: strict arguments, refusals told in words, database connections that are looked after."""

import logging
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

from django.db import OperationalError, close_old_connections
from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations
from pydantic import ConfigDict

from memories.errors import DomainError, Invalid
from memories.mcp_tools import refusals
from memories.services import caller

logger = logging.getLogger(__name__)

LIMIT, MOST = 25, 100
_T = TypeVar("_T")


def reads(call: Callable[..., Any]) -> Tool:
    """Return a tool that only reads."""
    return _tool(call, ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False))


def proposes(call: Callable[..., Any], *, idempotent: bool) -> Tool:
    """Return a tool that adds a candidate or an exchange and changes nothing that stands.

    Args:
        call: the function.
        idempotent: whether calling it again with the same arguments adds nothing.
    """
    hints = ToolAnnotations(
        read_only_hint=False, destructive_hint=False, idempotent_hint=idempotent, open_world_hint=False
    )
    return _tool(call, hints)


def _tool(call: Callable[..., Any], hints: ToolAnnotations) -> Tool:
    title = call.__name__.removeprefix("atocore_").replace("_", " ").capitalize()
    made = Tool.from_function(_guarded(call), title=title, description=_words(call), annotations=hints)
    made.fn_metadata.arg_model = _strict(made.fn_metadata.arg_model)
    made.parameters = made.fn_metadata.arg_model.model_json_schema(by_alias=True)
    return made


def _words(call: Callable[..., Any]) -> str:
    return " ".join((call.__doc__ or "").split())


def _strict(arguments: Any) -> Any:
    """Return the model of the arguments, which refuses unknown ones: a misspelt filter would find everything."""
    return type(arguments.__name__, (arguments,), {"model_config": ConfigDict(extra="forbid"), "__module__": __name__})


def _guarded(call: Callable[..., _T]) -> Callable[..., Any]:
    @wraps(call)
    def guarded(**given: Any) -> Any:
        close_old_connections()
        try:
            with caller.one_call():
                return call(**given)
        except DomainError as refusal:
            return refusals.told(refusal)
        except OperationalError as fault:
            logger.warning("the database did not answer: %s", fault)
            return refusals.told(refusals.Busy("The database is busy or away."))
        finally:
            close_old_connections()

    return guarded


def given(**fields: Any) -> dict[str, Any]:
    """Return the arguments that were given."""
    return {name: value for name, value in fields.items() if value is not None}


def offset_of(cursor: str | None, most: int = 10_000_000) -> int:
    """Return how many rows a cursor of a counted list passes over. Raises Invalid for one that is none of ours."""
    if cursor is None or cursor == "":
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 9 and int(cursor) <= most):
        raise bad_cursor()
    return int(cursor)


def bad_cursor() -> Invalid:
    """Build the refusal of a cursor."""
    return Invalid.field("cursor", "Pass `next_cursor` of the page before as it is, or leave it away.", "bad_cursor")


def page_of(rows: Any, cursor: str | None, limit: int, to_key: Callable[[str], Any]) -> tuple[list[Any], str | None]:
    """Return a page of a queryset, the newest first, and the cursor of the next one.

    Args:
        rows: their primary keys grow with time.
        cursor: the last key of the page before.
        limit: rows of a page.
        to_key: turns a cursor into a key; raises ValueError for one that is none.
    """
    if cursor:
        try:
            rows = rows.filter(pk__lt=to_key(cursor))
        except (ValueError, OverflowError):
            raise bad_cursor() from None
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else None


def named(tools: Iterable[Tool]) -> list[str]:
    """Return the names of tools."""
    return [tool.name for tool in tools]
