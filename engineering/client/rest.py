"""Requests to the server: JSON out, JSON in, and what went wrong told apart by whether it may go right later."""

import http.client
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from engineering.client.config import Config

#: What a proxy, a wrong token or a busy server say: it says nothing about what was sent.
LATER = (401, 404, 405, 407, 408, 421, 425, 429)


class Unreachable(Exception):
    """No answer of AtoCore's: the same request may go well another time."""


class Refused(Exception):
    """AtoCore's refusal.

    Attributes:
        number: status of the answer.
        problem: the answer, as problem+json has it.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.number, self.problem = status, problem
        super().__init__(_words(status, problem))

    @property
    def later(self) -> bool:
        """Whether the same request may go well another time."""
        return self.number in LATER or not 400 <= self.number < 500


def get(config: Config, path: str, **params: Any) -> dict[str, Any]:
    """Read a resource; parameters that are None or "" are left away. Raises Unreachable, Refused."""
    asked = urlencode({name: value for name, value in params.items() if value not in (None, "", [])}, doseq=True)
    return send(config, "GET", f"{path}?{asked}" if asked else path)


def post(config: Config, path: str, body: Mapping[str, Any], key: str = "") -> dict[str, Any]:
    """Post a body, with an Idempotency-Key where one is given. Raises Unreachable, Refused."""
    return send(config, "POST", path, body, {"Idempotency-Key": key} if key else {})


def segment(text: str) -> str:
    """Return a text as one piece of a path."""
    return quote(text, safe="")


def send(
    config: Config, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] = {}
) -> dict[str, Any]:
    """Send one request. No proxy, no redirect: the token goes to the address that was named and nowhere else.

    Raises:
        Unreachable: nothing answered, or something that is not AtoCore.
        Refused: AtoCore refused.
    """
    try:
        status, kind, answered = _exchange(config, method, path, body, headers)
    except (OSError, http.client.HTTPException, ValueError) as fault:
        raise Unreachable(f"{config.url} does not answer: {fault or type(fault).__name__}.") from fault
    read = _json(answered) if "json" in kind else None
    if read is None:
        raise Unreachable(f"{config.url} answered {status}, but not as AtoCore does. Is that its address?")
    if not 200 <= status < 300:
        raise Refused(status, read)
    return read


def _exchange(
    config: Config, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
) -> tuple[int, str, bytes]:
    where = urlsplit(config.url)
    make = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = make(where.hostname or "", where.port, timeout=config.timeout)
    sent = {"Accept": "application/json, application/problem+json", **headers}
    if config.token:
        sent["Authorization"] = f"Bearer {config.token}"
    text = None
    if body is not None:
        text = json.dumps(body).encode()
        sent["Content-Type"] = "application/json"
    try:
        connection.request(method, f"{where.path}/api/v1/{path}", text, sent)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read()
    finally:
        connection.close()


def _json(text: bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _words(status: int, problem: Mapping[str, Any]) -> str:
    said = str(problem.get("detail") or problem.get("title") or "refused")
    errors: Sequence[Mapping[str, Any]] = problem.get("errors") or ()
    if len(errors) == 1 and errors[0].get("detail") == said:
        return f"{errors[0].get('pointer', '')}: {said} ({status})"
    return f"{said} ({status}){_each(errors)}"


def _each(errors: Sequence[Mapping[str, Any]]) -> str:
    return "".join(f"; {one.get('pointer', '')}: {one.get('detail', '')}" for one in errors)
