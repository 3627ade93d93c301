"""What housekeeping costs: thousands of expiries, and how long anybody waits for the write lock meanwhile.

Run: .venv/bin/python -m tests.benchmarks.bench_housekeeping [--rows N]. Uses a database of its own, on PostgreSQL where
DATABASE_URL names one.
"""

import argparse
import os
import tempfile
import time
from datetime import timedelta

os.environ.setdefault("ATOCORE_DATA", tempfile.mkdtemp(prefix="bench-housekeeping-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atocore_site.settings")

import django

django.setup()

from django.db import connection  # noqa: E402 - the settings come first
from django.utils import timezone  # noqa: E402

from engineering.models import Entity  # noqa: E402
from memories.actors import Actor  # noqa: E402
from memories.kinds import kinds  # noqa: E402
from memories.models import Memory  # noqa: E402
from memories.services import projects  # noqa: E402
from memories.services._write import Batch  # noqa: E402
from memories.services.housekeeping.run import Report, housekeep  # noqa: E402

ACTOR = Actor.system("import")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rows", type=int, default=10_000, help="memories past their date, and as many active entities"
    )
    options = parser.parse_args()
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        _fill(options.rows)
        print(f"{connection.vendor}: {options.rows:,} memories past their date, {options.rows:,} entities in force")
        for words, dry_run in (("dry run", True), ("run", False), ("second run", False)):
            _timed(words, dry_run)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _fill(count: int) -> None:
    project = projects.register("bench", actor=ACTOR)
    past = timezone.now() - timedelta(days=1)
    with Batch(ACTOR) as batch:
        batch.insert_many(
            kinds.named("memory"),
            [
                Memory(
                    memory_type="knowledge",
                    content=f"Reading {number}: the stage drifts {number % 89} nm an hour at {number % 31} degrees.",
                    project=project,
                    status="active" if number % 2 else "candidate",
                    valid_until=past,
                )
                for number in range(count)
            ],
        )
        batch.insert_many(
            kinds.named("entity"),
            [
                Entity(
                    entity_type="component",
                    name=f"Part {number}",
                    project=project,
                    status="active",
                    properties={"mass": f"{number % 97 + 1} kg"},
                )
                for number in range(count)
            ],
        )


def _timed(words: str, dry_run: bool) -> Report:
    start = time.perf_counter()
    report = housekeep(actor=Actor.system("cron"), dry_run=dry_run)
    seconds = time.perf_counter() - start
    expired, slowest = report.counts["expire"]["memories_expired"], report.longest * 1000
    print(f"{words + ':':<12}{seconds:7.1f} s, {expired:,} memories expired, longest transaction {slowest:,.0f} ms")
    return report


if __name__ == "__main__":
    main()
