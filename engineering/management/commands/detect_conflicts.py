"""`manage.py detect_conflicts`: scan everything, or one project, for claims that disagree."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engineering.services.conflicts import scan
from memories.actors import Actor
from memories.errors import DomainError
from memories.queries import projects


class Command(BaseCommand):
    """Finds conflicts; it settles none. Safe at any time and to repeat."""

    help = "Find claims that disagree. Opens, updates and closes conflicts; never changes what people wrote."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--project to narrow, --json for a summary that programs read."""
        parser.add_argument("--project", metavar="P", help="name or alias of one project; everything without it")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) for a project that nobody registered."""
        actor = Actor.system("cron")
        try:
            done = scan.detect(projects.resolve(options["project"], actor), actor=actor)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        counts = {"slots": done.slots, "opened": done.opened, "changed": done.changed, "closed": done.closed}
        if options["json"]:
            self.stdout.write(json.dumps({**counts, "open": dict(done.open)}))
            return
        now = ", ".join(f"{number:,} {word}" for word, number in sorted(done.open.items())) or "none"
        self.stderr.write(
            f"Checked {done.slots:,} slots: {done.opened:,} conflicts opened, {done.changed:,} changed, "
            f"{done.closed:,} closed. Open now: {now}."
        )
