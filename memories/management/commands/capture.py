"""`manage.py capture`: keep exchanges from a file or from standard input, as REST does."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from memories import permissions
from memories.actors import Actor
from memories.errors import DomainError
from memories.models import ApiToken, ExtractionRun, Finding, Reinforcement
from memories.services.capture import capture, kept

COUNTS = ("read", "captured", "unchanged", "refused", "reinforced", "proposed", "failed")


class Command(BaseCommand):
    """Reads JSON, calls the verb once an exchange, says what came of it. Safe to repeat and to cut off."""

    help = "Capture exchanges: one JSON object, or one a line, with the fields of POST interactions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """File, who captures, --json."""
        parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="- (as without it): standard input")
        parser.add_argument("--as", dest="token", default="", metavar="NAME", help="capture as this API token does")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Exit codes: 0 all kept, 1 something was refused (the rest is kept), 2 wrong use."""
        actor = _actor(options["token"])
        counts = Counter(dict.fromkeys(COUNTS, 0))
        for number, text in _lines(options["file"]):
            counts["read"] += 1
            try:
                counts += _keep(_object(text), actor)
            except (DomainError, ValueError, RecursionError) as fault:
                counts["refused"] += 1
                self.stderr.write(f"line {number}: {str(fault)[:300] or type(fault).__name__}")
        shown = {name: counts[name] for name in COUNTS}
        if options["json"]:
            self.stdout.write(json.dumps(shown))
        self.stderr.write(", ".join(f"{number:,} {name}" for name, number in shown.items()) + ".")
        if counts["refused"]:
            sys.exit(1)


def _actor(name: str) -> Actor:
    if not name:
        return Actor.system("import")
    token = ApiToken.objects.filter(name__iexact=name, revoked_at__isnull=True).select_related("owner").first()
    if token is None:
        raise CommandError(f"There is no token “{name}” that is not revoked.", returncode=2)
    return permissions.actor_for_token(token)


def _lines(name: str) -> Iterator[tuple[int, str]]:
    """Yield the JSON texts with the numbers of their first lines: one whole object, or one a line."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise CommandError(f"{name} cannot be read: {fault}", returncode=2) from None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        yield from ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())
    else:
        yield 1, text


def _object(text: str) -> dict[str, Any]:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if len(text) > most:
        raise ValueError(f"An exchange may have at most {most:,} characters.")
    read = json.loads(text)
    if not isinstance(read, dict):
        raise ValueError("A JSON object is expected.")
    return read


def _keep(fields: dict[str, Any], actor: Actor) -> Counter[str]:
    if kept(fields, actor=actor):
        return Counter(unchanged=1)
    row = capture(fields, actor=actor)
    failed = ExtractionRun.objects.filter(interaction=row, outcome=ExtractionRun.Outcome.FAILED)
    return Counter(
        captured=1,
        reinforced=Reinforcement.objects.filter(interaction=row).count(),
        proposed=Finding.objects.filter(interaction=row, outcome=Finding.Outcome.PROPOSED).count(),
        failed=failed.count(),
    )
