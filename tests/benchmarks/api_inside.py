"""What bench_api measures inside an installation, in a process with its settings: fill it, time pages, time a verb.

Prints one JSON object. Usage: python -m tests.benchmarks.api_inside fill NUMBER | pages | service
"""

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import django

WORDS = [
    f"{part} {thing}"
    for part in ("upper", "lower", "spare", "first")
    for thing in ("mirror", "bearing", "pump", "grating")
]
DEEDS = ["aligned", "coated", "torqued", "balanced", "measured", "replaced", "cooled", "cleaned", "grounded", "shimmed"]
BATCH = 5_000
ROUNDS = 6
TURN = 50
PAGE = "/api/v1/memories?limit=50"


def sentence(chance: random.Random) -> str:
    """A sentence such as people write, never twice the same."""
    what, how = chance.sample(WORDS, 2), chance.sample(DEEDS, 2)
    serial, size = chance.randrange(10**9), chance.randrange(10**9)
    return f"The {what[0]} {serial} was {how[0]} to {size} nm before the {what[1]} was {how[1]} in bay {serial % 97}."


def fill(number: int) -> dict[str, Any]:
    """Bring in so many memories, half of them candidates, each with its audit and index row."""
    from memories.actors import Actor
    from memories.choices import Status
    from memories.kinds import kinds
    from memories.models import Memory
    from memories.services._write import Batch

    kind, chance, began = kinds.named("memory"), random.Random(number), time.perf_counter()
    for start in range(0, number, BATCH):
        rows = []
        for place in range(start, min(start + BATCH, number)):
            row = Memory(
                memory_type="knowledge",
                content=sentence(chance),
                confidence=chance.random() * 0.9,
                status=Status.ACTIVE,
            )
            kind.refresh(row)  # while it is active nobody asks the index for its neighbours
            row.status = Status.ACTIVE if place % 2 else Status.CANDIDATE
            rows.append(row)
        with Batch(Actor.system("import")) as batch:
            batch.insert_many(kind, rows)
    return {"seconds": round(time.perf_counter() - began, 1), "memories": Memory.objects.count()}


def pages() -> dict[str, Any]:
    """Server time of the first page and of page 300 (milliseconds, median), and their queries."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"authorization": f"Bearer {os.environ['BENCH_TOKEN']}"})
    far = PAGE
    for _ in range(299):
        far = client.get(far).json()["next"].partition("testserver")[2]
    for warm in (PAGE, far) * 5:
        client.get(warm)
    times: dict[str, list[float]] = {PAGE: [], far: []}
    for _ in range(100):
        for address, found in times.items():
            found.append(_timed(partial(client.get, address)))
    with CaptureQueriesContext(connection) as seen:
        client.get(far)
    first, last = (statistics.median(found) for found in times.values())
    return {"first": first, "page_300": last, "queries": len(seen)}


def _timed(act: Callable[[], Any]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def service() -> dict[str, Any]:
    """Time of creating a candidate by its verb, and of a bare transaction writing the same rows (ms, median).

    Beside each the processor time, which waits for the disk and for other programs leave alone. In turns of fifty: with
    one of each in turn, either connection would find its page cache stale every time.
    """
    bare, chance = _bare_connection(), random.Random(5)
    verb: list[tuple[float, float]] = []
    loop: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        made = [_spent(partial(_create, sentence(chance))) for _ in range(TURN)]
        rows = [list(_rows_of(pk)) for pk, _ in made]
        verb += [spent for _, spent in made]
        loop += [_spent(partial(_write, bare, row))[1] for row in rows]
    return {"service": _medians(verb), "bare": _medians(loop)}


def _medians(spent: list[tuple[float, float]]) -> list[float]:
    return [statistics.median(column) for column in zip(*spent, strict=True)]


def _spent(act: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    """Return what comes of it, and the time and the processor time that it took (ms)."""
    busy, start = time.thread_time(), time.perf_counter()
    found = act()
    return found, ((time.perf_counter() - start) * 1000, (time.thread_time() - busy) * 1000)


def _create(content: str) -> str:
    from memories.actors import Actor
    from memories.services import edit

    fields = {"memory_type": "knowledge", "content": content, "confidence": 0.5}
    made: str = edit.create("memory", fields, actor=Actor.system("import")).row.pk.hex
    return made


def _bare_connection() -> Any:
    import sqlite3

    from django.conf import settings

    made = sqlite3.connect(settings.DATABASES["default"]["NAME"], isolation_level=None)
    made.executescript(settings.DATABASES["default"]["OPTIONS"]["init_command"])
    return made


def _rows_of(pk: str) -> Iterator[tuple[str, list[Any]]]:
    """Copy the rows that the verb wrote, under keys of their own."""
    from django.db import connection

    other = uuid4().hex
    wanted = (
        ("memories", "id = %s", pk),
        ("memory_audit", "record_id = %s", f"{pk[:8]}-{pk[8:12]}-{pk[12:16]}-{pk[16:20]}-{pk[20:]}"),
        ("search_rows", "record_id = %s", pk),
    )
    with connection.cursor() as cursor:
        for table, condition, value in wanted:
            cursor.execute(f"SELECT * FROM {table} WHERE {condition}", [value])
            names = [column[0] for column in cursor.description]
            for found in cursor.fetchall():
                row = dict(zip(names, found, strict=True))
                row |= {"id": other} if table == "memories" else {"record_id": other}
                row |= {"dedupe_key": other * 2} if "dedupe_key" in row else {}
                for counted in ("seq", "id") if table != "memories" else ():
                    row.pop(counted, None)
                marks = ", ".join("?" * len(row))
                yield f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values())


def _write(bare: Any, rows: list[tuple[str, list[Any]]]) -> None:
    bare.execute("BEGIN IMMEDIATE")
    for statement, values in rows:
        bare.execute(statement, values)
    bare.execute("COMMIT")


def main() -> None:
    """Run one of the measurements."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atocore_site.settings")
    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS.append("testserver")
    found = fill(int(sys.argv[2])) if sys.argv[1] == "fill" else {"pages": pages, "service": service}[sys.argv[1]]()
    print(json.dumps(found))


if __name__ == "__main__":
    import atocore_site  # noqa: F401 - puts the current SQLite in place

    main()
