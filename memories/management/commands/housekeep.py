"""`manage.py housekeep`: what cron does once a day."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from memories.actors import Actor
from memories.services.housekeeping.run import BUSY, FAILED, Report, housekeep, shown
from memories.services.housekeeping.steps import counted, silent, steps


class Command(BaseCommand):
    """Runs the steps of housekeeping. Safe at any time, to repeat, and twice at once."""

    help = "Expire what is past its date, scan for conflicts, write the day's figures, purge what is of no use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--dry-run to look first, --json for programs."""
        parser.add_argument("--dry-run", action="store_true", help="say what would be done and change nothing")
        parser.add_argument("--json", action="store_true", help="print the report as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Exit codes: 0 done, or another run was under way; 1 when a step failed (the others were done)."""
        tell = self._tell if self.stderr.isatty() else silent
        report = housekeep(actor=Actor.system("cron"), dry_run=options["dry_run"], tell=tell)
        if options["json"]:
            self.stdout.write(json.dumps(shown(report)))
        else:
            self._print(report)
        if report.outcome == FAILED:
            sys.exit(1)

    def _tell(self, what: str, done: int, of: int) -> None:
        self.stderr.write(f"\r{what.replace('_', ' ')}: {done:,} of {of:,}", ending="\n" if done >= of else "")

    def _print(self, report: Report) -> None:
        if report.outcome == BUSY:
            self.stderr.write("Housekeeping is under way already; nothing was done.")
            return
        if report.dry_run:
            self.stderr.write("This would be done now; nothing was changed.")
        for step in steps:
            counts = report.counts.get(step.name, {})
            told = ", ".join(f"{number:,} {counted(word, number)}" for word, number in counts.items() if number)
            self.stderr.write(f"{step.title}: {report.errors.get(step.name) or told or 'nothing'}")
        if not report.dry_run:
            self.stderr.write(f"Longest transaction: {report.longest * 1000:,.0f} ms.")
