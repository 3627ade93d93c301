"""Memory servers as one client sees them: start, write a row, find a row."""

import os
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import anyio
from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.assistants.assistant import command, rest
from tests.live import installation

PARTS = ["bearing", "flange", "spindle", "mirror", "collimator", "grating", "shutter", "baffle", "encoder", "harness"]


class Unavailable(Exception):
    """It cannot be installed or started here."""


def line(number: int) -> str:
    """Return the statement of a row; no two are alike."""
    part, day = PARTS[number % len(PARTS)], number % 365
    return f"The {part} of unit U{number:08d} was measured at {number * 7 % 9973} micrometres on day {day}."


class Peer(ABC):
    """A server that is connected.

    Attributes:
        title: as the table names it.
    """

    title = ""

    def __init__(self, tools: Path, data: Path) -> None:
        self.tools, self.data = tools, data
        self.client: Client
        self.portal: BlockingPortal

    @contextmanager
    def ready(self) -> Iterator["Peer"]:
        """Install, start and connect. Raises Unavailable."""
        self.data.mkdir(parents=True)
        log = (self.data / "stderr.log").open("w")
        with log, self.started() as how, start_blocking_portal() as self.portal:
            client = Client(stdio_client(how, errlog=log))
            with self.portal.wrap_async_context_manager(client) as self.client:
                yield self

    @abstractmethod
    def started(self) -> AbstractContextManager[StdioServerParameters]:
        """Return how it is started, on a store of its own."""

    def call(self, tool: str, **arguments: Any) -> str:
        """Call a tool; returns the text of its answer. Raises Unavailable where it refuses."""
        text: str = self.portal.call(self._call, tool, arguments)
        return text

    async def _call(self, tool: str, arguments: dict[str, Any]) -> str:
        result = await self.client.call_tool(tool, arguments)
        text = "".join(getattr(part, "text", "") for part in result.content)
        if result.is_error:
            raise Unavailable(text[:300])
        return text

    def write(self, number: int) -> None:
        """Write a row."""
        tool, arguments = self.writing(number)
        self.call(tool, **arguments)

    @abstractmethod
    def writing(self, number: int) -> tuple[str, dict[str, Any]]:
        """Return the tool and the arguments that write a row."""

    @abstractmethod
    def finds(self, number: int) -> bool:
        """Search for a row; tells whether it was found."""

    def fill(self, numbers: Sequence[int]) -> None:
        """Write rows as fast as it goes; not measured."""
        for start in range(0, len(numbers), 100):
            self.write_at_once(numbers[start : start + 100])

    def write_at_once(self, numbers: Sequence[int]) -> None:
        """Write rows without waiting for one before sending the next."""

        async def all_of_them() -> None:
            async with anyio.create_task_group() as group:
                for number in numbers:
                    group.start_soon(self._call, *self.writing(number))

        self.portal.call(all_of_them)


class AtoCore(Peer):
    """AtoCore, by a token of the role agent. What it proposes are candidates; it searches them."""

    title = "atocore"

    @contextmanager
    def started(self) -> Iterator[StdioServerParameters]:
        """Return how it is started."""
        with installation(self.data, ATOCORE_API_RATE="0") as self.app:
            self.app.start()
            self.token = self.app.create_token("bench")
            yield command(self.app, ATOCORE_TOKEN=self.token)

    def writing(self, number: int) -> tuple[str, dict[str, Any]]:
        """Return a proposal."""
        return "atocore_memory_propose", {"memory_type": "knowledge", "content": line(number)}

    def finds(self, number: int) -> bool:
        """Search candidates."""
        return line(number) in self.call("atocore_search", q=f"U{number:08d}", candidates=True, limit=10)

    def fill(self, numbers: Sequence[int]) -> None:
        """Bring them in over REST."""
        rows = [
            {"memory_type": "knowledge", "content": line(number), "external_ref": str(number)} for number in numbers
        ]
        for start in range(0, len(rows), 500):
            rest(self.app, self.token, "POST", "memories/bulk", items=rows[start : start + 500])


