"""`atocore` as people and hooks run it: a process of its own, without anything of the server's."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.live import ROOT

COMMAND = [sys.executable, "-m", "engineering.client"]


@dataclass
class Client:
    """A person's machine: where the server is, which token, a data folder of its own."""

    url: str
    token: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("ATOCORE_", "XDG_"))}
        ours = {"HOME": str(self.folder), "ATOCORE_DATA": str(self.folder), "PYTHONPATH": str(ROOT)}
        return plain | ours | {"ATOCORE_URL": self.url, "ATOCORE_TOKEN": self.token}

    def run(self, *arguments: str, stdin: Any = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command; what is handed in as no text is JSON."""
        text = stdin if isinstance(stdin, str) else json.dumps(stdin)
        command = [*COMMAND, *arguments]
        environment = self.environment | more
        return subprocess.run(command, input=text, env=environment, capture_output=True, text=True, timeout=120)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command that reads nothing."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def counts(self, *arguments: str, stdin: Any = "") -> dict[str, Any]:
        """Run `capture --json`; returns its counts."""
        done = self.run("capture", "--json", *arguments, stdin=stdin)
        return dict(json.loads(done.stdout))

    @property
    def spool(self) -> Path:
        return self.folder / "spool" / self.url.partition("://")[2].replace(":", "_")

    def waiting(self, kind: str = ".") -> list[Path]:
        """The files of the spool, or with "refused" those that were put aside."""
        return sorted((self.spool / kind).glob("*.json"))

    def stored(self, session: str) -> list[dict[str, Any]]:
        """What the server has of a session, the oldest first."""
        asked = {"session_id": session, "limit": "200", "ordering": "created_at"}
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.get(f"{self.url}/api/v1/interactions", params=asked, headers=headers, timeout=30)
        return list(answer.raise_for_status().json()["results"])


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Something that listens and is not AtoCore; returns its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
