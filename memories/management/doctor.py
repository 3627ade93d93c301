"""What `manage.py doctor` looks at, one function a thing. Each says what it found in words, and how bad that is."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from memories import checks
from memories.queries import housekeeping
from memories.services import inspection

OK, WARN, FAIL = "ok", "warn", "fail"
_PRAGMAS = {"foreign_keys": 1, "recursive_triggers": 1, "trusted_schema": 0}
_LEAST_FREE = 200 * 1024 * 1024


class Finding(NamedTuple):
    """One line of the report."""

    level: str
    name: str
    words: str


Check = Callable[[], Iterator[Finding]]


def nothing_there() -> Finding | None:
    """Return that there is no SQLite file, which asking it anything would make; None where there is one."""
    if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]  # of the SQLite backend
        return None
    file = Path(connection.settings_dict["NAME"])
    words = f"there is no {file.name} in the data folder: manage.py migrate makes one, restore brings a backup back"
    return None if file.is_file() else Finding(FAIL, "database", words)


def library() -> Iterator[Finding]:
    """The database's program, its journal, and what every connection is told."""
    if connection.vendor != "sqlite":
        version = connection.pg_version  # type: ignore[attr-defined]  # of the PostgreSQL backend
        yield Finding(OK if version >= 140_000 else FAIL, "PostgreSQL", f"version {version // 10_000}")
        return
    held = settings.ATOCORE_SQLITE
    mode = str(_pragma("journal_mode")).upper()
    safe = held.journal_mode == "WAL"
    yield Finding(OK if safe else WARN, "SQLite", f"{held.version} ({held.source})" + ("" if safe else _OLD))
    yield Finding(OK if mode == held.journal_mode else FAIL, "journal", mode)
    for name, wanted in _PRAGMAS.items():
        value = _pragma(name)
        yield Finding(OK if value == wanted else FAIL, name, str(value))


_OLD = ": too old for a write-ahead log; install the pysqlite3 wheel of requirements.txt"


def _pragma(name: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


def schema() -> Iterator[Finding]:
    """Migrations and triggers."""
    executor = MigrationExecutor(connection)
    left = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield Finding(FAIL if left else OK, "migrations", f"{len(left)} to run: manage.py migrate" if left else "all run")
    lost = ", ".join(sorted(checks.missing_triggers()))
    yield Finding(
        FAIL if lost else OK, "triggers", f"missing: {lost}; manage.py restore_guards" if lost else "in place"
    )


def files() -> Iterator[Finding]:
    """Who may read the data folder, and whether the disk has room."""
    folder = Path(settings.ATOCORE_DATA)
    for path in (folder, folder / "secret_key"):
        if path.exists():
            yield _private(path)
    free, file = shutil.disk_usage(folder).free, folder / "atocore.sqlite3"
    wanted = max(_LEAST_FREE, 2 * file.stat().st_size if file.exists() else 0)
    words = f"{free / 1e9:,.1f} GB free"
    if free < wanted:
        yield Finding(WARN, "disk", f"{words}; a backup wants {wanted / 1e9:,.1f} GB")
    else:
        yield Finding(OK, "disk", words)


def _private(path: Path) -> Finding:
    found = path.stat()
    if stat.S_IMODE(found.st_mode) & 0o077:
        return Finding(FAIL, path.name, "open to others: chmod go-rwx")
    if found.st_uid != os.getuid():
        return Finding(WARN, path.name, "belongs to another user than the one that runs this")
    return Finding(OK, path.name, "for its owner alone")


def upkeep() -> Iterator[Finding]:
    """Whether housekeeping runs."""
    last = housekeeping.runs().first()
    if last is None:
        yield Finding(WARN, "housekeeping", "has never run: let cron run manage.py housekeep once a day")
        return
    late = last.started_at < timezone.now() - timedelta(days=2)
    level = WARN if late or last.outcome in ("failed", "broken off") else OK
    yield Finding(level, "housekeeping", f"last run {last.started_at:%Y-%m-%d %H:%M} UTC: {last.outcome}")


def pages() -> Iterator[Finding]:
    """The database's own look at itself."""
    faults = inspection.database_look()
    yield Finding(
        FAIL if faults else OK, "integrity", "; ".join(faults[:5]) or "pages, indexes and references are whole"
    )


def history() -> Iterator[Finding]:
    """Every record as its last audit row says."""
    yield _looked("audit", inspection.audit_look(), "records as their last audit rows say", "see the audit log of each")


def words() -> Iterator[Finding]:
    """The index as the records say."""
    yield _looked("index", inspection.index_look(), "records indexed as they read", "manage.py reindex")


def _looked(name: str, look: inspection.Look, good: str, remedy: str) -> Finding:
    if not look.wrong:
        return Finding(OK, name, f"{look.seen:,} {good}")
    return Finding(FAIL, name, f"{look.wrong:,} of {look.seen:,} differ ({remedy}): {'; '.join(look.examples[:5])}")


QUICK: tuple[Check, ...] = (library, schema, files, upkeep)
#: What reads everything.
THOROUGH: tuple[Check, ...] = (pages, history, words)
