"""How long the queries of the catalogue take: on the specification of RTEMS, and on made projects up to 100k entities.

Run: .venv/bin/python -m tests.benchmarks.bench_queries [SIZE ...]

It works on an empty SQLite database in a temporary folder, or on the (disposable, empty) database that DATABASE_URL
names. For each query: p95 at each size (beside it the CPU time of this process), the database queries asked, the rows
answered at the largest size, and time a row, which must not grow with the size. The walk of Q-001 stands beside
networkx in the same run: on a graph that is loaded already, and with loading it. Exits 1 where a limit is passed:
30 ms on RTEMS, 300 ms at 100,000 entities.
"""

import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "rtems_spec" / "normalised"
SIZES = (1_000, 10_000, 100_000)
LIMIT_RTEMS, LIMIT_LARGE = 30.0, 300.0
#: Queries that have a limit at 100,000 entities.
LIMITED = ("Q-001", "Q-004", "Q-005", "Q-006", "Q-008", "Q-009", "Q-011", "Q-016", "Q-017")
#: Runs of a query; fewer, but at least FEWEST, where they take longer than PATIENCE (ms) together.
ROUNDS, FEWEST, PATIENCE = 20, 3, 5_000
SUBJECTS = {"Q-001": "subsystem", "Q-010": "validation_claim", "Q-012": "validation_claim", "Q-017": "validation_claim"}


class Figure(NamedTuple):
    """p95 and mean CPU time of this process in ms, database queries asked, rows answered."""

    p95: float
    cpu: float
    queries: int
    rows: int


