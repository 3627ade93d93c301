"""One housekeeping at a time, across processes: a lock that the system takes back when its holder dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from memories.services._write import lock_number

_FILE = "housekeep.lock"


@contextmanager
def alone() -> Iterator[bool]:
    """Hold the lock inside, and tell whether it was to be had. Nobody waits for it.

    PostgreSQL keeps it for the connection (an advisory lock of the session, which outlives the many transactions of a
    run); for SQLite it is a lock on a file beside the database, which lies on this machine anyway.
    """
    with _on_server() if connection.vendor == "postgresql" else _on_file() as held:
        yield held


@contextmanager
def _on_server() -> Iterator[bool]:
    number = [lock_number("housekeeping")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", number)
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", number)


@contextmanager
def _on_file() -> Iterator[bool]:
    with (settings.ATOCORE_DATA / _FILE).open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
