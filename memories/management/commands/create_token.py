"""`manage.py create_token`: an API token, printed once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from memories.actors import SYSTEM, Actor
from memories.choices import Role
from memories.errors import DomainError
from memories.management.naming import owner, places
from memories.services import tokens


class Command(BaseCommand):
    """Makes the token and prints its text, alone, on standard output; it is stored nowhere in plain."""

    help = "Make an API token and print it. It is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name, role, owner, projects, days."""
        parser.add_argument("name", help="name of the token; the history says agent:NAME")
        parser.add_argument("--role", required=True, choices=Role.values, help="what it may do, at most its owner's")
        parser.add_argument("--owner", help="whose rights it acts under; without it a service account of that role")
        parser.add_argument(
            "--project", action="append", default=[], help="only there; may be repeated; else all of its owner's"
        )
        parser.add_argument("--days", type=int, help="days until it expires; without it it does not")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) with the refusal."""
        actor = Actor.admin("console", SYSTEM)
        try:
            token, text = tokens.create_token(
                options["name"],
                role=options["role"],
                actor=actor,
                owner=owner(options["owner"]),
                projects=places(options["project"], actor),
                days=options["days"],
            )
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        until = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "until it is revoked"
        self.stderr.write(f"The token “{token.name}” acts as {token.role} for {token.owner.username}, {until}:")
        self.stdout.write(text)
