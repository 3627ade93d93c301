"""How long it takes to look back at 100,000 records: a list, a record, queries, and the comparison of two moments.

Run: .venv/bin/python -m tests.benchmarks.bench_moments [ENTITIES]

It works on an empty SQLite database in a temporary folder, or on the (disposable, empty) database that DATABASE_URL
names. A project of 25,000 entities and about 75,000 relationships is made, each with its audit row; then a part of the
records is changed, and after that all of them. Prints for a moment with few and one with many later changes how long
setting up the tables takes and what the same query takes now. Exits 1 where an answer takes more than 2 s.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

ENTITIES = 25_000
LIMIT = 2_000.0
#: Of 100 records so many change before the later moment.
SHARE = 2


def main() -> int:
    """Measure and print; the exit code says whether the limit held."""
    from tests.benchmarks import bench_queries

    size = int(sys.argv[1]) if sys.argv[1:] else ENTITIES
    with tempfile.TemporaryDirectory(prefix="atocore-bench-") as folder:
        bench_queries.start(folder)
        late = 0
        for words, project, moment in _histories(size):
            bench_queries._analyse()
            late += _measure(words, project, moment)
        return 1 if late else 0


def _histories(size: int) -> Any:
    """Make the project and change it in two steps; yield what is behind a moment each time."""
    from tests.benchmarks.graph_maker import make

    project, entities, links = make("looked-back", size)
    _log("import")
    number = entities + links
    moment = _now()
    _log("annotate", SHARE)
    yield f"{number:,} records, {SHARE} of 100 changed since", project, moment
    _log("annotate")
    yield f"{number:,} records, all changed since", project, moment


def _log(action: str, share: int = 100) -> None:
    """Write an audit row for so many of 100 records, as a verb would have."""
    from engineering.models import Entity, Relationship
    from memories.actors import Actor
    from memories.ids import new_id
    from memories.kinds import kinds
    from memories.models import AuditEntry
    from memories.models._guard import writing
    from memories.services import audit

    actor, decision, at = Actor.system("import"), new_id(), _now().at
    for model, name in ((Entity, "entity"), (Relationship, "relationship")):
        kind = kinds.named(name)
        rows = model._default_manager.select_related(*kind.select).order_by("pk").iterator(chunk_size=5_000)
        made = (
            audit.entry(row, action, actor=actor, decision_id=decision, at=at, before={}, kind=kind)
            for place, row in enumerate(rows)
            if place % 100 < share
        )
        with writing():
            AuditEntry.objects.bulk_create(made, batch_size=2_000)


def _now() -> Any:
    from django.utils import timezone

    from memories.queries.moments import Moment

    now = timezone.now() + timedelta(microseconds=1)
    return Moment(now, until=now)


def _measure(words: str, project: Any, moment: Any) -> int:
    """Print and return how many answers took too long."""
    from engineering.queries.catalogue import QUERIES, Scope
    from memories.actors import Actor

    actor = Actor.system("import")
    print(words, flush=True)
    late = _row("list of entities", lambda: _list(project), moment)
    late += _row("one entity", lambda: _list(project)[:1], moment)
    for query in QUERIES:
        if query.scope is Scope.PROJECT and query.looks_back:
            late += _row(f"{query.id} {query.name}", lambda query=query: query.run(project, actor), moment)  # type: ignore[misc]  # bound at once
    return late


def _list(project: Any) -> list[Any]:
    from engineering.models import Entity

    return list(Entity.objects.filter(project=project, status="active").order_by("-created_at", "-pk")[:50])


def _row(words: str, act: Callable[[], Any], moment: Any) -> int:
    from memories.queries.moments import looking_back

    def then() -> None:
        with looking_back(moment):
            act()

    (now, _), (past, cpu) = _timed(act), _timed(then)
    late = past > LIMIT
    print(f"  {words:32} {past:8.0f} ms ({cpu:6.0f} ms CPU)   now {now:7.1f} ms{'  too long' * late}", flush=True)
    return int(late)


def _timed(act: Callable[[], Any]) -> tuple[float, float]:
    """Return the best of three runs in ms, and its CPU time."""
    runs = []
    for _ in range(3):
        begun, cpu = time.perf_counter(), time.process_time()
        act()
        runs.append(((time.perf_counter() - begun) * 1_000, (time.process_time() - cpu) * 1_000))
    return min(runs)


if __name__ == "__main__":
    sys.exit(main())
