"""Refusals as an assistant reads them: what was wrong, what is allowed, what to do next. They are mapped here alone."""

import json
from collections.abc import Sequence
from typing import Any

from mcp_types import CallToolResult, TextContent
from pydantic import ValidationError

from memories.errors import DomainError, FieldError, Invalid, NotFound
from memories.projects import closest

#: What to do next, by the code of the refusal.
_NEXT = {
    "unknown_project": "Use one of the closest names, or call atocore_projects for all of them.",
    "not_found": "Look it up with atocore_search or a list tool and use the id or name found there.",
    "forbidden": "Do not try again: ask the person you work for. Deciding is theirs; you may propose.",
    "too_large": "Shorten it, or split it in several, and call again.",
    "bad_token": "Ask the person you work for to connect you anew (manage.py connect, or the page /connect/).",
    "database_busy": "Nothing was written. Call again in a second.",
    "throttled": "Wait until the minute is over; ask for larger pages.",
    "unknown_tool": "Call a tool of the list.",
}
_CORRECT = "Correct what the message names and call again; nothing was written."
_FIELDS = 20


class Busy(DomainError):
    """The database did not answer."""

    code = "database_busy"


def as_json(refusal: DomainError) -> dict[str, Any]:
    """Return a refusal as JSON: code, message, errors (field, code, detail), what to do next, further data."""
    errors = refusal.errors if isinstance(refusal, Invalid) else ()
    return {
        "code": refusal.code,
        "message": _printable(refusal.message),
        "errors": [
            {"field": _printable(one.pointer.lstrip("/?")), "code": one.code, "detail": _printable(one.detail)}
            for one in errors
        ],
        "data": {name: value for name, value in refusal.data.items() if name != "errors"},
        "next": _next(refusal),
    }


def _next(refusal: DomainError) -> str:
    codes = [refusal.code, *(error.code for error in getattr(refusal, "errors", ()))]
    return next((_NEXT[code] for code in codes if code in _NEXT), _CORRECT)


def told(refusal: DomainError) -> CallToolResult:
    """Return a refusal as the result of a tool."""
    text = json.dumps({"error": as_json(refusal)}, ensure_ascii=False, default=str)
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def misused(tool: str, fault: BaseException, known: Sequence[str]) -> DomainError:
    """Return why a tool could not even be called: arguments that its schema does not take, or no such tool."""
    cause = fault.__cause__
    if isinstance(cause, ValidationError):
        return _arguments(cause)
    refusal = NotFound(f"There is no tool “{tool[:80]}”.", closest=closest(tool[:80], known), known=list(known))
    refusal.code = "unknown_tool"
    return refusal


def _arguments(cause: ValidationError) -> Invalid:
    faults = cause.errors(include_url=False, include_input=False)[:_FIELDS]
    return Invalid(
        [
            FieldError("/" + "/".join(str(part) for part in fault["loc"])[:200], str(fault["type"]), fault["msg"])
            for fault in faults
        ],
        "; ".join(f"{'.'.join(str(part) for part in fault['loc'])[:200]}: {fault['msg']}" for fault in faults),
    )


def _printable(text: str) -> str:
    return text.encode(errors="backslashreplace").decode()
