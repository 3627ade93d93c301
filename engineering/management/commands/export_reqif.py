"""`manage.py export_reqif FILE --project P`: a project for a requirements tool."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engineering.services.reqif import writing
from memories.actors import Actor
from memories.errors import DomainError
from memories.management.progress import Progress
from memories.queries import projects


class Command(BaseCommand):
    """Writes the file, then prints its name on standard output."""

    help = "Write the active entities of a project, and the relationships between them, as ReqIF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and what."""
        parser.add_argument("file", help="a .reqif or .reqifz file that does not exist yet")
        parser.add_argument("--project", required=True, metavar="NAME", help="by name or alias")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) where it cannot be written."""
        path = Path(options["file"]).expanduser().resolve()
        try:
            project = projects.get(options["project"], Actor.system("import"))
            with Progress(self.stderr) as progress:
                counts = writing.write(path, project, tell=progress.tell)
        except (DomainError, OSError) as fault:
            raise CommandError(getattr(fault, "message", str(fault))) from fault
        self.stdout.write(json.dumps({"file": str(path), **counts}) if options["json"] else str(path))
        lost = counts.pop("left_out")
        told = ", ".join(f"{number:,} {what}" for what, number in counts.items())
        self.stderr.write(f"{told} written; {lost:,} links to what is elsewhere or not active left out.")
