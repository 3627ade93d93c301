"""`manage.py import_legacy`: an AtoCore database of an older version comes in, its history included."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from engineering.importers.legacy import source
from engineering.services.importing import Outcome, import_database
from memories.actors import Actor
from memories.findings import InputFault
from memories.management.importing import ImportCommand


class Command(ImportCommand):
    """Opens the file read-only, calls the import verb, reports."""

    help = "Import an older AtoCore SQLite database (any of its five schema phases); the file is never written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """File and default project."""
        parser.add_argument("file", type=Path, help="the older database")
        parser.add_argument(
            "--default-project", metavar="P", help="project of rows that are older than the project column"
        )
        super().add_arguments(parser)

    def run_import(self, **options: Any) -> tuple[str, Outcome]:
        """Import and make sure that the source stayed as it was."""
        path: Path = options["file"]
        before = source.checksum(path)
        with source.opened(path) as database:
            self.say(f"phase {database.phase}", 1, 1)
            outcome = import_database(
                database,
                path.name,
                actor=Actor.system("import"),
                default_project=options["default_project"],
                dry_run=options["dry_run"],
                say=self.say,
            )
        if source.checksum(path) != before:
            raise InputFault(str(path), "the file was changed by another program during the import; import it again.")
        outcome.facts["sha256"] = before
        return f"legacy-{outcome.facts['phase']}", outcome
