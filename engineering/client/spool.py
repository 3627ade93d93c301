"""The spool: exchanges on disk until the server has them. One file each, in the order in which they came.

An exchange is written before it is sent and removed once the server answered. Whatever dies in between leaves a file,
and its Idempotency-Key keeps what was sent twice from being stored twice.
"""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

REFUSED = "refused"
_LOCK = ".lock"


class Busy(Exception):
    """Another client is sending."""


@dataclass(frozen=True)
class Item:
    """An exchange that waits.

    Attributes:
        key: Idempotency-Key.
        body: as POST interactions takes it.
        at: when it came, seconds since 1970.
        again: whether the server may have it from a time that its keys have forgotten, so that it is asked first.
        why: why it was put aside; "" for one that waits.
    """

    key: str
    body: Mapping[str, Any]
    at: float
    again: bool = False
    why: str = ""


def new(body: Mapping[str, Any], key: str = "", *, again: bool = False) -> Item:
    """Return an exchange that came now; without a key it gets one of its own."""
    return Item(key or f"spool-{secrets.token_hex(16)}", dict(body), time.time(), again)


def put(folder: Path, item: Item) -> Path:
    """Write an exchange; when this returns it survives a power cut. Raises OSError."""
    _private(folder)
    name = f"{time.time_ns():020d}-{secrets.token_hex(4)}.json"
    fresh, file = folder / f".{name}", folder / name
    try:
        _write(fresh, json.dumps(item.__dict__))
        fresh.rename(file)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        raise
    _settle(folder)
    return file


def waiting(folder: Path) -> list[Path]:
    """Return the files that wait, the oldest first."""
    return sorted(file for file in folder.glob("*.json") if not file.name.startswith("."))


def read(file: Path) -> Item:
    """Read an exchange. Raises FileNotFoundError (sent meanwhile); ValueError for what is no exchange."""
    try:
        return Item(**json.loads(file.read_text(encoding="utf-8")))
    except (TypeError, ValueError, RecursionError) as fault:
        raise ValueError(f"{file} is no exchange: {fault}") from None


def aside(folder: Path, file: Path, why: str) -> Path:
    """Move an exchange to those that were refused, with the reason."""
    put_by = folder / REFUSED
    _private(put_by)
    kept = put_by / file.name
    with suppress(ValueError):
        item = replace(read(file), why=why)
        fresh = put_by / f".{file.name}"
        _write(fresh, json.dumps(item.__dict__))
        fresh.rename(kept)
        _settle(put_by)
        file.unlink()
        return kept
    file.rename(kept)
    return kept


def bring_back(folder: Path) -> int:
    """Let those that were refused wait again; returns how many."""
    files = waiting(folder / REFUSED)
    for file in files:
        file.rename(folder / file.name)
    return len(files)


def drain(folder: Path, send: Callable[[Path], bool], seconds: float) -> int:
    """Hand the files to `send`, the oldest first, until none is left, it answers False, or the time is over.

    One client sends at a time. What came while it was about to stop is not left lying: who wrote it waits for the lock.

    Args:
        folder: the spool.
        send: sends a file and removes it; False to stop.
        seconds: to wait for the lock, and to send.

    Returns:
        how many files are left.

    Raises:
        Busy: another client was sending all the time.
        OSError: the folder cannot be used.
    """
    end = time.monotonic() + seconds
    if not waiting(folder):
        return 0
    with _locked(folder, end):
        while files := waiting(folder):
            for file in files:
                if time.monotonic() > end or not send(file):
                    return len(waiting(folder))
    return 0


@contextmanager
def _locked(folder: Path, end: float) -> Iterator[None]:
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    raise Busy from None
                time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def _private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write(file: Path, text: str) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
