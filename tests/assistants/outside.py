"""MCP's own tools on AtoCore: the inspector over both transports, the conformance suite over HTTP: make conformance

Needs Node.js 22 or newer and npm; both tools are installed into a temporary folder. Of the suite run the scenarios that
any server can pass: the others call tools and read resources that only the suite's own sample server has.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.live import ROOT, LiveApp, installation

PACKAGES = ("@modelcontextprotocol/inspector@2.12.0", "@modelcontextprotocol/conformance@0.1.16")
SCENARIOS = (
    "server-initialize",
    "ping",
    "tools-list",
    "tools-call-error",
    "resources-list",
    "prompts-list",
    "server-sse-multiple-streams",
    "dns-rebinding-protection",
)
PROJECT = "project=p21-heron"
ASKED: dict[str, tuple[str, ...]] = {
    "tools": ("--method", "tools/list"),
    "resources": ("--method", "resources/list"),
    "templates": ("--method", "resources/templates/list"),
    "prompts": ("--method", "prompts/list"),
    "a tool": ("--method", "tools/call", "--tool-name", "atocore_engineering_gaps", "--tool-arg", PROJECT),
    "a resource": ("--method", "resources/read", "--uri", "atocore://project/p21-heron/overview"),
    "a prompt": ("--method", "prompts/get", "--prompt-name", "start_session", "--prompt-args", PROJECT),
}


def main() -> int:
    """Install, run all, print a line each; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--installed", type=Path, help="folder to install into, and to find installed; else a new one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tools = (options.installed or Path(folder) / "tools").resolve()
        install(tools)
        with installation(Path(folder) / "app", ATOCORE_API_RATE="0") as app:
            app.manage("load_sample")
            app.start()
            token = app.create_token("outside")
            done = [*inspected(tools, app, token), *conforming(tools, app, token)]
    return 0 if all(done) else 1


def install(tools: Path) -> None:
    """Install both tools, where they are not there. Exits with 1 where that cannot be."""
    if not shutil.which("npm"):
        sys.exit("There is no npm here; Node.js 22 or newer is needed.")
    tools.mkdir(parents=True, exist_ok=True)
    if not all((tools / "node_modules" / ".bin" / name).exists() for name in ("mcp-inspector", "conformance")):
        subprocess.run(["npm", "install", "--no-fund", "--no-audit", "--prefix", str(tools), *PACKAGES], check=True)


def inspected(tools: Path, app: LiveApp, token: str) -> Iterator[bool]:
    """Ask everything by the inspector's command, over both transports."""
    inspector = [str(tools / "node_modules" / ".bin" / "mcp-inspector"), "--cli"]
    environment = {"ATOCORE_TOKEN": token, "ATOCORE_DATA": app.environment["ATOCORE_DATA"]}
    if address := app.environment.get("DATABASE_URL"):
        environment["DATABASE_URL"] = address
    given = [part for name, value in environment.items() for part in ("-e", f"{name}={value}")]
    ways = {
        "stdio": [*given, sys.executable, str(ROOT / "manage.py"), "mcp"],
        "http": [f"{app.base_url}/mcp", "--transport", "http", "--header", f"Authorization: Bearer {token}"],
    }
    for way, target in ways.items():
        for name, asked in ASKED.items():
            done = subprocess.run([*inspector, *target, *asked], capture_output=True, text=True, timeout=120)
            yield _told(f"inspector, {way}: {name}", done.returncode == 0 and _answered(done.stdout), done)


def _answered(text: str) -> bool:
    try:
        read: Any = json.loads(text)
    except ValueError:
        return False
    return not read.get("isError")


def conforming(tools: Path, app: LiveApp, token: str) -> Iterator[bool]:
    """Run the scenarios of the conformance suite."""
    suite = [str(tools / "node_modules" / ".bin" / "conformance"), "server"]
    with carrying(app.base_url, token) as url:
        for name in SCENARIOS:
            command = [*suite, "--url", f"{url}/mcp", "--scenario", name]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tools)
            yield _told(f"conformance: {name}", done.returncode == 0, done)


def _told(name: str, good: bool, done: "subprocess.CompletedProcess[str]") -> bool:
    sys.stdout.write(f"{'ok    ' if good else 'FAILED'} {name}\n")
    if not good:
        sys.stdout.write(f"{done.stdout[-2_000:]}\n{done.stderr[-2_000:]}\n")
    sys.stdout.flush()
    return good


@contextmanager
def carrying(base_url: str, token: str) -> Iterator[str]:
    """Add the token to requests, which the suite cannot; everything else passes as it is. Returns the address."""
    place = base_url.partition("://")[2]

    class Front(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            connection = HTTPConnection(place, timeout=60)
            headers = {**dict(self.headers.items()), "Authorization": f"Bearer {token}"}
            connection.request(self.command, self.path, self.rfile.read(length) if length else None, headers)
            answer = connection.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815 - names that the base class calls

        def log_message(self, format: str, *args: Any) -> None:
            """Stay silent."""

    front = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    threading.Thread(target=front.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{front.server_address[1]}"
    finally:
        front.shutdown()
        front.server_close()


if __name__ == "__main__":
    os.environ.setdefault("NODE_NO_WARNINGS", "1")
    sys.exit(main())
