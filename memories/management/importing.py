"""What the import commands share: the report file, the progress line, the counts. No rule of importing."""

import json
import sys
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, OperationalError

from memories.errors import DomainError
from memories.findings import Finding, InputFault
from memories.outcome import Outcome, Tally, lines
from memories.services.upkeep import refresh_statistics

_WORDS = ("read", "created", "changed", "unchanged", "vanished", "repaired", "refused")


class ImportCommand(BaseCommand, ABC):
    """A command that imports: subclasses read their arguments and call one verb.

    Attributes:
        stopped: what is said where another program's writing cut it off.
    """

    stopped = "Nothing was imported."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options of every import."""
        parser.add_argument("--dry-run", action="store_true", help="do everything, report, and take it back")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on standard output")
        parser.add_argument("--report", type=Path, metavar="PATH", help="where to write what was repaired or refused")

    @abstractmethod
    def run_import(self, **options: Any) -> tuple[str, Outcome]:
        """Import; return a word for the report's name and what was done."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, write the report, print the counts. Raises CommandError (exit 1) with the refusal."""
        try:
            word, outcome = self.run_import(**options)
        except InputFault as fault:
            raise CommandError(f"Nothing was imported. {fault}") from None
        except DomainError as refusal:
            raise CommandError(f"Nothing was imported. {refusal.message}") from None
        except (IntegrityError, OperationalError) as error:
            words = str(error).splitlines()[0]
            raise CommandError(f"{self.stopped} Another program was writing; run it again ({words}).") from None
        refresh_statistics()
        report = self._write_report(options["report"], word, outcome.findings)
        if options["json"]:
            self.stdout.write(json.dumps({**outcome.summary(), "report": str(report)}, ensure_ascii=False, default=str))
        else:
            self._print(outcome, report)

    def say(self, what: str, done: int, total: int) -> None:
        """Show progress on a terminal; say nothing in a pipe."""
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{what}: {done:,} of {total:,}\x1b[K" + ("\n" if done >= total else ""))
            sys.stderr.flush()

    def _write_report(self, wanted: Path | None, word: str, findings: Iterable[Finding]) -> Path:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        path = wanted or Path(settings.ATOCORE_DATA, "imports", f"{stamp}-{word}.jsonl")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8") as file:
                for line in lines(findings):
                    file.write(json.dumps(line, default=repr) + "\n")
        except OSError as error:
            raise CommandError(f"The report cannot be written: {path}: {error.strerror}.") from None
        return path.resolve()

    def _print(self, outcome: Outcome, report: Path) -> None:
        if outcome.dry_run:
            self.stdout.write("Dry run: nothing was kept.")
        for kind, tally in outcome.tallies.items():
            if tally.read or tally.vanished:
                self.stdout.write(f"{kind}: {_counts(tally)}")
        for word, counted in outcome.rules().items():
            self.stdout.write(f"{word} by rule: " + ", ".join(f"{rule} {number:,}" for rule, number in counted.items()))
        self.stdout.write(f"total: {_counts(outcome.total())}")
        self.stdout.write(f"report: {report}")


def _counts(tally: Tally) -> str:
    numbers = asdict(tally)
    return ", ".join(f"{word} {numbers[word]:,}" for word in _WORDS)
