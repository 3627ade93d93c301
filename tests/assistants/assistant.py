"""An assistant: the SDK's own client on a real installation, over standard input and output or over HTTP."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.live import ROOT, LiveApp

STDIO, HTTP = "stdio", "http"
WAYS = (STDIO, HTTP)


@dataclass
class Assistant:
    """A connected client."""

    client: Client
    portal: BlockingPortal

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool; returns its structured answer. Fails the test where it is refused."""
        result = self.portal.call(self.client.call_tool, tool, arguments)
        assert not result.is_error, result.content
        return dict(result.structured_content or {})

    def refused(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool that has to refuse; returns its error."""
        result = self.portal.call(self.client.call_tool, tool, arguments)
        assert result.is_error, result.structured_content
        return dict(json.loads(result.content[0].text)["error"])

    def tools(self) -> dict[str, Any]:
        """Return the tools by name."""
        return {tool.name: tool for tool in self.portal.call(self.client.list_tools).tools}

    def read(self, uri: str) -> str:
        """Return the text of a resource."""
        found: Any = self.portal.call(self.client.read_resource, uri).contents[0]
        return str(found.text)

    def prompt(self, name: str, **arguments: str) -> str:
        """Return the text of a prompt."""
        found: Any = self.portal.call(self.client.get_prompt, name, arguments).messages[0].content
        return str(found.text)


def command(app: LiveApp, **environment: str) -> StdioServerParameters:
    """Return how a client starts the server."""
    return StdioServerParameters(
        command=sys.executable, args=[str(ROOT / "manage.py"), "mcp"], env={**app.environment, **environment}
    )


@contextmanager
def assistant(app: LiveApp, token: str, way: str) -> Iterator[Assistant]:
    """Connect an assistant that acts by a token."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(_client(app, token, way)) as client:
        yield Assistant(client, portal)


def _client(app: LiveApp, token: str, way: str) -> Client:
    if way == STDIO:
        return Client(stdio_client(command(app, ATOCORE_TOKEN=token)))
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=60)
    return Client(streamable_http_client(f"{app.base_url}/mcp", http_client=http))


def rest(app: LiveApp, token: str, method: str, path: str, **body: Any) -> dict[str, Any]:
    """Send a REST request as a person's program would."""
    address = f"{app.base_url}/api/v1/{path}"
    answer = httpx.request(method, address, json=body or None, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    assert answer.is_success, answer.text
    return dict(answer.json())


def post_mcp(
    app: LiveApp, token: str = "", method: str = "tools/list", params: dict[str, Any] | None = None, /, **headers: str
) -> httpx.Response:
    """Send a plain request to /mcp: the list of tools unless told otherwise."""
    sent = {"Accept": "application/json, text/event-stream", **headers}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
    return httpx.post(f"{app.base_url}/mcp", json=body, headers=sent, timeout=60)
