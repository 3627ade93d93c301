"""`manage.py import FOLDER`: read an export into an empty database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError

from memories.errors import DomainError
from memories.findings import InputFault
from memories.management.progress import Progress
from memories.services.exchange import arriving


class Command(BaseCommand):
    """All rows, their ids and their history, or none. The digest of every table is compared before it counts."""

    help = "Read an export into an empty database: ids, times and history as they were."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder; --dry-run to see whether it would arrive."""
        parser.add_argument("folder", help="a folder that export made")
        parser.add_argument("--dry-run", action="store_true", help="do all of it, and take it back")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) where the export or the database is at fault; nothing is kept then."""
        folder = Path(options["folder"]).expanduser().resolve()
        try:
            with Progress(self.stderr) as progress:
                done = arriving.arrive(folder, dry_run=options["dry_run"], tell=progress.tell)
        except InputFault as fault:
            raise CommandError(f"{fault} Nothing was imported.") from fault
        except (DomainError, OSError, IntegrityError) as fault:
            raise CommandError(getattr(fault, "message", str(fault))) from fault
        if options["json"]:
            self.stdout.write(json.dumps({"tables": done.counts, "dry_run": options["dry_run"]}))
        told = "would arrive" if options["dry_run"] else "arrived"
        self.stderr.write(
            f"{sum(done.counts.values()):,} rows of {len(done.tables)} tables {told}; every digest holds."
        )
        if not options["dry_run"] and not done.secrets:
            self.stderr.write(
                "No token came along: make new ones (create_token). People sign in by link (create_user --link)."
            )
