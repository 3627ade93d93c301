"""`manage.py export FOLDER`: everything, or some projects, as files."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engineering.services import export_markdown
from memories.actors import Actor
from memories.errors import DomainError
from memories.management.progress import Progress
from memories.queries import projects
from memories.services.exchange import leaving


class Command(BaseCommand):
    """JSON lines that `import` reads again, or a tree of Markdown pages for people."""

    help = "Write everything, or some projects, as JSON lines that import reads, or as Markdown for people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, what, and in which form."""
        parser.add_argument("folder", help="a folder that does not exist yet")
        parser.add_argument("--project", action="append", default=[], metavar="NAME", help="only this one; repeatable")
        parser.add_argument("--format", choices=("jsonl", "markdown"), default="jsonl")
        parser.add_argument(
            "--with-secrets", action="store_true", help="with digests of passwords and tokens, to move an installation"
        )
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError: exit 1 where it cannot be written, 2 for wrong use."""
        secrets, named = options["with_secrets"], options["project"]
        if secrets and (named or options["format"] != "jsonl"):
            raise CommandError("--with-secrets goes with all projects and JSON lines only.", returncode=2)
        folder = Path(options["folder"]).expanduser().resolve()
        try:
            chosen = list(
                {row.pk: row for row in (projects.get(one, Actor.system("import")) for one in named)}.values()
            )
            with Progress(self.stderr) as progress:
                if options["format"] == "markdown":
                    counts = export_markdown.write(folder, chosen, tell=progress.tell)
                else:
                    counts = leaving.export(folder, chosen, secrets=secrets, tell=progress.tell).counts
        except (DomainError, OSError) as fault:
            raise CommandError(getattr(fault, "message", str(fault))) from fault
        self.stdout.write(json.dumps({"folder": str(folder), "rows": counts}) if options["json"] else str(folder))
        self.stderr.write(f"{sum(counts.values()):,} {'pages' if options['format'] == 'markdown' else 'rows'} written.")
        if secrets:
            self.stderr.write("Who has these files can try passwords and tokens: remove them once they are imported.")
