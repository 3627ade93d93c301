"""`manage.py context`: the pack of a prompt on standard output."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from engineering.context.answer import as_json
from engineering.context.asked import USUAL, asked
from engineering.context.pack import build
from memories.actors import Actor
from memories.errors import Invalid


class Command(BaseCommand):
    """Print what a model would be given for a prompt. Nothing is kept."""

    help = "Print the context pack of a prompt, as the program itself sees it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("prompt", help="what the model is to work on")
        parser.add_argument("--project", help="name or alias; without it, all projects")
        parser.add_argument("--budget", type=int, default=USUAL, help=f"most tokens ({USUAL})")
        parser.add_argument("--json", action="store_true", help="the whole answer as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the pack."""
        actor = Actor.system("cron")
        given = {"prompt": options["prompt"], "project": options["project"], "budget_tokens": options["budget"]}
        try:
            pack = build(asked(given, actor), actor)
        except Invalid as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(json.dumps(as_json(pack), indent=2, ensure_ascii=False) if options["json"] else pack.text)
