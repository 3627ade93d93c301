"""`manage.py extract`: look through the exchanges that an extractor has not looked through yet."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from memories.actors import Actor
from memories.errors import DomainError
from memories.filters import InstantField
from memories.models import ExtractionRun, Extractor, Interaction
from memories.queries import extractions, projects
from memories.services import chat, extraction

COUNTS = ("looked_through", "found", "proposed", "failed", "refused", "done_meanwhile")
#: Failures one after the other by which a model counts as gone.
_ENOUGH = 3


class Command(BaseCommand):
    """Calls the verb once an exchange. Safe to repeat, to cut off, and to run twice at once."""

    help = "Propose what exchanges state that were not looked through yet: by rule, or by the model that is configured."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which exchanges, by what, --dry-run, --json."""
        parser.add_argument("--project", default="", help="only those of this project, by name or alias")
        parser.add_argument("--since", default="", metavar="TIME", help="only those captured from this time on")
        parser.add_argument("--extractor", choices=Extractor.values, default=Extractor.RULES.value)
        parser.add_argument("--limit", type=int, default=10_000, help="how many at most (default 10000)")
        parser.add_argument("--dry-run", action="store_true", help="say what would be proposed and change nothing")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Exit codes: 0 done; 1 when a pass failed (others were done); 2 wrong use."""
        actor, by = Actor.system("cron"), options["extractor"]
        if by == Extractor.LLM and chat.configured() is None:
            raise CommandError("No model is configured (ATOCORE_LLM_URL, ATOCORE_LLM_MODEL).", returncode=2)
        waiting = list(_pending(options, actor).values_list("pk", flat=True)[: max(0, options["limit"])])
        if options["dry_run"] and by == Extractor.LLM:
            counts = Counter(would_ask_about=len(waiting))
        else:
            counts = self._run(waiting, by, options["dry_run"], actor)
        shown = {name: counts[name] for name in (counts if "would_ask_about" in counts else COUNTS)}
        if options["json"]:
            self.stdout.write(json.dumps(shown))
        told = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in shown.items())
        self.stderr.write(f"{'Nothing was changed; this would be done: ' if options['dry_run'] else ''}{told}.")
        if counts["failed"]:
            sys.exit(1)

    def _run(self, waiting: list[UUID], by: str, dry_run: bool, actor: Actor) -> Counter[str]:
        counts: Counter[str] = Counter()
        failures = 0
        for pk in waiting:
            row = Interaction.objects.select_related("project").get(pk=pk)
            try:
                once = (
                    extraction.rehearse(row, actor=actor) if dry_run else extraction.first_extract(row, by, actor=actor)
                )
            except DomainError as refusal:
                counts["refused"] += 1
                self.stderr.write(f"{pk}: {refusal.message}")
                continue
            counts += _counted(once)
            failures = failures + 1 if once and once.error else 0
            if once and once.error:
                self.stderr.write(f"{pk}: {once.error}")
            if failures == _ENOUGH:
                self.stderr.write(f"{_ENOUGH} failures one after the other: the rest waits for the next run.")
                break
        return counts


def _pending(options: dict[str, Any], actor: Actor) -> QuerySet[Interaction]:
    found = extractions.pending(options["extractor"])
    try:
        if options["project"]:
            found = found.filter(project=projects.resolve(options["project"], actor))
        if options["since"]:
            found = found.filter(created_at__gte=InstantField().clean(options["since"]))
    except (DomainError, ValidationError) as fault:
        words = fault.message if isinstance(fault, DomainError) else f"--since: {fault.messages[0]}"
        raise CommandError(words, returncode=2) from None
    return found


def _counted(run: ExtractionRun | None) -> Counter[str]:
    if run is None:
        return Counter(done_meanwhile=1)
    if run.outcome == ExtractionRun.Outcome.FAILED:
        return Counter(failed=1)
    return Counter(looked_through=1, found=run.found, proposed=run.proposed)
