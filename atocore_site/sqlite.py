"""Owns which SQLite library runs. Must be called before Django imports its SQLite backend.

SQLite before 3.51.3 (3.50.7 and 3.44.6 on the older branches) has a fault in the reset of its write-ahead log that
can lose committed pages. The `pysqlite3` wheel carries a fixed one; where it is absent and the system's library is
an older one, the database stays in DELETE journal mode, which is slower and does not have the fault.
"""

import sqlite3
import sys
import warnings
from dataclasses import dataclass
from importlib import import_module

Version = tuple[int, ...]

FIXED: Version = (3, 51, 3)
FIXED_BRANCHES: dict[Version, Version] = {(3, 50): (3, 50, 7), (3, 44): (3, 44, 6)}


@dataclass(frozen=True)
class SqliteLibrary:
    """The library in use: where it comes from, its version, and the journal mode that is safe with it."""

    source: str
    version: str
    journal_mode: str


def install() -> SqliteLibrary:
    """Put pysqlite3 in place of the standard library's sqlite3 and say what is in use.

    Returns the library that `import sqlite3` answers with from now on. Warns when its write-ahead log is unsafe.
    """
    source = "pysqlite3" if _swap() else "system"
    version = import_module("sqlite3").sqlite_version
    if wal_is_safe(version):
        return SqliteLibrary(source, version, "WAL")
    warnings.warn(
        f"SQLite {version} ({source}) can lose committed pages in WAL mode; using the slower DELETE journal. "
        "Install the pysqlite3 wheel of requirements.txt.",
        RuntimeWarning,
        stacklevel=2,
    )
    return SqliteLibrary(source, version, "DELETE")


def wal_is_safe(version: str) -> bool:
    """Whether this SQLite version carries the fix of the write-ahead log's reset."""
    parts = tuple(int(part) for part in version.split("."))
    fixed = FIXED_BRANCHES.get(parts[:2], FIXED)
    return parts >= fixed


def _swap() -> bool:
    try:
        replacement = import_module("pysqlite3")
    except ImportError:
        return sqlite3.__name__ == "pysqlite3"
    sys.modules["sqlite3"] = replacement
    sys.modules["sqlite3.dbapi2"] = import_module("pysqlite3.dbapi2")
    return True
