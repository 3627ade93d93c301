"""How long a large requirement tree takes to come in: 2,693 items and 7,032 links, each with its audit row, on SQLite.

Run: .venv/bin/python -m tests.benchmarks.bench_import

Each round starts from an empty, migrated database and times the command from start to end. Beside it stands a
hand-written sqlite3 loop that inserts the very rows the command wrote (records, audit, index rows) into tables with
the same constraints and indexes, but without the full-text table. The tree is the specification of RTEMS where the
shared data is beside the checkout, else a made one of that size. Prints medians and the ratio, and exits 1 when the
median is above 15 seconds.
"""

import json
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "rtems_spec" / "normalised"
MAPPING = ROOT / "examples" / "rtems-mapping.yaml"
LIMIT = 15.0
ROUNDS = 3
ITEMS, LINKS = 2_693, 7_032
TABLES = ("entities", "relationships", "memory_audit", "search_rows")


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="atocore-bench-") as folder:
        base = Path(folder)
        items, links, name = (SHARED / "items.jsonl", SHARED / "links.csv", "the specification of RTEMS")
        if not items.exists():
            items, links, name = (*_made_tree(base), "a made tree")
        empty = _empty(base / "empty")
        first, again, bare = [], [], []
        for number in range(ROUNDS):
            home = shutil.copytree(empty, base / f"round{number}")
            command = ("import_requirements", "jsonl", str(items), "--links", str(links), "--map", str(MAPPING))
            first.append(_timed(_manage, home, *command, "--project", "bench"))
            again.append(_timed(_manage, home, *command, "--project", "bench"))
            bare.append(_timed(_bare_loop, _database(home), base / "bare.sqlite3"))
        _print(name, statistics.median(first), statistics.median(again), statistics.median(bare))
        return 1 if statistics.median(first) > LIMIT else 0


def _print(name: str, first: float, again: float, bare: float) -> None:
    print(f"{name}: {ITEMS:,} items, {LINKS:,} links; medians of {ROUNDS} rounds")
    print(f"  first import      {first:7.2f} s   ({first / bare:.1f} x the bare loop; at most {LIMIT:.0f} s)")
    print(f"  import again      {again:7.2f} s   (nothing changed)")
    print(f"  bare sqlite3 loop {bare:7.2f} s")


def _timed(work: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - start


def _manage(home: Path, *arguments: str) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment["ATOCORE_DATA"] = str(home)
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)


def _empty(home: Path) -> Path:
    home.mkdir()
    _manage(home, "migrate", "--verbosity", "0")
    register = (
        "from memories.actors import Actor; from memories.services import projects; "
        "projects.register('bench', actor=Actor.system('import'))"
    )
    _manage(home, "shell", "--verbosity", "0", "--command", register)
    return home


def _database(home: Path) -> Path:
    return next(home.glob("*.sqlite3"))


def _bare_loop(written: Path, target: Path) -> None:
    """Insert the rows of an imported database into tables of the same shape, one statement a row, one transaction."""
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(written)) as source, closing(sqlite3.connect(target)) as bare:
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("PRAGMA synchronous=FULL")
        marks = ", ".join("?" * len(TABLES))
        shape = f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND type IN ('table', 'index') AND sql > ''"
        for (statement,) in source.execute(shape, TABLES).fetchall():
            bare.execute(statement)
        bare.execute("BEGIN IMMEDIATE")
        for table in TABLES:
            for row in source.execute(f"SELECT * FROM {table}"):
                bare.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        bare.commit()


def _made_tree(base: Path) -> tuple[Path, Path]:
    """Write a tree of the same size: requirements that refine earlier ones, constrained and grouped."""
    dice = random.Random(7)
    kinds = ("requirement", "interface", "constraint", "test-case")
    items, links = base / "items.jsonl", base / "links.csv"
    with items.open("w") as file:
        for number in range(ITEMS):
            text = f"The part {number} shall stay within {dice.randrange(900)} mm of station {dice.randrange(90)}."
            file.write(json.dumps({"uid": f"/r/{number}", "type": dice.choice(kinds), "text": text}) + "\n")
    roles = ("requirement-refinement", "constraint", "interface-ingroup", "interface-placement", "validation", "role")
    pairs: dict[tuple[int, int, str], None] = {}
    while len(pairs) < LINKS:
        source = dice.randrange(1, ITEMS)
        pairs[source, dice.randrange(source), dice.choice(roles)] = None
    rows = (f"/r/{source},{role},/r/{target}\n" for source, target, role in pairs)
    links.write_text("source,role,target\n" + "".join(rows))
    return items, links


if __name__ == "__main__":
    sys.exit(main())
