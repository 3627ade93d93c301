"""What the REST door costs.

Run: .venv/bin/python -m tests.benchmarks.bench_api [--small 1000] [--large 100000] [--only service]

Two real servers on SQLite with synchronous=FULL, a small and a large memory. Prints medians and, beside each, what is
asked of it.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.benchmarks.api_inside import sentence
from tests.live import ROOT, LiveApp, installation
from tests.wire import Wire

RUNS = 5
POSTS = 200


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=1_000)
    parser.add_argument("--large", type=int, default=100_000)
    parser.add_argument("--only", choices=("posts", "pages", "service"), help="one part alone")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        large = stack.enter_context(_filled(folder / "large", options.large))
        if options.only in (None, "posts"):
            small = stack.enter_context(_filled(folder / "small", options.small))
            _posts(small, large, options)
        reader = large.create_token("bench-reviewer", "reviewer")
        large.stop()
        if options.only in (None, "pages"):
            _pages(inside(large, "pages", BENCH_TOKEN=reader))
        if options.only in (None, "service"):
            _service(inside(large, "service"))


def _filled(folder: Path, number: int) -> Any:
    stack = ExitStack()
    folder.mkdir()
    app = stack.enter_context(installation(folder, ATOCORE_API_RATE="0", ATOCORE_SYNCHRONOUS="full"))
    print(f"{number:,} memories:", inside(app, "fill", str(number)))
    app.start()
    return _Closing(app, stack)


class _Closing:
    """An installation that ends with its stack."""

    def __init__(self, app: LiveApp, stack: ExitStack) -> None:
        self.app, self.stack = app, stack

    def __enter__(self) -> LiveApp:
        return self.app

    def __exit__(self, *failure: object) -> None:
        self.stack.close()


def inside(app: LiveApp, *what: str, **more: str) -> dict[str, Any]:
    """Run a measurement of api_inside in an installation."""
    command = [sys.executable, "-m", "tests.benchmarks.api_inside", *what]
    done = subprocess.run(command, env=app.environment | more, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _posts(small: LiveApp, large: LiveApp, options: argparse.Namespace) -> None:
    medians: dict[str, list[float]] = {"small": [], "large": []}
    apps = {"small": small, "large": large}
    tokens = {name: app.create_token("bench-agent", "agent") for name, app in apps.items()}
    for run in range(RUNS):
        for name, app in apps.items():
            medians[name].append(_p50(app, tokens[name], random.Random(f"{run} {name}")))
    few, many = statistics.median(medians["small"]), statistics.median(medians["large"])
    good = many <= max(few * 1.2, few + 0.5)
    print(f"\nPOST one candidate over HTTP, p50 (median of {RUNS} interleaved runs of {POSTS})")
    print(f"  at {options.small:>9,} memories {few:8.2f} ms")
    print(f"  at {options.large:>9,} memories {many:8.2f} ms   x {many / few:.2f}  {verdict(good)}")


def _p50(app: LiveApp, token: str, chance: random.Random) -> float:
    times = []
    with Wire(app.base_url, token) as client:
        for _ in range(POSTS):
            body = {"memory_type": "knowledge", "content": sentence(chance), "confidence": 0.5}
            start = time.perf_counter()
            reply = client.post("/api/v1/memories", body)
            times.append((time.perf_counter() - start) * 1000)
            if reply.status != 201:
                raise SystemExit(f"the candidate was not taken: {reply.status} {reply.content[:500]!r}")
    return statistics.median(times)


def _pages(found: dict[str, Any]) -> None:
    first, far, queries = found["first"], found["page_300"], found["queries"]
    equal = far <= max(first * 1.3, first + 1)
    print("\nA page of 50, server time (median of 100)")
    print(f"  the first  {first:8.2f} ms   {verdict(first <= 10)}")
    print(f"  page 300   {far:8.2f} ms   {verdict(far <= 10)}   x {far / first:.2f}  {verdict(equal)}")
    print(f"  queries    {queries:8}      {verdict(queries <= 6)}")


def _service(found: dict[str, Any]) -> None:
    (verb, verb_busy), (bare, bare_busy) = found["service"], found["bare"]
    print("\nCreating a candidate by its verb, against a bare transaction of the same rows (median of 300)")
    print(f"  the verb   {verb:8.2f} ms   of processor time {verb_busy:.2f} ms")
    print(f"  bare       {bare:8.2f} ms   of processor time {bare_busy:.2f} ms")
    print(f"  x {verb / bare:.2f}  {verdict(verb <= bare * 3)}; of processor time x {verb_busy / bare_busy:.2f}")


def verdict(good: bool) -> str:
    """Say whether it is as asked."""
    return "as asked" if good else "MORE THAN ASKED"


if __name__ == "__main__":
    main()
