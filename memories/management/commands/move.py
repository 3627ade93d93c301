"""`manage.py move URL`: bring everything into an empty PostgreSQL database."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from memories.errors import DomainError
from memories.services.exchange import moving


class Command(BaseCommand):
    """Ids, history, people and tokens. Every table is counted and its digest compared; the source stays as it is."""

    help = "Move everything into an empty PostgreSQL database and compare it; the source stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("url", help="postgres://USER:PASSWORD@HOST:PORT/NAME of an empty database")
        parser.add_argument("--json", action="store_true", help="print counts and digests as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) where the other database is not empty or refuses; nothing changed then."""
        try:
            done = moving.move(options["url"], tell=self.stderr.write)
        except (DomainError, OSError) as fault:
            raise CommandError(getattr(fault, "message", str(fault))) from fault
        tables = {name: {"rows": table.rows, "sha256": table.sha256} for name, table in done.tables.items()}
        if options["json"]:
            self.stdout.write(json.dumps({"tables": tables}))
        else:
            for name, table in done.tables.items():
                self.stdout.write(f"{name:20} {table.rows:10,}  {table.sha256[:16]}")
        self.stderr.write(
            f"{sum(done.counts.values()):,} rows of {len(tables)} tables are there, each table with the digest it has "
            "here. Set DATABASE_URL to that address, keep this data folder (its secret_key makes tokens good), start."
        )
