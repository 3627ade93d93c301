"""Backups: a copy taken while people work, looked at before it counts as one; and the way back.

A SQLite database is copied as the file it is, one on PostgreSQL as an archive of its rows.
"""

from pathlib import Path

from django.db import connection
from django.utils import timezone

from memories.errors import Invalid
from memories.services.backups import archive, sqlite
from memories.services.backups.copy import Copy

__all__ = ["Copy", "back_up", "named", "restore", "suffix", "verify"]
SUFFIXES = {"sqlite": ".sqlite3", "postgresql": ".tar.gz"}


def suffix() -> str:
    """Return how backups of the database in use end."""
    return SUFFIXES[connection.vendor]


def named() -> str:
    """Return a name for a backup that is made now."""
    return f"atocore-{timezone.now():%Y%m%dT%H%M%S%fZ}{suffix()}"


def back_up(target: Path) -> Copy:
    """Make a backup of the database in use. Raises Blocked, Invalid (see the two kinds)."""
    return sqlite.back_up(target) if connection.vendor == "sqlite" else archive.back_up(target)


def verify(path: Path) -> Copy:
    """Look whether a backup is whole, of whichever kind it is. Raises Invalid where it is none."""
    return archive.verify(path) if _packed(path) else sqlite.verify(path)


def restore(path: Path) -> tuple[Copy, str]:
    """Put a backup in the place of the database in use; return it, and where what stood there is now.

    A copy of a SQLite file takes the file's place, and that one is kept. An archive goes into an empty database only.

    Raises:
        Invalid: it is no backup, or a SQLite file where the database is PostgreSQL.
        Blocked: it is not whole, a server runs, or the database is not empty.
    """
    if _packed(path):
        return archive.restore(path), ""
    if connection.vendor != "sqlite":
        raise Invalid.field(
            "file",
            "A SQLite file is restored into SQLite (without DATABASE_URL); from there `move` brings it here.",
            "bad_file",
        )
    database = sqlite.database_file()
    aside = database.with_name(f"{database.name}.before-{timezone.now():%Y%m%dT%H%M%S%fZ}")
    return sqlite.restore(path, aside), aside.name


def _packed(path: Path) -> bool:
    """Tell whether a file is packed rows rather than a database, by its first bytes."""
    try:
        with path.open("rb") as stream:
            return stream.read(2) == b"\x1f\x8b"
    except OSError:
        return False
