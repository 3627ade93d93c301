"""Which server answers Django's pages fastest on this machine. Run: .venv/bin/python -m tests.benchmarks.bench_server

Each server in turn, several rounds, in a process of its own; the load comes from another process over kept-alive
connections. Prints medians over the rounds and the ratio to the first line.
"""

import argparse
import asyncio
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

UVICORN = [sys.executable, "-m", "uvicorn", "--log-level", "warning", "--no-access-log", "--port", "{port}"]
GRANIAN = [sys.executable, "-m", "granian", "--no-log", "--port", "{port}", "--blocking-threads", "8"]
PAGE = "tests.benchmarks.server_page"

SERVERS: dict[str, list[str]] = {
    "uvicorn (h11, asyncio), a2wsgi": [*UVICORN, "--http", "h11", "--loop", "asyncio", f"{PAGE}:front"],
    "uvicorn (httptools, uvloop), a2wsgi": [*UVICORN, "--http", "httptools", "--loop", "uvloop", f"{PAGE}:front"],
    "granian ASGI, a2wsgi": [*GRANIAN[:-2], "--interface", "asgi", f"{PAGE}:front"],
    "granian WSGI": [*GRANIAN, "--interface", "wsgi", f"{PAGE}:django_wsgi"],
    "uvicorn (h11, asyncio), Django ASGI": [*UVICORN, "--http", "h11", "--loop", "asyncio", f"{PAGE}:django_asgi"],
}
NEEDS = {"granian": "granian", "httptools": "httptools"}


@dataclass(frozen=True)
class Result:
    """What one round saw: answers a second, and the median and 99th percentile of their times in milliseconds."""

    rate: float
    p50: float
    p99: float


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    names = [name for name in SERVERS if all(word not in name or find_spec(needs) for word, needs in NEEDS.items())]
    results: dict[str, list[Result]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder) / "bench.sqlite3")
        for _ in range(options.rounds):
            for name in names:
                results[name].append(_measure(SERVERS[name], folder, options.seconds, options.clients))
    _print_table(results)


def _fill(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, name TEXT, content TEXT)")
        rows = ((number, f"row {number}", "The primary mirror's cell is aluminium. " * 3) for number in range(10_000))
        database.executemany("INSERT INTO rows VALUES (?, ?, ?)", rows)
        database.commit()


def _measure(command: list[str], folder: str, seconds: float, clients: int) -> Result:
    port = _free_port()
    environment = {**os.environ, "BENCH_FOLDER": folder}
    server = subprocess.Popen([part.format(port=port) for part in command], env=environment)
    try:
        _wait_for(port)
        asyncio.run(_load(port, 1.0, clients))
        return _summary(asyncio.run(_load(port, seconds, clients)), seconds)
    finally:
        server.terminate()
        server.wait(10)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


async def _load(port: int, seconds: float, clients: int) -> list[float]:
    until = time.perf_counter() + seconds
    runs = await asyncio.gather(*(_client(port, until) for _ in range(clients)))
    return [duration for run in runs for duration in run]


async def _client(port: int, until: float) -> list[float]:
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    durations = []
    while (start := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"the page failed: {head[:80]!r}")
        await _read_body(reader, head.lower())
        durations.append(time.perf_counter() - start)
    writer.close()
    return durations


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"content-length:" in head:
        await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()


def _summary(durations: list[float], seconds: float) -> Result:
    cuts = statistics.quantiles(durations, n=100)
    return Result(len(durations) / seconds, cuts[49] * 1000, cuts[98] * 1000)


def _print_table(results: dict[str, list[Result]]) -> None:
    print(f"{'server':<38} {'requests/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'ratio':>6}")
    base = 0.0
    for name, rounds in results.items():
        rate = statistics.median(result.rate for result in rounds)
        base = base or rate
        p50 = statistics.median(result.p50 for result in rounds)
        p99 = statistics.median(result.p99 for result in rounds)
        print(f"{name:<38} {rate:>10.0f} {p50:>8.1f} {p99:>8.1f} {rate / base:>6.2f}")


if __name__ == "__main__":
    main()
