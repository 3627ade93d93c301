"""Backups of a PostgreSQL database: an export with its secrets in one file, and the way back into an empty database.

It is the rows of one moment, taken while people work. It needs no tool of the server's version, and can be restored
into either database. (pg_dump is faster for very large ones.)
"""

import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from memories.errors import Blocked, Invalid
from memories.services.backups.copy import Copy, drafted, looked_at
from memories.services.exchange import arriving, leaving
from memories.services.exchange.manifest import Manifest

_NAMES = re.compile(r"(manifest\.json|[a-z_]{1,63}\.jsonl)")


def back_up(target: Path) -> Copy:
    """Write all rows of one moment into a file, look at it, and give it its name.

    Args:
        target: a file that does not exist yet, in a folder that does.

    Raises:
        Blocked: the database is not whole; nothing is left under the name.
        Invalid: the target exists already, or its folder does not.
    """
    with drafted(target) as draft:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f"{draft.name}-") as name:
            folder = Path(name) / "rows"
            with leaving.snapshot():
                faults, seen = looked_at()
                if faults:
                    raise Blocked(f"The database is not whole: {'; '.join(faults[:5])}. See doctor.", blockers=faults)
                leaving.export(folder, secrets=True)
            _pack(folder, draft)
        found = verify(draft)
    return replace(found, path=target, records=seen)


def _pack(folder: Path, draft: Path) -> None:
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream, tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, arcname=path.name)


def verify(path: Path) -> Copy:
    """Look whether an archive is whole: every file with the digest it left with, of this version's tables.

    Raises:
        Invalid: there is no such file, it is no archive of AtoCore, or a file in it is not the one that left.
    """
    with _unpacked(path) as folder:
        return _copy(path, arriving.check(folder))


def restore(path: Path) -> Copy:
    """Read an archive into the database in use, which has to be empty: whole or not at all.

    Raises:
        Invalid: it is no archive, or not whole.
        Blocked: the database is not empty.
    """
    with _unpacked(path) as folder:
        return _copy(path, arriving.arrive(folder))


def _copy(path: Path, found: Manifest) -> Copy:
    rows = sum(found.counts.values())
    return Copy(path, path.stat().st_size, rows, found.counts["memory_audit"], ())


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="atocore-") as name:
        folder = Path(name)
        try:
            with tarfile.open(path, mode="r:*") as archive:
                for member in archive:
                    _take(archive, member, folder)
        except (OSError, EOFError, tarfile.TarError) as fault:
            raise Invalid.field("file", f"{path} is no archive that backup made: {fault}.", "bad_file") from None
        yield folder


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Unpack one file; nothing but plain files of our names comes out of an archive."""
    inner = archive.extractfile(member) if member.isfile() and _NAMES.fullmatch(member.name) else None
    if inner is None:
        raise tarfile.TarError(f"it holds {member.name!r}")
    with inner, (folder / member.name).open("xb") as stream:
        shutil.copyfileobj(inner, stream)
