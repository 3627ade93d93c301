"""A real AtoCore: its own process, data folder and database, spoken to over HTTP and its commands.

Needed wherever a test must commit: audit rows cannot be deleted, so a committed test database cannot be emptied.
"""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from queue import Empty, Queue

from tests.machine import maintenance_url, on_postgres, second_database_url

ROOT = Path(__file__).resolve().parent.parent
OURS = ("ATOCORE_", "DATABASE_URL", "DJANGO_")


@dataclass
class LiveApp:
    """A server that runs. `base_url` has no slash at its end."""

    folder: Path
    environment: dict[str, str]
    base_url: str = ""
    process: subprocess.Popen[str] | None = None
    printed: list[str] = field(default_factory=list)

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py on this installation. Fails the test with the command's words if it fails."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300)
        if check and done.returncode:
            raise AssertionError(f"manage.py {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def create_user(self, name: str, role: str, *projects: str) -> str:
        """Make a person; returns their single-use sign-in link."""
        chosen = [part for project in projects for part in ("--project", project)]
        return self.manage("create_user", name, "--role", role, "--url", self.base_url, *chosen).stdout.strip()

    def sign_in_link(self, name: str) -> str:
        """A new single-use link for somebody who exists."""
        return self.manage("create_user", name, "--link", "--url", self.base_url).stdout.strip()

    def create_token(self, name: str, role: str = "agent", *more: str) -> str:
        """Make an API token; returns its text."""
        return self.manage("create_token", name, "--role", role, *more).stdout.strip()

    def start(self, *arguments: str, seconds: float = 60) -> None:
        """Serve on a free port until `stop`; returns once it answers."""
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--bind", "127.0.0.1:0", *arguments]
        log = (self.folder / "server.log").open("a")
        self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=log, text=True)
        log.close()
        lines = _lines_of(self.process)
        with suppress(Empty):
            while line := lines.get(timeout=seconds):
                self.printed.append(line.rstrip("\n"))
                if "answers at" in line:
                    self.base_url = line.split("answers at ")[1].split()[0].rstrip("/")
                    break
        if not self.base_url:
            self.stop()
            raise AssertionError("the server did not start:\n" + self.log())
        with suppress(Empty):  # the link, where there is one, follows at once
            while line := lines.get(timeout=0.3):
                self.printed.append(line.rstrip("\n"))

    def stop(self, how: int = signal.SIGTERM) -> int:
        """End the server; returns its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(how)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def log(self) -> str:
        """What the server wrote to standard error so far."""
        path = self.folder / "server.log"
        return path.read_text() if path.exists() else ""

    @property
    def link(self) -> str:
        """The sign-in link that the server printed; empty when it printed none."""
        return next((line for line in self.printed if line.startswith("http")), "")


def _lines_of(process: subprocess.Popen[str]) -> "Queue[str]":
    lines: Queue[str] = Queue()
    source = process.stdout
    assert source is not None

    def read() -> None:
        for line in source:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    return lines


@contextmanager
def installation(folder: Path, **settings: str) -> Iterator[LiveApp]:
    """A migrated, empty installation that does not serve yet, on a database of its own of this run's make."""
    with _own_database(folder / "data") as url:
        app = LiveApp(folder, _environment(folder / "data", url) | settings)
        try:
            yield app
        finally:
            app.stop()


def _environment(data: Path, url: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    ours = {"ATOCORE_DATA": str(data), "ATOCORE_SIGN_IN_RATE": "1000"}
    return inherited | ours | ({"DATABASE_URL": url} if url else {})


@contextmanager
def _own_database(data: Path) -> Iterator[str]:
    if not on_postgres():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(_migrated_file(), data / "atocore.sqlite3")
        yield ""
        return
    name = _new_database(_migrated_database())
    try:
        yield _address(name)
    finally:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


# Migrating takes seconds; each process does it once and every installation starts from a copy.


@cache
def _migrated_file() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    LiveApp(folder, _environment(folder, "")).manage("migrate", "--verbosity", "0")
    return folder / "atocore.sqlite3"


@cache
def _migrated_database() -> str:
    name = _new_database("template1")
    atexit.register(_on_server, f'DROP DATABASE "{name}" WITH (FORCE)')
    with tempfile.TemporaryDirectory() as folder:
        LiveApp(Path(folder), _environment(Path(folder), _address(name))).manage("migrate", "--verbosity", "0")
    return name


def _new_database(template: str) -> str:
    name = f"atocore_live_{uuid.uuid4().hex[:12]}"
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def _address(name: str) -> str:
    return second_database_url().rpartition("/")[0] + f"/{name}"


def _on_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(maintenance_url(), autocommit=True) as server:
        server.execute(statement.encode())
