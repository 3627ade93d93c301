"""Capturing over REST beside many memories: an exchange that says nothing new, a long one, one that states much.

The words of the memories are few and frequent, which is the hard case for looking up what an answer repeats. Usage:
python -m tests.benchmarks.bench_capture [--memories 100000]
"""

import argparse
import json
import random
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.api_inside import sentence
from tests.benchmarks.bench_api import inside
from tests.live import LiveApp, installation

ROUNDS = 30


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memories", type=int, default=100_000)
    options = parser.parse_args()
    chance = random.Random(7)
    bodies: dict[str, Callable[[int], str]] = {
        "one sentence": lambda number: sentence(chance),
        "60 sentences": lambda number: " ".join(sentence(chance) for _ in range(60)),
        "10 statements": lambda number: "\n".join(f"Decision: use part {number}-{place} here." for place in range(10)),
    }
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as app:
        print("filled:", inside(app, "fill", str(options.memories)))
        token = app.create_token("scribe", "agent")
        app.start()
        for name, made in bodies.items():
            show(name, [capture(app, token, made(number), number) for number in range(ROUNDS)])


def capture(app: LiveApp, token: str, response: str, number: int) -> float:
    """Capture one exchange; return the milliseconds it took."""
    sent: dict[str, Any] = {"prompt": "What was done?", "response": response, "session_id": f"s{number}"}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{app.base_url}/api/v1/interactions", json.dumps(sent).encode(), headers)
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as answer:
        answer.read()
    return (time.perf_counter() - began) * 1_000


def show(name: str, found: list[float]) -> None:
    """Print the median and the 95th percentile."""
    p95 = statistics.quantiles(found, n=20)[-1]
    print(f"{name:16} p50 {statistics.median(found):7.1f} ms   p95 {p95:7.1f} ms")


if __name__ == "__main__":
    main()
