"""How long the pages of a large project take on the server.

Run: .venv/bin/python -m tests.benchmarks.bench_pages [SIZE]

It works on an empty SQLite database in a temporary folder, or on the (disposable, empty) database that DATABASE_URL
names, with a made project of SIZE entities (100,000 unless told otherwise). Prints p95 of the pages as a reviewer
gets them, and exits 1 where a limit is passed: 300 ms for the dashboard once its figures are warm, 200 ms for an
entity's page.
"""

import math
import random
import sys
import tempfile
import time
from typing import Any

from tests.benchmarks.bench_queries import ROUNDS, start

LIMITS = {"dashboard, warm": 300.0, "entity page": 200.0}


def main() -> int:
    """Measure and print; the exit code says whether the limits held."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="atocore-bench-") as folder:
        start(folder)
        return 1 if _pages(size) else 0


def _pages(size: int) -> int:
    from django.test import Client

    from engineering.models import Entity
    from memories.choices import Role
    from memories.services.upkeep import refresh_statistics
    from tests.benchmarks.graph_maker import make
    from tests.factories import user

    project, entities, links = make("made", size)
    refresh_statistics()
    print(f"made {entities:,} entities, {links:,} relationships")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user(Role.MAINTAINER, "bench"), backend="django.contrib.auth.backends.ModelBackend")
    chosen = random.Random(1).sample(list(Entity.objects.filter(project=project).order_by("pk")[:5_000]), ROUNDS)
    dashboard = f"/projects/{project.name}/"
    print(f"  {'dashboard, cold':18}{_once(client, dashboard):9.1f} ms")
    found = {
        "dashboard, warm": [_once(client, dashboard) for _ in range(ROUNDS)],
        "entity page": [_once(client, f"/entities/{row.pk}/") for row in chosen],
        "system map": [_once(client, f"{dashboard}map/") for _ in range(5)],
        "overview": [_once(client, f"{dashboard}overview/") for _ in range(3)],
    }
    return sum(_print(name, times) for name, times in found.items())


def _once(client: Any, address: str) -> float:
    begun = time.perf_counter()
    answer = client.get(address)
    spent = (time.perf_counter() - begun) * 1_000
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code}")
    return spent


def _print(name: str, times: list[float]) -> bool:
    p95 = sorted(times)[math.ceil(len(times) * 0.95) - 1]
    limit = LIMITS.get(name)
    late = limit is not None and p95 > limit
    print(f"  {name:18}{p95:9.1f} ms{f'  above {limit:.0f} ms' if late else ''}", flush=True)
    return late


if __name__ == "__main__":
    sys.exit(main())