def main() -> int:
    """Measure and print; the exit code says whether every limit held."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    with tempfile.TemporaryDirectory(prefix="atocore-bench-") as folder:
        start(folder)
        late = _rtems() if SHARED.is_dir() else 0
        return 1 if _made(sizes) + late else 0


def start(folder: str) -> None:
    """Set Django up on an empty database in a folder (or the one that DATABASE_URL names)."""
    import django

    os.environ["ATOCORE_DATA"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atocore_site.settings")
    django.setup()
    from django.core.management import call_command

    from atocore_site.collector import calm

    call_command("migrate", verbosity=0)
    calm()  # as the server does


def _rtems() -> int:
    from django.core.management import call_command

    from memories.actors import Actor
    from memories.services import projects

    project = projects.register("rtems", actor=Actor.system("import"))
    files = (str(SHARED / "items.jsonl"), "--links", str(SHARED / "links.csv"))
    mapping = str(ROOT / "examples" / "rtems-mapping.yaml")
    call_command(
        "import_requirements", "jsonl", *files, "--map", mapping, "--project", "rtems", "--active", verbosity=0
    )
    _name_a_moment(project)
    _analyse()
    print(f"RTEMS: p95 of {ROUNDS} runs, at most {LIMIT_RTEMS:.0f} ms")
    late = 0
    for query, figures in _figures(project, "requirement").items():
        late += _print(query, {0: figures}, LIMIT_RTEMS)
    return late


def _name_a_moment(project: Any) -> None:
    """Give Q-103 a baseline to start from, and one change since: as a team uses it."""
    from engineering.models import Entity
    from memories.actors import Actor
    from memories.services import baselines, edit

    actor = Actor.system("import")
    baselines.name_baseline(project, "imported", actor=actor)
    row = Entity.objects.filter(project=project, status="active").order_by("pk")[0]
    edit.update(row, {"description": "Changed since."}, actor=actor)


def _made(sizes: list[int]) -> int:
    from tests.benchmarks.graph_maker import make

    made: dict[int, Any] = {}
    for size in sizes:
        begun = time.perf_counter()
        project, entities, links = make(f"made-{size}", size)
        print(f"made {entities:,} entities, {links:,} relationships in {time.perf_counter() - begun:.0f} s", flush=True)
        made[size] = project
    _analyse()
    found = {size: _figures(project, "component") for size, project in made.items()}
    print(f"made projects: p95 of {ROUNDS} runs at {', '.join(f'{size:,}' for size in sizes)} entities")
    late = 0
    for query in found[sizes[-1]]:
        late += _print(query, {size: found[size][query] for size in sizes}, LIMIT_LARGE if query in LIMITED else None)
    for size in sizes:
        _beside_networkx(size, made[size])
    return late


def _analyse() -> None:
    """Let the database look at its tables, and put away what filling them left: a server begins without it."""
    from django.db import connection

    from atocore_site.collector import calm

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    calm()


def _figures(project: Any, kind: str) -> dict[str, Figure]:
    """Return the figures of every query."""
    from engineering.queries.catalogue import QUERIES, Scope

    found = {}
    for query in QUERIES:
        subjects = [project]
        if query.scope is Scope.ENTITY:
            subjects = _subjects(project, SUBJECTS.get(query.id, kind)) or _subjects(project, kind)
        found[query.id] = _measure(query.run, subjects)
    return found


def _subjects(project: Any, kind: str) -> list[Any]:
    from engineering.models import Entity

    rows = list(Entity.objects.filter(project=project, entity_type=kind, status="active").order_by("pk")[:2_000])
    return random.Random(1).sample(rows, min(len(rows), ROUNDS))


def _measure(run: Callable[..., Any], subjects: list[Any]) -> Figure:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from memories.actors import Actor

    actor = Actor.system("import")
    with CaptureQueriesContext(connection) as asked:
        rows = max(len(answer.items) + len(answer.edges) for answer in [run(subjects[0], actor)])
    times: list[float] = []
    cpu = time.process_time()
    while len(times) < ROUNDS and (len(times) < FEWEST or sum(times) < PATIENCE):
        begun = time.perf_counter()
        run(subjects[len(times) % len(subjects)], actor)
        times.append((time.perf_counter() - begun) * 1_000)
    cpu = (time.process_time() - cpu) / len(times) * 1_000
    return Figure(sorted(times)[math.ceil(len(times) * 0.95) - 1], cpu, len(asked), rows)


def _print(query: str, figures: "dict[int, Figure]", limit: float | None) -> int:
    last = list(figures.values())[-1]
    late = limit is not None and last.p95 > limit
    times = "".join(f"{one.p95:9.1f} ({one.cpu:6.1f})" for one in figures.values())
    each = "".join(f"{one.p95 / max(one.rows, 1) * 1_000:9.0f}" for one in figures.values())
    mark = f"  above {limit:.0f} ms" if late else ""
    print(f"  {query:7}{times} ms   {last.queries} queries, {last.rows:,} rows, µs a row{each}{mark}", flush=True)
    return int(late)


def _beside_networkx(size: int, project: Any) -> None:
    """Set the walk of Q-001 from the largest system beside networkx, which reads the same columns and answers the same.

    Bare is networkx's breadth-first search on a loaded graph, without making an answer of it.
    """
    import networkx as nx

    from engineering.models import Entity, Relationship
    from engineering.propagation import DOWN
    from engineering.queries.envelope import Limits
    from engineering.queries.graph import LINK, NODE, Graph, Link, Node, item, key_of, rows_of
    from engineering.queries.walk import walk
    from memories.actors import Actor

    links = Relationship.objects.filter(relationship_type="part_of", status="active", source_entity__project=project)
    entities = Entity.objects.filter(project=project, status="active")

    def load() -> "nx.DiGraph[Any]":
        loaded: nx.DiGraph[Any] = nx.DiGraph()
        nodes = map(Node._make, rows_of(entities.order_by().values_list(*NODE)))
        loaded.add_nodes_from((node.key, {"node": node}) for node in nodes)
        for link in map(Link._make, rows_of(links.order_by().values_list(*LINK))):
            if link.source in loaded and link.target in loaded:
                loaded.add_edge(link.target, link.source, link=link)
        return loaded

    def answer(graph: "nx.DiGraph[Any]") -> list[Any]:
        depth, found = {root: 0}, []
        for above, below in nx.bfs_edges(graph, root):
            depth[below] = depth[above] + 1
            via = graph.edges[above, below]["link"]
            found.append(item(graph.nodes[below]["node"], depth=depth[below], via=via))
        return found

    loaded = load()
    tops = [key_of(row.pk) for row in Entity.objects.filter(project=project, entity_type="system", status="active")]
    root = max(tops, key=lambda key: len(nx.descendants(loaded, key)))
    graph, limits = Graph(Actor.system("import")), Limits(depth=100, nodes=200_000)
    ours = _best(lambda: walk(graph, [root], DOWN, limits).items())
    bare = _best(lambda: list(nx.bfs_edges(loaded, root)))
    ready = _best(lambda: answer(loaded))
    whole = _best(lambda: answer(load()))
    print(
        f"  whole tree of {size:,} ({len(answer(loaded)):,} below): ours {ours:.1f} ms; networkx loaded {ready:.1f} ms "
        f"({ours / ready:.1f} x; bare {bare:.1f} ms), loading and walking {whole:.1f} ms ({ours / whole:.2f} x)"
    )


def _best(act: Callable[[], Any]) -> float:
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1_000)
    return min(times)


if __name__ == "__main__":
    sys.exit(main())
