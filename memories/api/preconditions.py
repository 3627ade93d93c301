"""ETag and If-Match: a record's version as a precondition (RFC 9110)."""

import re
from typing import Any

from rest_framework.request import Request

from memories.api.problems import PreconditionFailed
from memories.errors import Invalid

_STRONG = re.compile(r'"(\d{1,9})"')


def etag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def wanted_version(request: Request) -> int | None:
    """Return the version that If-Match names, None without one or for `*`. Raises Invalid for what is no ETag."""
    header = request.headers.get("If-Match", "").strip()
    if header in ("", "*"):
        return None
    found = _STRONG.fullmatch(header)
    if not found:
        raise Invalid.field("", 'If-Match takes one ETag as answered, such as "3", or *.', "bad_if_match")
    return int(found[1])


def check(request: Request, row: Any) -> int | None:
    """Return the wanted version after comparing it. Raises PreconditionFailed where `row` has another."""
    wanted = wanted_version(request)
    if wanted is not None and wanted != row.version:
        raise failed(row)
    return wanted


def failed(row: Any) -> PreconditionFailed:
    """Build the refusal of a stale If-Match, with what stands now."""
    words = f"The record is at version {row.version} now; If-Match named another."
    return PreconditionFailed(words, id=str(row.pk), version=row.version, status=str(getattr(row, "status", "")))
