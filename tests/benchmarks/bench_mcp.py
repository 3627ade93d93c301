"""How fast assistants are answered. Run: .venv/bin/python -m tests.benchmarks.bench_mcp

On the sample project, with the SDK's own client: how long connecting over standard input and output takes, and the
median of each reading tool over it and over HTTP.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.assistants.assistant import HTTP, STDIO, WAYS, Assistant, assistant
from tests.live import LiveApp, installation

PROJECT = {"project": "p21-heron"}
CALLS: dict[str, dict[str, Any]] = {
    "atocore_context": {"prompt": "why is the grating holder made of invar", **PROJECT},
    "atocore_search": {"q": "why is the grating holder made of invar", "limit": 10, **PROJECT},
    "atocore_memory_list": {"limit": 10, **PROJECT},
    "atocore_entity_get": {"entity": "VPH grating", **PROJECT},
    "atocore_projects": {},
    "atocore_engineering_map": PROJECT,
    "atocore_engineering_gaps": PROJECT,
    "atocore_engineering_requirements": {"entity": "VPH grating", **PROJECT},
    "atocore_engineering_decisions": PROJECT,
    "atocore_engineering_changes": {"limit": 10, **PROJECT},
    "atocore_engineering_impact": {"entity": "VPH grating", **PROJECT},
    "atocore_engineering_evidence": {"entity": "VPH grating", **PROJECT},
    "atocore_conflicts": PROJECT,
    "atocore_audit": {"limit": 10},
    "atocore_health": {},
}
AIMED = {STDIO: 10, HTTP: 15}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as app:
        app.manage("load_sample")
        app.start()
        token = app.create_token("bench")
        print(f"connecting over stdio: {connecting(app, token):.2f} s (aimed at: 1.5 s)\n")
        print(f"{'median of ' + str(options.rounds) + ' calls, ms':34}{STDIO:>8}{HTTP:>8}")
        times = {way: measured(app, token, way, options.rounds) for way in WAYS}
    for name in CALLS:
        print(f"{name:34}{times[STDIO][name]:8.1f}{times[HTTP][name]:8.1f}")
    middle = {way: statistics.median(times[way].values()) for way in WAYS}
    print(f"{'the median tool':34}{middle[STDIO]:8.1f}{middle[HTTP]:8.1f}")
    print(f"{'aimed at':34}{AIMED[STDIO]:8}{AIMED[HTTP]:8}")


def connecting(app: LiveApp, token: str) -> float:
    """Return the median time to connect, seconds."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        with assistant(app, token, STDIO):
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def measured(app: LiveApp, token: str, way: str, rounds: int) -> dict[str, float]:
    """Return the median time of each tool, milliseconds; the first call of each is not counted."""
    with assistant(app, token, way) as connected:
        return {name: _median(connected, name, arguments, rounds) for name, arguments in CALLS.items()}


def _median(connected: Assistant, name: str, arguments: dict[str, Any], rounds: int) -> float:
    connected.call(name, **arguments)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        connected.call(name, **arguments)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


if __name__ == "__main__":
    main()
