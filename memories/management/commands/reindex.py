"""`manage.py reindex`: build the lexical index again from the records."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from memories.kinds import Kind
from memories.search import backends, index


class Command(BaseCommand):
    """Writes index rows only; the records and their history stay as they are. Safe at any time and to repeat."""

    help = "Build the search index again from the records."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--json for a summary that programs read."""
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        backends.rebuild()  # first: the engine may have missed changes, and an update of a row it lacks would fail
        counts = {kind.plural: self._rebuild(kind) for kind in index.indexed_kinds()}
        if options["json"]:
            self.stdout.write(json.dumps({"indexed": counts}))
        else:
            self.stderr.write("Indexed " + ", ".join(f"{number:,} {plural}" for plural, number in counts.items()) + ".")

    def _rebuild(self, kind: Kind) -> int:
        def tell(done: int) -> None:
            self.stderr.write(f"\r{kind.plural}: {done:,}", ending="")

        on_terminal = self.stderr.isatty()
        number = index.reindex(kind, tell=tell if on_terminal else None)
        if on_terminal:
            self.stderr.write("")
        return number
