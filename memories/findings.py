"""What a reader of files has to say: where something stood, what was wrong with it, and why nothing was read. Pure."""

from dataclasses import dataclass
from typing import Any


class InputFault(Exception):
    """The input cannot be read at all, so nothing is imported.

    Attributes:
        path: the file or folder.
        line: the line it stopped at, 0 where none is known.
        reason: what is wrong, one sentence.
    """

    def __init__(self, path: str, reason: str, line: int = 0) -> None:
        place = f"{path}, line {line}" if line else path
        super().__init__(f"{place}: {reason}")
        self.path, self.line, self.reason = path, line, reason


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stood in the source: file (relative to what was named) and line, 0 for the whole file."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: a record that was repaired or refused, or a note.

    Attributes:
        outcome: "repaired", "refused" or "note".
        kind: what was read: "item", "link", or the table of an older database.
        ref: the record's id in the source.
        rule: the rule's name (docs/importing.md lists them).
        reason: what was wrong and what was done, in words.
        place: where it stood.
        row: the record as it was read, so that nothing is lost.
    """

    outcome: str
    kind: str
    ref: str
    rule: str
    reason: str
    place: Place
    row: Any = None
