"""What detection costs at 100,000 entities: the full scan with every fifth contested, and the check of one write.

Run: .venv/bin/python -m tests.benchmarks.bench_conflicts [--entities N] [--writes N]. Uses a database of its own, on
PostgreSQL where DATABASE_URL names one.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("ATOCORE_DATA", tempfile.mkdtemp(prefix="bench-conflicts-"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atocore_site.settings")

import django

django.setup()

from django.db import connection  # noqa: E402 - the settings come first

from engineering.models import Conflict, Entity, Relationship  # noqa: E402
from engineering.services.conflicts import scan, subjects, touched  # noqa: E402
from memories.actors import Actor  # noqa: E402
from memories.models import Memory  # noqa: E402
from memories.models._guard import writing  # noqa: E402
from memories.services import edit, projects  # noqa: E402

ACTOR = Actor.system("import")
WHOLES = 400


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--writes", type=int, default=300)
    options = parser.parse_args()
    with _database():
        _fill(options.entities)
        print(f"{connection.vendor}: {options.entities:,} entities, every fifth contested")
        first = _timed(lambda: scan.detect(actor=ACTOR))
        print(f"full scan, {Conflict.objects.count():,} conflicts found: {first:.1f} s (at most 30)")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"full scan again, nothing new:   {_timed(lambda: scan.detect(actor=ACTOR)):.1f} s")
        _writes(options.writes)


@contextmanager
def _database() -> Iterator[None]:
    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _timed(act: Callable[[], Any]) -> float:
    """Return the seconds that some work takes: of this process on SQLite, so that a busy machine does not count."""
    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    start = clock()
    act()
    return clock() - start


def _fill(count: int) -> None:
    """Write parts of wholes, and for every fifth a memory that says another mass; without audit rows, to save time."""
    project = projects.register("bench", actor=ACTOR)
    entities = [
        Entity(
            entity_type="subsystem" if number < WHOLES else "component",
            name=f"Part {number}",
            project=project,
            status="active",
            properties={"mass": f"{number % 97 + 1} kg", "material": f"Alloy {number % 13}", "length": "120 mm"},
            dedupe_key=f"e{number}",
            triage_rank=1,
        )
        for number in range(count)
    ]
    links = [
        Relationship(
            source_entity=part,
            target_entity=entities[number % WHOLES],
            relationship_type="part_of",
            canonical_key=f"l{number}",
            status="active",
        )
        for number, part in enumerate(entities[WHOLES:])
    ]
    memories = [
        Memory(
            memory_type="knowledge",
            content=f"Part {number} mass is {number % 89 + 200} kg.",
            project=project,
            status="active",
            dedupe_key=f"m{number}",
            triage_rank=1,
        )
        for number in range(0, count, 5)
    ]
    with writing():
        Entity.objects.bulk_create(entities, batch_size=2_000)
        Relationship.objects.bulk_create(links, batch_size=2_000)
        Memory.objects.bulk_create(memories, batch_size=2_000)
    subjects.rebuild()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _writes(number: int) -> None:
    """Change parts, relate them and say things of them; time the whole write, and the check within it."""
    checks: list[float] = []
    plain = touched.Touched.__call__

    def measured(self: touched.Touched, batch: Any) -> None:
        checks.append(_timed(lambda: plain(self, batch)) * 1000)

    touched.Touched.__call__ = measured  # type: ignore[method-assign]  # measured from outside, for this run alone
    parts = list(
        Entity.objects.select_related("project").filter(entity_type="component").order_by("pk")[: number * 7 : 7]
    )
    writes: list[float] = []
    for place, part in enumerate(parts):
        writes.append(_timed(lambda part=part, place=place: _write(part, parts[place - 1], place)) * 1000)  # type: ignore[misc]  # bound in the loop
    for name, times in (("check", checks[5:]), ("whole write", writes[5:])):
        cuts = statistics.quantiles(times, n=20)
        limit = " (at most 10)" if name == "check" else ""
        print(f"one write, {name:<12}: p50 {statistics.median(times):.1f} ms, p95 {cuts[18]:.1f} ms{limit}")


def _write(part: Entity, other: Entity, place: int) -> None:
    match place % 3:
        case 0:
            edit.update(part, {"properties": {**part.properties, "mass": f"{place + 1} kg"}}, actor=ACTOR)
        case 1:
            content = f"{part.name} mass is {place + 500} kg"
            fields = {"memory_type": "knowledge", "content": content, "project": "bench"}
            edit.create("memory", fields, actor=ACTOR, status="active")
        case _:
            ends = {"source_entity": str(part.pk), "target_entity": str(other.pk)}
            edge = {**ends, "relationship_type": "conflicts_with"}
            edit.create("relationship", edge, actor=ACTOR, status="active")


if __name__ == "__main__":
    main()
