"""An older database as a file: opened read-only, its schema phase told by its columns, its rows as dicts."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from memories.findings import InputFault

Row = dict[str, Any]

#: In the order in which rows are taken: what others point at comes first.
TABLES = (
    "projects",
    "source_documents",
    "source_chunks",
    "interactions",
    "entities",
    "memories",
    "relationships",
    "conflicts",
    "conflict_members",
    "memory_audit",
)
_MAGIC = b"SQLite format 3\x00"


def checksum(path: Path) -> str:
    """Return a file's SHA-256. Raises InputFault."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError:
        raise InputFault(str(path), "there is no such file.") from None
    except OSError as error:
        raise InputFault(str(path), f"it cannot be read: {error.strerror or error}.") from None


class Source:
    """An open older database.

    Attributes:
        phase: "p0", "p9", "p3", "p4" or "p5", in the order in which the schema grew.
        others: tables that no phase has, with their number of rows; they are not imported.
    """

    def __init__(self, connection: sqlite3.Connection, shown: str) -> None:
        self._connection, self._shown = connection, shown
        self._columns = {name: self._columns_of(name) for name in self._tables()}
        self.phase = self._phase()
        self.others = {name: self._count(name) for name in self._columns if name not in TABLES}

    def rows(self, table: str) -> Iterator[tuple[int, Row]]:
        """Yield (rowid, row) of a table in the order of its rows; nothing where the phase has no such table."""
        if table in self._columns:
            for rowid, *values in self._run(f'SELECT rowid, * FROM "{table}" ORDER BY rowid'):  # noqa: S608 - name from TABLES
                yield rowid, dict(zip(self._columns[table], values, strict=True))

    def ids(self, table: str) -> set[str]:
        """Return the ids of a table as they are written."""
        if "id" not in self._columns.get(table, ()):
            return set()
        return {str(value) for (value,) in self._run(f'SELECT id FROM "{table}"')}  # noqa: S608 - name from TABLES

    def has(self, table: str, column: str) -> bool:
        """Tell whether the phase has a column."""
        return column in self._columns.get(table, ())

    def _run(self, sql: str) -> list[Any]:
        try:
            return self._connection.execute(sql).fetchall()
        except sqlite3.DatabaseError as error:
            raise InputFault(self._shown, f"the database is damaged: {error}.") from None

    def _tables(self) -> list[str]:
        found = self._run("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return [name for (name,) in found]

    def _columns_of(self, table: str) -> tuple[str, ...]:
        quoted = table.replace('"', '""')
        return tuple(row[1] for row in self._run(f'PRAGMA table_info("{quoted}")'))

    def _count(self, table: str) -> int:
        quoted = table.replace('"', '""')
        return int(self._run(f'SELECT count(*) FROM "{quoted}"')[0][0])  # noqa: S608 - quoted name from the schema

    def _phase(self) -> str:
        if not {"id", "memory_type", "content"} <= set(self._columns.get("memories", ())):
            raise InputFault(self._shown, "it is no AtoCore database: it has no table `memories` with their columns.")
        if "entities" in self._columns:
            return "p5"
        if "memory_audit" in self._columns:
            return "p4"
        if self.has("memories", "domain_tags"):
            return "p3"
        return "p9" if self.has("memories", "reference_count") else "p0"


def _decode(value: bytes) -> str:
    """Return text; bytes that are no UTF-8 become lone surrogates, which the rules then find and repair."""
    return value.decode("utf-8", "surrogateescape")


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a database without changing a byte of it.

    A database beside which a write-ahead log or a journal of an unfinished write stands is read from a copy, where
    SQLite can settle it: without the first rows would be lost, without the second half-written ones would be read.

    Raises:
        InputFault: missing, no SQLite database, damaged, or no AtoCore database.
    """
    _check(path)
    beside = [path.with_name(f"{path.name}{suffix}") for suffix in ("-wal", "-journal")]
    unsettled = [log for log in beside if log.exists() and log.stat().st_size]
    with TemporaryDirectory(prefix="atocore-import-") as folder:
        if unsettled:
            copy = Path(folder, path.name)
            for file in (path, *unsettled):
                shutil.copyfile(file, Path(folder, file.name))
            address = f"file:{quote(str(copy))}"
        else:
            address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        try:
            connection = sqlite3.connect(address, uri=True)
        except sqlite3.Error as error:
            raise InputFault(str(path), f"it cannot be opened: {error}.") from None
        connection.text_factory = _decode
        try:
            yield Source(connection, str(path))
        finally:
            connection.close()


def _check(path: Path) -> None:
    checksum(path)  # names what is wrong with a file that is missing or cannot be read
    with path.open("rb") as stream:
        if stream.read(len(_MAGIC)) != _MAGIC:
            raise InputFault(str(path), "it is no SQLite database.")
