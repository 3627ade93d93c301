"""What bench_search does inside an installation: fill it as bench_context does, time searches, weigh the index.

Usage: python -m tests.benchmarks.search_inside ROWS [--filtered]

With --filtered the rows are memories of a hundred projects that come in without audit rows, and the search is called in
this process, within one of these projects.
"""

import os
import statistics
import sys
import time
from typing import Any
from urllib.parse import urlencode

import django

import atocore_site  # noqa: F401 - puts the current SQLite in place

_ROUNDS = 60
_BATCH = 20_000
_HOMES = 100  # with --filtered
# This SQLite has no dbstat: what the engine keeps, and the rows it was made from.
_SIZE = {
    "sqlite": "SELECT (SELECT sum(length(block)) FROM search_fts_data)"
    " + (SELECT sum(length(lead) + length(text) + length(context) + length(marks)) FROM search_rows)",
    "postgresql": "SELECT pg_total_relation_size('search_rows') + pg_total_relation_size('search_terms')",
}


def measure(speaker: Any) -> None:
    """Time questions of eight words over everything and within a project of a quarter of the rows."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    settings.ALLOWED_HOSTS.append("testserver")
    client = Client(headers={"authorization": f"Bearer {os.environ['BENCH_TOKEN']}"})
    for label, narrowed in (("everything", {}), ("one project", {"project": "p01-bench"})):
        wall, spent, queries = [], [], 0
        for number in range(_ROUNDS + 5):
            address = "/api/v1/search?" + urlencode({"q": speaker.say(8), **narrowed})
            began, worked = time.perf_counter(), time.process_time()
            with CaptureQueriesContext(connection) as caught:
                assert client.get(address).status_code == 200
            if number >= 5:
                wall.append((time.perf_counter() - began) * 1_000)
                spent.append((time.process_time() - worked) * 1_000)
            queries = max(queries, len(caught))
        print(f"  {label:<12} p50 {_at(wall, 0.5):.0f} ms, p95 {_at(wall, 0.95):.0f} ms;", end=" ")
        print(f"processor {statistics.median(spent):.0f} and {_at(spent, 0.95):.0f} ms; {queries} queries")


def _at(times: list[float], share: float) -> float:
    return sorted(times)[int(share * len(times))]


def fill_quickly(rows: int, speaker: Any) -> float:
    """Bring in active memories: their own rows and what the write path writes into the index, no audit rows.

    Returns the seconds that the index took.
    """
    from django.db import connection, transaction

    from memories.actors import Actor
    from memories.kinds import kinds
    from memories.models import Memory
    from memories.models._guard import writing
    from memories.models._statements import insert_rows
    from memories.search import index
    from memories.services import projects

    kind, actor = kinds.named("memory"), Actor.system("import")
    home = [projects.register(f"p{number:02}-bench", actor=actor) for number in range(_HOMES)]
    spent = 0.0
    if connection.vendor == "sqlite":  # with 16 MB of cache, as in use, the fill would take an hour of reading back
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size=-2000000")
            cursor.execute("PRAGMA synchronous=OFF")
    for start in range(0, rows, _BATCH):
        some = [
            Memory(memory_type="knowledge", content=speaker.say(16), status="active", project=home[place % _HOMES])
            for place in range(start, min(start + _BATCH, rows))
        ]
        with transaction.atomic(), writing():
            for row in some:
                kind.refresh(row)
            insert_rows(Memory, some)
            began = time.perf_counter()
            index.put([index.index_row(kind, row) for row in some])
            spent += time.perf_counter() - began
    connection.close()  # the next one has the cache that is in use
    return spent


def measure_filtered(speaker: Any) -> None:
    """Time the search itself, questions of eight words within one of the projects."""
    from memories.actors import Actor
    from memories.queries.projects import find as project_of
    from memories.queries.search import Search, find

    actor, project = Actor.system("cron"), project_of("p01-bench")
    wall, spent = [], []
    for number in range(_ROUNDS + 5):
        search = Search(speaker.say(8), projects=[project])
        began, worked = time.perf_counter(), time.process_time()
        assert find(search, actor)
        if number >= 5:
            wall.append((time.perf_counter() - began) * 1_000)
            spent.append((time.process_time() - worked) * 1_000)
    print(f"  in process   p50 {_at(wall, 0.5):.0f} ms, p95 {_at(wall, 0.95):.0f} ms (at most 60);", end=" ")
    print(f"processor {statistics.median(spent):.0f} and {_at(spent, 0.95):.0f} ms", flush=True)


def rebuilt() -> float:
    """Build the index anew; return the seconds that it took."""
    from django.core.management import call_command

    began = time.perf_counter()
    call_command("reindex", stderr=open(os.devnull, "w"))  # noqa: SIM115 - ends with the process
    return time.perf_counter() - began


def size() -> int:
    """Return the bytes of the index."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(_SIZE[connection.vendor])
        return int(cursor.fetchone()[0])


def main() -> None:
    """Fill, measure, weigh."""
    django.setup()
    from django.db import connection

    from memories.services.upkeep import refresh_statistics
    from tests.benchmarks.context_inside import Speaker, fill

    rows, speaker = int(sys.argv[1]), Speaker(7)
    began = time.perf_counter()
    if "--filtered" in sys.argv:
        built, timed, word = fill_quickly(rows, speaker), measure_filtered, "written"
    else:
        fill(rows, speaker)
        built, timed, word = 0.0, measure, "built anew"
    refresh_statistics()
    print(f"{rows:,} rows in {time.perf_counter() - began:.0f} s on {connection.vendor}", flush=True)
    timed(speaker)
    print(f"  the index: {size() / 1e6:.0f} MB, {word} in {built or rebuilt():.0f} s")


if __name__ == "__main__":
    main()
