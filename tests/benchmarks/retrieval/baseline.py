"""The plain line beside ours: FTS5's bm25 over each unit's own text, in the same run."""

import re
import sqlite3
from collections.abc import Mapping

from memories.search.words import sought

_RUN = re.compile(r"[^\W_]+")


class Plain:
    """An index in memory of units by name."""

    def __init__(self, units: Mapping[str, str]) -> None:
        self._names = list(units)
        self._index = sqlite3.connect(":memory:")
        self._index.execute("CREATE VIRTUAL TABLE t USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')")
        self._index.executemany("INSERT INTO t(rowid, text) VALUES (?, ?)", enumerate(units.values()))

    def find(self, question: str, most: int) -> list[str]:
        """Return the names of the best units."""
        either = " OR ".join(f'"{word}"' for word in sought(question, 1_000))
        rows = self._index.execute(
            "SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t), rowid LIMIT ?", [either or '""', most]
        )
        return [self._names[place] for (place,) in rows]
