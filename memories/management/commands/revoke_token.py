"""`manage.py revoke_token`: end an API token."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from memories.actors import SYSTEM, Actor
from memories.errors import DomainError
from memories.models import ApiToken
from memories.services import tokens


class Command(BaseCommand):
    """Ends the live token of that name; the next request that carries it is refused."""

    help = "Revoke an API token by its name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The name."""
        parser.add_argument("name", help="name of the token")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) where no live token has the name."""
        name = options["name"].strip()
        token = ApiToken.objects.select_related("owner").filter(name__iexact=name, revoked_at__isnull=True).first()
        if token is None:
            raise CommandError(f"There is no live token called {name}.")
        try:
            tokens.revoke(token, actor=Actor.admin("console", SYSTEM))
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stderr.write(f"The token “{token.name}” of {token.owner.username} is revoked.")
