"""`manage.py graduate_memories`: propose entities for what memories say. People promote them; this never does."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from engineering.drafts import GRADUATING, Draft
from engineering.services import graduating
from memories.actors import Actor
from memories.errors import DomainError
from memories.models import Memory
from memories.queries import projects


class Command(BaseCommand):
    """Guesses by fixed rules what active memories could become, proposes it, and prints the counts."""

    help = (
        "Propose entities (candidates) for active memories whose words say what they are: requirements, decisions, "
        "results, properties of parts. A memory is proposed once, whatever became of it. Nothing is promoted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Project, type, limit, dry run, JSON."""
        parser.add_argument("--project", help="only memories of this project, by any of its names")
        parser.add_argument("--type", choices=GRADUATING, help="only memories of this type; without it all of these")
        parser.add_argument("--limit", type=_whole, metavar="N", help="propose at most so many")
        parser.add_argument("--all", action="store_true", help="also memories whose words do not say what they are")
        parser.add_argument("--dry-run", action="store_true", help="propose nothing; print what would be proposed")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError (exit 1) for a project that nobody registered."""
        actor = Actor.system("cron")
        quiet = options["json"]

        def tell(memory: Memory, guess: Draft, tally: graduating.Tally) -> None:
            if options["dry_run"] and not quiet:
                self.stdout.write(f"{guess.entity_type}: {guess.name}  <- memory {memory.pk}")
            elif sys.stderr.isatty():
                self.stderr.write(f"\r{tally.proposed.total():,} proposed of {tally.read:,} read\x1b[K", ending="")

        try:
            project = projects.resolve(options["project"], actor)
            tally = graduating.propose_all(
                actor=actor,
                project_id=project.pk if project else None,
                types=(options["type"],) if options["type"] else GRADUATING,
                limit=options["limit"],
                unclear_too=options["all"],
                dry_run=options["dry_run"],
                tell=tell,
            )
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        for pk, reason in tally.refused:
            self.stderr.write(f"memory {pk}: {reason}")
        self.stdout.write(
            json.dumps(_counts(tally, options["dry_run"])) if quiet else _words(tally, options["dry_run"])
        )


def _counts(tally: graduating.Tally, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "read": tally.read,
        "proposed": tally.proposed.total(),
        "by_type": dict(sorted(tally.proposed.items())),
        "proposed_before": tally.before,
        "unclear": tally.unclear,
        "standing": tally.standing,
        "refused": len(tally.refused),
    }


def _words(tally: graduating.Tally, dry_run: bool) -> str:
    kinds = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in sorted(tally.proposed.items()))
    first = (
        f"{tally.proposed.total():,} {'would be proposed' if dry_run else 'proposed'}{f' ({kinds})' if kinds else ''}"
    )
    return (
        f"{first}, {tally.before:,} proposed before, {tally.unclear:,} unclear, {tally.standing:,} standing already, "
        f"{len(tally.refused):,} refused; {tally.read:,} read."
    )


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("a whole number from 1 is expected")
    return int(text)
