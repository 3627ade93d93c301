"""Whether a server runs on this data folder: it holds a lock on a file, which the system takes back when it dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from memories.errors import Blocked

_FILE = "serving.lock"


@contextmanager
def serving() -> Iterator[None]:
    """Say inside that a server runs; several may. Raises Blocked while the database is being replaced."""
    with _held(fcntl.LOCK_SH, "The database is being restored; start again when that is done."):
        yield


@contextmanager
def nobody_serving() -> Iterator[None]:
    """Let no server run inside. Raises Blocked where one does."""
    with _held(fcntl.LOCK_EX, "The database is in use: stop the server first."):
        yield


@contextmanager
def _held(how: int, refusal: str) -> Iterator[None]:
    with (settings.ATOCORE_DATA / _FILE).open("a") as file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Blocked(refusal) from None
        yield
