"""`manage.py reindex`: build the lexical index again from the records."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from memories.management.progress import Progress
from memories.services.upkeep import rebuild_index, refresh_statistics


class Command(BaseCommand):
    """Writes index rows only; the records and their history stay as they are. Safe at any time and to repeat."""

    help = "Build the search index again from the records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--json for a summary that programs read."""
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        with Progress(self.stderr) as progress:
            counts = rebuild_index(progress.tell)
        refresh_statistics()
        if options["json"]:
            self.stdout.write(json.dumps({"indexed": counts}))
        else:
            self.stderr.write("Indexed " + ", ".join(f"{number:,} {plural}" for plural, number in counts.items()) + ".")
