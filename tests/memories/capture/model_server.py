"""A language model's server for tests: real HTTP on a free port, in a thread, behaving as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Reads the request, keeps it, and does what the test says."""

    protocol_version = "HTTP/1.1"
    server: "ModelServer"
    body: dict[str, Any]

    def do_POST(self) -> None:
        """Answer a chat."""
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(self)
        behaviours = self.server.behaviours
        (behaviours.pop(0) if len(behaviours) > 1 else behaviours[0])(self)

    def send(self, status: int, text: str | bytes, **headers: str) -> None:
        """Send a whole answer."""
        data = text if isinstance(text, bytes) else text.encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class ModelServer(ThreadingHTTPServer):
    """The server; `behaviours` are used up one a request, the last one again and again."""

    daemon_threads = True

    def __init__(self, *behaviours: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behaviours = list(behaviours)
        self.asked: list[Handler] = []

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is expected."""


@contextmanager
def serving(*behaviours: Behaviour) -> Iterator[ModelServer]:
    """Run a server while the block runs."""
    server = ModelServer(*behaviours)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(content: Any) -> Behaviour:
    """Answer with a message of this content (JSON, unless it is text)."""
    text = content if isinstance(content, str) else json.dumps(content)
    answer = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]})
    return lambda handler: handler.send(200, answer)


def status(code: int, text: str = "no", **headers: str) -> Behaviour:
    """Answer with a status."""
    return lambda handler: handler.send(code, text, **headers)


def item(quote: str, **fields: Any) -> dict[str, Any]:
    """One well-formed item of an answer."""
    made = {"type": "knowledge", "statement": quote, "quote": quote, "confidence": 0.7, "domain_tags": []}
    return {**made, "valid_until": None, **fields}
