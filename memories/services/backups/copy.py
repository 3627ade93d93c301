"""What a backup is on either database: how it is looked at, and how its file gets its name."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from memories import checks
from memories.errors import Invalid
from memories.services import inspection

#: A draft that nobody wrote to for so long (seconds) was left by a process that was killed.
_ABANDONED = 3_600


@dataclass(frozen=True)
class Copy:
    """A copy that was looked at.

    Attributes:
        path: where it is.
        bytes: its size.
        records: how many were compared with their audit rows; of an archive that is read, how many rows it has.
        audit_rows: how many rows its log has.
        faults: what is wrong with it, in words; none for a good one.
    """

    path: Path
    bytes: int
    records: int
    audit_rows: int
    faults: tuple[str, ...]


@contextmanager
def drafted(target: Path) -> Iterator[Path]:
    """Name a file to write, which becomes the target when all went well and is gone where it did not.

    What a killed backup left beside it is swept away.

    Raises:
        Invalid: the target exists already, or its folder does not.
    """
    if target.exists() or not target.parent.is_dir():
        raise Invalid.field("file", f"{target} exists already, or its folder does not.", "bad_file")
    _sweep(target.parent)
    draft = target.with_name(f".{target.name}.part")
    draft.unlink(missing_ok=True)
    try:
        yield draft
        settle(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def looked_at(using: str = "default") -> tuple[list[str], int]:
    """Return what is wrong with a database, in words, and how many records were compared with their audit rows."""
    lost = checks.missing_triggers(using)
    triggers = [f"triggers are missing: {', '.join(sorted(lost))}"] if lost else []
    look = inspection.audit_look(using)
    return [*inspection.database_look(using), *triggers, *look.examples], look.seen


def settle(draft: Path, target: Path) -> None:
    """Give a file its name, so that neither its bytes nor its name is lost when the power fails."""
    _synced(draft)
    draft.replace(target)
    _synced(target.parent)


def _sweep(folder: Path) -> None:
    for left in folder.glob(".atocore-*.part*"):  # SQLite may have left a journal, an archive a folder of rows
        if time.time() - max(path.stat().st_mtime for path in (left, *left.rglob("*"))) <= _ABANDONED:
            continue
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
