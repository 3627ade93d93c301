"""How long 10,000 memories take to come in: by the command, and 500 a request over HTTP, with audit and index rows.

Run: .venv/bin/python -m tests.benchmarks.bench_bulk [--number 10000]

Each way starts from an empty installation, on SQLite with synchronous=FULL or on the server of DATABASE_URL. The turns
of a made conversation are short and alike, so that each is compared with others before it. Exits 1 above 20 s.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.benchmarks.api_inside import sentence
from tests.benchmarks.bench_api import verdict
from tests.live import LiveApp, installation
from tests.wire import Wire

#: Seconds, and those in which its process was at work, starting included.
Spent = tuple[float, float]
LIMIT = 20.0
AT_ONCE = 500
TURNS = 40


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--number", type=int, default=10_000)
    options = parser.parse_args()
    items = list(_items(options.number))
    with tempfile.TemporaryDirectory(prefix="atocore-bench-") as folder:
        spent = {way.__name__.strip("_"): _in_empty(Path(folder), way, items) for way in (_command, _requests)}
    print(f"{options.number:,} memories, each with its audit and its index row")
    for way, (seconds, busy) in spent.items():
        print(f"  {way:9} {seconds:7.2f} s   {verdict(seconds <= LIMIT)}   (of processor time {busy:.2f} s)")
    return int(max(seconds for seconds, _ in spent.values()) > LIMIT)


def _items(number: int) -> Any:
    chance = random.Random(number)
    for place in range(number):
        yield {
            "external_ref": f"turn-{place}",
            "memory_type": "episodic",
            "content": sentence(chance),
            "session_id": f"session-{place // TURNS}",
            "position": place % TURNS,
            "observed_at": "2026-03-01T09:30:00Z",
            "domain_tags": ["optics"],
        }


def _in_empty(folder: Path, way: Any, items: Sequence[dict[str, Any]]) -> Spent:
    home = folder / way.__name__
    home.mkdir()
    with ExitStack() as stack:
        app = stack.enter_context(installation(home, ATOCORE_API_RATE="0", ATOCORE_SYNCHRONOUS="full"))
        spent: Spent = way(app, home, items)
        return spent


def _command(app: LiveApp, home: Path, items: Sequence[dict[str, Any]]) -> Spent:
    file = home / "turns.jsonl"
    file.write_text("".join(json.dumps(item) + "\n" for item in items))
    busy, start = _busy(), time.perf_counter()
    done = json.loads(app.manage("import_memories", str(file), "--json").stdout)
    seconds = time.perf_counter() - start
    _check(done["created"], items)
    return seconds, _busy() - busy


def _requests(app: LiveApp, home: Path, items: Sequence[dict[str, Any]]) -> Spent:
    token, busy = app.create_token("bench", "agent"), _busy()
    app.start()
    created, start = 0, time.perf_counter()
    with Wire(app.base_url, token) as client:
        for place in range(0, len(items), AT_ONCE):
            created += client.post("/api/v1/memories/bulk", {"items": items[place : place + AT_ONCE]}).json["created"]
    seconds = time.perf_counter() - start
    app.stop()  # a process is counted when it has ended
    _check(created, items)
    return seconds, _busy() - busy


def _busy() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _check(created: int, items: Sequence[Any]) -> None:
    if created != len(items):
        sys.exit(f"only {created} of {len(items)} were taken")


if __name__ == "__main__":
    sys.exit(main())