class ServerMemory(Peer):
    """@modelcontextprotocol/server-memory: a graph in one file, written anew with each change."""

    title = "server-memory (npm)"

    @contextmanager
    def started(self) -> Iterator[StdioServerParameters]:
        """Return how it is started."""
        made = self.tools / "node_modules" / ".bin" / "mcp-server-memory"
        if not made.exists():
            package = "@modelcontextprotocol/server-memory"
            _install(["npm", "install", "--no-fund", "--no-audit", "--prefix", str(self.tools), package])
        environment = {"PATH": os.environ["PATH"], "MEMORY_FILE_PATH": str(self.data / "memory.jsonl")}
        yield StdioServerParameters(command=str(made), args=[], env=environment)

    def writing(self, number: int) -> tuple[str, dict[str, Any]]:
        """Return an entity with one observation."""
        return "create_entities", {"entities": [self._row(number)]}

    def finds(self, number: int) -> bool:
        """Search nodes."""
        return line(number) in self.call("search_nodes", query=f"U{number:08d}")

    def fill(self, numbers: Sequence[int]) -> None:
        """Create them by the thousand."""
        rows = [self._row(number) for number in numbers]
        for start in range(0, len(rows), 1_000):
            self.call("create_entities", entities=rows[start : start + 1_000])

    def _row(self, number: int) -> dict[str, Any]:
        return {"name": f"memory {number}", "entityType": "knowledge", "observations": [line(number)]}


class MemoryService(Peer):
    """mcp-memory-service on sqlite-vec. Without its model, which it would download, it compares hashes of words."""

    title = "mcp-memory-service"

    @contextmanager
    def started(self) -> Iterator[StdioServerParameters]:
        """Return how it is started."""
        folder = self.tools / "memory-service"
        if not (folder / "bin" / "memory").exists():
            _install([sys.executable, "-m", "venv", str(folder)])
            _install([str(folder / "bin" / "pip"), "install", "-q", "mcp-memory-service", "pysqlite3"])
            # It needs an SQLite that loads extensions, which Python is often built without.
            swap = "import sys, pysqlite3\nsys.modules['sqlite3'] = pysqlite3\n"
            next(folder.glob("lib/python3*/site-packages")).joinpath("sitecustomize.py").write_text(swap)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.data),
            "HF_HUB_OFFLINE": "1",
            "MCP_MEMORY_STORAGE_BACKEND": "sqlite_vec",
            "MCP_MEMORY_SQLITE_PATH": str(self.data / "memory.db"),
        }
        yield StdioServerParameters(command=str(folder / "bin" / "memory"), args=["server"], env=environment)

    def writing(self, number: int) -> tuple[str, dict[str, Any]]:
        """Return a memory."""
        # With a conversation named it does not look for near duplicates, which it would refuse.
        return "memory_store", {"content": line(number), "conversation_id": "bench"}

    def finds(self, number: int) -> bool:
        """Search, the way it does unless told otherwise."""
        return line(number) in self.call("memory_search", query=line(number), limit=10)


_EMPTY = """
from mcp.server.mcpserver import MCPServer
server = MCPServer("empty")
@server.tool()
def say(text: str) -> str:
    "Say a text again."
    return text
server.run("stdio")
"""


class EmptyTool(Peer):
    """A tool that says its argument again, on the SDK that AtoCore stands on: what a call costs without any work."""

    title = "an empty tool"

    @contextmanager
    def started(self) -> Iterator[StdioServerParameters]:
        """Return how it is started."""
        yield StdioServerParameters(command=sys.executable, args=["-c", _EMPTY])

    def writing(self, number: int) -> tuple[str, dict[str, Any]]:
        """Return what is said."""
        return "say", {"text": line(number)}

    def finds(self, number: int) -> bool:
        """Hear it again."""
        return line(number) in self.call("say", text=line(number))

    def fill(self, numbers: Sequence[int]) -> None:
        """Keep nothing."""


def _install(line: list[str]) -> None:
    program = shutil.which(line[0])
    if program is None:
        raise Unavailable(f"there is no {line[0]} here.")
    done = subprocess.run([program, *line[1:]], capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise Unavailable(f"{' '.join(line[:4])} failed: {done.stderr.strip()[-300:]}")
