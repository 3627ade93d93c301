"""`manage.py load_sample`: an invented instrument to try everything on. Loads once, all of it or nothing."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engineering.sample.files import SampleError
from engineering.sample.loader import load
from memories.errors import DomainError


class Command(BaseCommand):
    """Loads the sample project through the ordinary verbs and says how much it was."""

    help = "Load the sample project: HERON, a field spectrograph, with candidates waiting. Refuses where it is there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--json for a summary that programs read."""
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) saying why nothing was loaded."""
        try:
            loaded = load()
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        except SampleError as error:
            raise CommandError(f"The sample's files are at fault: {error}.") from error
        if options["json"]:
            self.stdout.write(json.dumps({"project": loaded.project, **loaded.records, "decisions": loaded.decisions}))
            return
        counted = ", ".join(f"{number} {plural}" for plural, number in loaded.records.items())
        self.stderr.write(f"Loaded the sample project {loaded.project}: {counted}; {loaded.decisions} decisions.")
