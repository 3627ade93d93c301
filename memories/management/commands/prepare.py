"""`manage.py prepare`: bring the database up to date; a new one gets the sample project."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from memories.search import index
from memories.services.upkeep import refresh_statistics


class Command(BaseCommand):
    """What `make run` does before it serves. Safe to repeat: a database that was there before keeps what it holds."""

    help = "Migrate the database, and load the sample project when it is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--no-sample for an empty start."""
        parser.add_argument("--no-sample", action="store_true", help="leave a new database empty")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        new = "django_migrations" not in connection.introspection.table_names()
        if new:
            self.stderr.write("Making the database ...")
        call_command("migrate", interactive=False, verbosity=0)
        if new and not options["no_sample"]:
            self.stderr.write("Loading the sample project ...")
            call_command("load_sample")
        if index.outdated():
            self.stderr.write("Building the search index again ...")
            call_command("reindex")
        refresh_statistics()
