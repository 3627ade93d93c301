"""`manage.py create_user`: a person, their role, and a single-use link to sign in with."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from memories.actors import SYSTEM, Actor
from memories.choices import Role
from memories.errors import DomainError
from memories.models import User
from memories.queries import projects
from memories.services import people, sign_in


class Command(BaseCommand):
    """Creates the person and prints the link, alone, on standard output."""

    help = "Create a person and print a single-use sign-in link (with --link, for a person there already)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name, role, projects."""
        parser.add_argument("name", help="user name")
        parser.add_argument("--role", choices=Role.values, help="what the person may do")
        parser.add_argument(
            "--project", action="append", default=[], help="only there; may be repeated; else everywhere"
        )
        parser.add_argument("--link", action="store_true", help="only print a new link for somebody who exists")
        parser.add_argument("--url", default=settings.ATOCORE_URL, help="address people reach AtoCore by")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) with the refusal, exit 2 for wrong use."""
        if not options["link"] and not options["role"]:
            raise CommandError("--role is needed: " + ", ".join(Role.values), returncode=2)
        user = self._existing(options["name"]) if options["link"] else self._create(options)
        self.stderr.write(
            f"{user.username} can sign in once within {settings.ATOCORE_LINK_MINUTES} minutes by this link:"
        )
        self.stdout.write(sign_in.link_address(options["url"], user))

    def _create(self, options: dict[str, Any]) -> User:
        actor = Actor.admin("console", SYSTEM)
        try:
            found = [projects.resolve(name, actor) for name in options["project"]]
            there = [project for project in found if project is not None]
            return people.create_user(options["name"], actor=actor, role=options["role"], projects=there)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal

    def _existing(self, name: str) -> User:
        user = User.objects.filter(username__iexact=name, is_active=True, is_service=False).first()
        if user is None:
            raise CommandError(f"There is nobody called {name} who could sign in.")
        return user
