"""Reads JSON bodies strictly: what two readers could understand differently is refused.

Not taken: NaN and infinities, numbers beyond a double, a key twice in one object, text that is no Unicode, and nesting
so deep that a reader would run out of stack (measured before it is read).
"""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework import parsers
from rest_framework.exceptions import APIException, ParseError

from memories.errors import FieldError, Invalid, TooLarge
from memories.text import MAX_DEPTH

#: A body wraps the deepest JSON field in at most two levels (an object in a list of items).
DEPTH = MAX_DEPTH + 2

# A string that is never closed matches to the end: the scan stays linear whatever is sent.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class LengthRequired(APIException):
    """A body whose size is not announced."""

    status_code = 411
    default_detail = "Send the body with a Content-Length."
    default_code = "length_required"


class StrictJSONParser(parsers.JSONParser):
    """The only parser of this door."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the body's value. Raises ParseError, Invalid or TooLarge."""
        return loads(stream.read())


def loads(raw: bytes) -> Any:
    """Return the value of a JSON text. Raises ParseError (malformed), Invalid (ambiguous) or TooLarge (too deep)."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise ParseError(f"The body is not UTF-8 (byte {fault.start}).") from fault
    _check_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
    except ValueError as fault:
        raise ParseError(f"The body is no JSON: {str(fault)[:200]}.") from fault
    if _SURROGATE_ESCAPE.search(text):
        _check_unicode(value)
    return value


def check_length(meta: Mapping[str, Any]) -> None:
    """Refuse a body before it is read. Raises LengthRequired, TooLarge."""
    if meta.get("HTTP_TRANSFER_ENCODING") and not meta.get("CONTENT_LENGTH"):
        raise LengthRequired
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length = str(meta.get("CONTENT_LENGTH") or 0)
    if length.isascii() and length.isdigit() and int(length[:15]) > most:
        raise TooLarge([FieldError("", "too_large", f"A body may have at most {most:,} bytes.")])


def _check_depth(text: str) -> None:
    depth = 0
    for found in _TOKEN.finditer(text):
        mark = found[0]
        if mark in "[{":
            depth += 1
            if depth > DEPTH:
                raise TooLarge([FieldError("", "too_large", f"JSON may be nested {MAX_DEPTH} deep at most.")])
        elif mark in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise Invalid.field(twice[:80], f"The key “{twice[:80]}” stands twice in one object.", "duplicate_key")
    return made


def _no_constant(name: str) -> float:
    raise Invalid.field("", f"{name} is no JSON value.", "not_finite")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Invalid.field("", f"The number {text[:40]} is beyond what a double holds.", "not_finite")
    return value


def _check_unicode(value: Any) -> None:
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, str) and not _encodable(node):
            detail = "The body holds a lone surrogate, which is no Unicode character."
            raise Invalid([FieldError("", "not_unicode", detail)])
        if isinstance(node, dict):
            stack += [*node.keys(), *node.values()]
        elif isinstance(node, list):
            stack += node


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
