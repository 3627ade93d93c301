"""What an import did, in numbers and in findings. No database."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from memories.findings import Finding

#: Told while an import runs: what is being done, how far, of how many.
Say = Callable[[str, int, int], None]


def silent(what: str, done: int, total: int) -> None:
    """Say nothing."""


@dataclass(slots=True)
class Tally:
    """The counts of the operating contract, for one kind of record.

    Attributes:
        read: records in the source.
        created, changed, unchanged: what became of those that were fine as they stood.
        repaired: records that were written after a repair.
        refused: records that were not taken; the report says why.
        vanished: records of an earlier import that the source no longer has; they are not among `read`.
    """

    read: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    repaired: int = 0
    refused: int = 0
    vanished: int = 0

    @property
    def balanced(self) -> bool:
        """Tell whether every record read is accounted for."""
        return self.read == self.created + self.changed + self.unchanged + self.repaired + self.refused

    def add(self, other: "Tally") -> None:
        """Add another tally to this one."""
        for column in fields(self):
            setattr(self, column.name, getattr(self, column.name) + getattr(other, column.name))


@dataclass(slots=True)
class Outcome:
    """All that an import reports.

    Attributes:
        tallies: counts by kind of record, or by table of an older database.
        findings: repaired and refused records, and notes.
        facts: further numbers (types, roles, schema phase).
        dry_run: whether everything was taken back at the end.
    """

    tallies: dict[str, Tally] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    dry_run: bool = False

    def tally(self, kind: str) -> Tally:
        """Return the tally of a kind."""
        return self.tallies.setdefault(kind, Tally())

    def total(self) -> Tally:
        """Return the sum over all kinds."""
        total = Tally()
        for tally in self.tallies.values():
            total.add(tally)
        return total

    def summary(self) -> dict[str, Any]:
        """Return everything but the findings, JSON-ready."""
        by_kind = {kind: asdict(tally) for kind, tally in self.tallies.items()}
        return {
            **asdict(self.total()),
            "dry_run": self.dry_run,
            "by_kind": by_kind,
            "rules": self.rules(),
            **self.facts,
        }

    def rules(self) -> dict[str, dict[str, int]]:
        """Return how often each rule was applied, by outcome."""
        found: dict[str, Counter[str]] = {}
        for finding in self.findings:
            found.setdefault(finding.outcome, Counter())[finding.rule] += 1
        return {outcome: dict(sorted(counted.items())) for outcome, counted in sorted(found.items())}


def lines(findings: Iterable[Finding]) -> Iterable[dict[str, Any]]:
    """Yield findings as the report writes them, one JSON object a line."""
    for finding in findings:
        yield {
            "outcome": finding.outcome,
            "kind": finding.kind,
            "ref": finding.ref,
            "rule": finding.rule,
            "reason": finding.reason,
            "path": finding.place.path,
            "line": finding.place.line,
            "row": finding.row,
        }
