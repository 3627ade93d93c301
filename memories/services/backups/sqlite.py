"""Backups of a SQLite database: a copy taken while people work, looked at before it counts as one; and the way back.

SQLite's own backup call copies the database as one transaction sees it; in WAL mode nobody waits meanwhile. The copy is
written aside under another name and gets its own only when it was found whole.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from django.db import connection, connections

from memories.errors import Blocked, Invalid
from memories.models import AuditEntry
from memories.services import presence
from memories.services.backups.copy import Copy, drafted, looked_at, settle

_ALIAS = "copy"


def database_file() -> Path:
    """Return the file of the database in use."""
    return Path(connection.settings_dict["NAME"])


def back_up(target: Path) -> Copy:
    """Copy the database in use, look at the copy, and give it its name.

    Args:
        target: a file that does not exist yet, in a folder that does.

    Raises:
        Blocked: the copy is not whole; nothing is left under its name.
        Invalid: the target exists already, or its folder does not.
    """
    with drafted(target) as draft:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(database_file(), draft)
        found = verify(draft)
        if found.faults:
            raise Blocked(f"The copy is not whole: {'; '.join(found.faults[:5])}.", blockers=list(found.faults))
    return replace(found, path=target)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file is all of it


def verify(path: Path) -> Copy:
    """Look whether a copy is whole: pages, references, triggers, every record as its last audit row says it.

    Raises:
        Invalid: there is no such file, or it is no database of AtoCore.
    """
    with _opened(path):
        faults, seen = looked_at(_ALIAS)
        rows = AuditEntry.objects.using(_ALIAS).count()
    return Copy(path, path.stat().st_size, seen, rows, tuple(faults))


@contextmanager
def _opened(path: Path) -> Iterator[None]:
    """Let `_ALIAS` name the database in a file, for reading."""
    if not _is_ours(path):
        raise Invalid.field("file", f"{path} is no database of AtoCore, or none that can be read.", "bad_file")
    settings = {**connection.settings_dict, "NAME": f"{path.as_uri()}?mode=ro", "CONN_MAX_AGE": 0}
    options = {"uri": True, "init_command": "PRAGMA query_only=ON"}
    connections.databases[_ALIAS] = {**settings, "OPTIONS": options}
    try:
        yield
    finally:
        connections[_ALIAS].close()
        del connections[_ALIAS], connections.databases[_ALIAS]


def _is_ours(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as copy:
            found = copy.execute("SELECT count(*) FROM sqlite_master WHERE name IN ('memories', 'memory_audit')")
            return bool(found.fetchone()[0] == 2)
    except sqlite3.DatabaseError:
        return False


def restore(path: Path, aside: Path) -> Copy:
    """Put a copy in the place of the database in use, which is kept under another name.

    Args:
        path: a copy that `back_up` made.
        aside: where the present database goes.

    Raises:
        Blocked: the copy is not whole, or something has the database open (stop the server first).
    """
    target = database_file()
    found = verify(path)
    if found.faults:
        raise Blocked(f"This copy is not whole: {'; '.join(found.faults[:5])}.", blockers=list(found.faults))
    connection.close()
    with presence.nobody_serving():
        _insist_on_being_alone(target)
        draft = target.with_name(f".{target.name}.restored")
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(path, draft)
        if target.exists():
            os.link(target, aside)  # a second name: whoever is killed here leaves the present database where it is
        settle(draft, target)
    return found


def _insist_on_being_alone(path: Path) -> None:
    """Bring all commits into the file itself, which SQLite does for the only one who has it open."""
    if not path.exists():
        return
    with closing(sqlite3.connect(path, timeout=1)) as database:
        try:
            mode = database.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
        except sqlite3.OperationalError:
            mode = "wal"
    if mode != "delete":
        raise Blocked("The database is in use: something else has it open; end that first.")
