"""How long a tree of Markdown takes to come in, and how long running it again takes when nothing changed.

Run: .venv/bin/python -m tests.benchmarks.bench_ingest

Each round starts from an empty, migrated database: SQLite, and PostgreSQL where ATOCORE_TEST_DATABASE_URL names a
server. The tree is the OpenFlexure manual (39 pages) where the shared data is beside the checkout, else a made one of
that size. Printed are medians of the work itself and of the whole command with the start of Python and Django. Exits 1
when the work takes more than 3 s, or more than 0.5 s for the unchanged tree.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data" / "openflexure_md" / "raw"
FIRST, AGAIN = 3.0, 0.5
ROUNDS = 3
PAGES = 39
#: Times the verb inside the process, without the start of Python and Django.
INSIDE = """
import time
from pathlib import Path
from memories.actors import Actor
from memories.markdown.folder import Root
from memories.queries import projects
from memories.services.ingest import Source, ingest_tree, most_bytes
actor = Actor.system("import")
project = projects.find("bench")
began = time.perf_counter()
root = Root(Path({tree!r}), most_bytes())
total = ingest_tree(Source(root, "bench", project), actor=actor).total()
print(time.perf_counter() - began, total.created, total.unchanged)
"""
PROJECT = """
from memories.actors import Actor
from memories.services import projects
projects.register("bench", actor=Actor.system("import"))
"""


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="atocore-bench-") as folder:
        tree, name = (SHARED, "the OpenFlexure manual") if SHARED.exists() else (_made(Path(folder)), "a made manual")
        print(f"{name}: {PAGES} pages; medians of {ROUNDS} rounds; seconds")
        print(f"{'':12}{'first':>8}{'again':>8}{'first, command':>18}{'again, command':>18}")
        return max(_measured(word, tree, Path(folder)) for word in _databases())


def _measured(word: str, tree: Path, base: Path) -> int:
    times: list[list[float]] = [[], [], [], []]
    for number in range(ROUNDS):
        with _installation(word, base / f"{word}{number}") as environment:
            _manage(environment, "shell", "-v0", "-c", PROJECT)
            for place in (0, 1):
                times[place].append(_inside(environment, tree, created=place == 0))
        with _installation(word, base / f"{word}{number}c") as environment:
            _manage(environment, "shell", "-v0", "-c", PROJECT)
            for place in (2, 3):
                began = time.perf_counter()
                _manage(environment, "ingest", str(tree), "--project", "bench")
                times[place].append(time.perf_counter() - began)
    first, again, *commands = (statistics.median(some) for some in times)
    print(f"{word:12}{first:8.2f}{again:8.2f}{commands[0]:18.2f}{commands[1]:18.2f}")
    return int(first > FIRST or again > AGAIN)


def _databases() -> Iterator[str]:
    yield "SQLite"
    if os.environ.get("ATOCORE_TEST_DATABASE_URL"):
        yield "PostgreSQL"


@contextmanager
def _installation(word: str, data: Path) -> Iterator[dict[str, str]]:
    """Give the environment of an empty, migrated installation."""
    environment = {**os.environ, "ATOCORE_DATA": str(data), "DATABASE_URL": ""}
    if word == "PostgreSQL":
        from tests import live

        name = live._new_database(live._migrated_database())
        try:
            yield {**environment, "DATABASE_URL": live._address(name)}
        finally:
            live._on_server(f'DROP DATABASE "{name}" WITH (FORCE)')
        return
    _manage(environment, "migrate", "-v0")
    yield environment


def _inside(environment: dict[str, str], tree: Path, *, created: bool) -> float:
    said = _manage(environment, "shell", "-v0", "-c", INSIDE.format(tree=str(tree)))
    seconds, new, same = said.split()
    assert (int(new), int(same)) == ((PAGES, 0) if created else (0, PAGES))
    return float(seconds)


def _manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


def _made(base: Path) -> Path:
    folder = base / "manual"
    folder.mkdir()
    words = "Turn the actuator until the stage has moved half a millimetre and the lens holder is level. " * 4
    sections = "\n\n".join(f"## Step {number}\n\n{words}" for number in range(12))
    for number in range(PAGES):
        (folder / f"page-{number}.md").write_text(f"# Page {number}\n\n{sections}\n")
    return folder


if __name__ == "__main__":
    sys.exit(main())
