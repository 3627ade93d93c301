"""How long a backup takes while people write, and whether it is whole. Aims: 60 s for a database of 1 GB.

Run: .venv/bin/python -m tests.benchmarks.bench_backup [--megabytes 1000]

On SQLite, or on the server of DATABASE_URL. Two clients write over REST all the while. The copy is then looked at by
`restore --verify` and, on SQLite, by SQL of this file's own. Exits 1 where an aim is missed.
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from tests.assistants.assistant import rest
from tests.benchmarks.bench_api import verdict
from tests.live import ROOT, LiveApp, installation

LIMIT = 60.0
WRITERS = 2
#: Megabytes that a row of 8,000 characters takes with its audit row and its index row, nearly.
_EACH = 0.035
#: Rows without an audit row, broken references, broken pages: each has to be none.
_WRONG = {
    "rows without an audit row": "SELECT count(*) FROM memories WHERE id NOT IN"
    " (SELECT replace(record_id, '-', '') FROM memory_audit WHERE entity_kind = 'memory')",
    "broken references": "SELECT count(*) FROM pragma_foreign_key_check",
    "broken pages": "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
}
_FILL = """
import random
from memories.actors import Actor
from memories.kinds import kinds
from memories.models import Memory
from memories.services._write import Batch
chance = random.Random(3)
words = [f"{{chance.choice('bdfgklmnprst')}}{{chance.choice('aeiou')}}{{number}}" for number in range(4000)]
for start in range(0, {rows}, 500):
    with Batch(Actor.system("import")) as batch:
        batch.insert_many(kinds.named("memory"), [
            Memory(memory_type="knowledge", content=" ".join(chance.choices(words, k=1300))[:8000], status="active")
            for _ in range(min(500, {rows} - start))
        ])
"""


def main() -> int:
    """Fill, write, copy meanwhile, look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="atocore-bench-") as folder, installation(Path(folder)) as app:
        _shell(app, _FILL.format(rows=int(options.megabytes / _EACH)))
        app.environment["ATOCORE_API_RATE"] = "0"
        app.start()
        with Writing(app, app.create_token("bench", "reviewer")) as writing:
            began = time.perf_counter()
            told = json.loads(_manage(app, "backup", "--json"))
            seconds, during = time.perf_counter() - began, writing.written
        copy = Path(told["file"])
        print(f"{told['bytes'] / 1e6:,.0f} MB, {told['records']:,} records, {told['audit_rows']:,} audit rows")
        print(f"  {during:,} rows written meanwhile, the longest wait {writing.longest:.2f} s")
        print(f"  copied and looked at in {seconds:.1f} s {verdict(seconds <= LIMIT)} (at most {LIMIT:.0f})")
        _manage(app, "restore", "--verify", str(copy))
        wrong = _wrong(copy) if copy.suffix == ".sqlite3" else {}
        print("  whole, says restore --verify" + "".join(f"; {number} {name}" for name, number in wrong.items()))
    return int(seconds > LIMIT or any(wrong.values()))


class Writing:
    """Clients that write over REST, one memory a request, until it ends.

    Attributes:
        written: rows that were acknowledged.
        longest: seconds that the slowest of them took.
    """

    def __init__(self, app: LiveApp, token: str) -> None:
        self.written, self.longest = 0, 0.0
        self._app, self._token, self._over, self._lock = app, token, threading.Event(), threading.Lock()
        self._threads = [threading.Thread(target=self._write, args=(number,)) for number in range(WRITERS)]

    def __enter__(self) -> "Writing":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _write(self, writer: int) -> None:
        number = 0
        while not self._over.is_set():
            number, began = number + 1, time.perf_counter()
            memory = {"memory_type": "knowledge", "content": f"Reading {number} of gauge {writer} is {number % 97} mm."}
            rest(self._app, self._token, "POST", "memories", **memory)
            with self._lock:
                self.written, self.longest = self.written + 1, max(self.longest, time.perf_counter() - began)


def _wrong(copy: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as database:
        return {name: database.execute(sql).fetchone()[0] for name, sql in _WRONG.items()}


def _shell(app: LiveApp, code: str) -> None:
    _manage(app, "shell", "-v", "0", "-c", code)


def _manage(app: LiveApp, *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=app.environment, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
