"""`manage.py restore FILE`: put a backup in the place of the database; --verify only looks whether it is whole."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from memories.errors import DomainError
from memories.services import backups


class Command(BaseCommand):
    """Nothing is overwritten: a SQLite file is kept under another name, PostgreSQL has to be empty."""

    help = "Put a backup in the place of the database, or look whether it is whole."
    # A database that is past its checks is what one restores from.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file; --verify to look only."""
        parser.add_argument("file", help="a file that backup made")
        parser.add_argument("--verify", action="store_true", help="look whether it is whole and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) for a copy that is not whole, or while the database is in use."""
        path = Path(options["file"]).expanduser().resolve()
        try:
            found, aside = (backups.verify(path), "") if options["verify"] else backups.restore(path)
        except (DomainError, OSError) as fault:
            raise CommandError(getattr(fault, "message", str(fault))) from fault
        if found.faults:
            raise CommandError("Not whole:\n  " + "\n  ".join(found.faults))
        self.stderr.write(f"Whole: {found.records:,} records, {found.audit_rows:,} audit rows.")
        if not options["verify"]:
            kept = f" what stood there before is {aside}." if aside else ""
            self.stderr.write(f"It is in place now;{kept} Run migrate, then doctor, then start.")
