"""A small HTTP client for tests and benchmarks against a real server: one kept-alive connection, JSON in and out."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection, RemoteDisconnected
from typing import Any, Self
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.content)


class Wire:
    """A client with a token. Use as a context manager."""

    def __init__(self, base_url: str, token: str, seconds: float = 60) -> None:
        address = urlsplit(base_url)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=seconds)
        self._headers = {"Authorization": f"Bearer {token}", "Connection": "keep-alive"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._connection.close()

    def get(self, path: str) -> Reply:
        """Get a path, or a link that an answer gave."""
        return self.send("GET", path)

    def post(self, path: str, value: Any = None, **headers: str) -> Reply:
        """Post a JSON value."""
        return self.send("POST", path, b"" if value is None else json.dumps(value).encode(), **headers)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        """Send bytes as they are; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {**self._headers, **({"Content-Type": "application/json"} if body else {}), **named}
        target = path[path.index("/api/") :] if "://" in path else path
        try:
            return self._send(method, target, body, sent)
        except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # The server closed a connection that it had kept: the request is sent anew on a fresh one.
            self._connection.close()
            return self._send(method, target, body, sent)

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        self._connection.request(method, path, body or None, headers)
        answer = self._connection.getresponse()
        return Reply(answer.status, dict(answer.getheaders()), answer.read())
