"""`manage.py import_memories`: memories come in from a file of JSON lines, five hundred a transaction."""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import CommandError
from django.db import IntegrityError, OperationalError

from memories.actors import Actor
from memories.choices import Status
from memories.files import MAX_LINE, decode, parse_json, read_lines
from memories.findings import Finding, InputFault, Place
from memories.management.importing import ImportCommand
from memories.outcome import Outcome
from memories.queries import projects
from memories.services.importing import MOST, Imported, import_memories, rehearsal

#: What the service calls it, and the column of the operating contract that counts it.
_COUNTED = {"created": "created", "changed": "changed", "existing": "unchanged", "refused": "refused"}


class _Line(NamedTuple):
    """A line that was read: what it holds, or why it holds nothing."""

    place: Place
    item: Any
    fault: str = ""


class Command(ImportCommand):
    """Reads line by line, calls the import verb for each five hundred, reports."""

    help = (
        "Import memories from JSON lines: one object a line with content, memory_type and what else POST "
        "/api/v1/memories takes. Importing a file again changes nothing; what is refused is in the report."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """File, default project, status, what becomes of memories that are there."""
        parser.add_argument("file", type=Path, help="JSON lines, UTF-8")
        parser.add_argument("--project", metavar="P", help="project of lines that name none, by name or alias")
        parser.add_argument("--active", action="store_true", help="lines without a status are active, not candidates")
        parser.add_argument("--update", action="store_true", help="bring memories that are there up to date")
        super().add_arguments(parser)

    def run_import(self, **options: Any) -> tuple[str, Outcome]:
        """Import; what was written before a fault stays, and a second run goes on behind it."""
        path: Path = options["file"]
        outcome, actor = Outcome(dry_run=options["dry_run"]), Actor.system("import")
        defaults = self._defaults(options, actor)
        total = sum(1 for _ in read_lines(path, path.name))
        with ExitStack() as stack:
            if outcome.dry_run:
                stack.enter_context(rehearsal())
            for some in _chunks(_read(path, defaults)):
                self._import(some, outcome, actor, options["update"])
                self.say("memories", outcome.tally("memory").read, total)
        return "memories", outcome

    def _defaults(self, options: dict[str, Any], actor: Actor) -> dict[str, Any]:
        project = projects.resolve(options["project"], actor)
        return {
            **({"project": project.name} if project else {}),
            **({"status": Status.ACTIVE.value} if options["active"] else {}),
        }

    def _import(self, lines: list[_Line], outcome: Outcome, actor: Actor, update: bool) -> None:
        tally = outcome.tally("memory")
        tally.read += len(lines)
        for line in lines:
            if line.fault:
                tally.refused += 1
                outcome.findings.append(_finding("refused", line, "unreadable", line.fault))
        good = [line for line in lines if not line.fault]
        for line, result in zip(good, self._write(good, actor, update), strict=True):
            column = _COUNTED[result.outcome]
            setattr(tally, column, getattr(tally, column) + 1)
            outcome.findings += _said(line, result)

    def _write(self, lines: list[_Line], actor: Actor, update: bool) -> list[Imported]:
        if not lines:
            return []
        try:
            return import_memories([line.item for line in lines], actor=actor, update_existing=update)
        except (IntegrityError, OperationalError) as error:
            words = str(error).splitlines()[0]
            raise CommandError(
                f"Stopped at line {lines[0].place.line}: another program was writing ({words}). "
                "What came before it is kept; run the import again, which changes nothing twice."
            ) from None


def _chunks(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    waiting = iter(lines)
    while some := list(islice(waiting, MOST)):
        yield some


def _read(path: Path, defaults: dict[str, Any]) -> Iterator[_Line]:
    for number, raw in read_lines(path, path.name):
        place = Place(path.name, number)
        try:
            yield _Line(place, _item(raw, defaults))
        except (ValueError, InputFault) as fault:
            yield _Line(place, raw[:2_000].decode(errors="replace"), str(fault))


def _item(raw: bytes, defaults: dict[str, Any]) -> Any:
    if len(raw) > MAX_LINE:
        raise ValueError(f"a line may have at most {MAX_LINE:,} bytes")
    item = parse_json(decode(raw, "the line"))
    return {**defaults, **item} if isinstance(item, dict) else item


def _finding(outcome: str, line: _Line, rule: str, reason: str) -> Finding:
    ref = line.item.get("external_ref") if isinstance(line.item, dict) else ""
    return Finding(outcome, "memory", str(ref or ""), rule, reason, line.place, line.item)


def _said(line: _Line, result: Imported) -> Iterator[Finding]:
    if result.refusal:
        yield _finding("refused", line, result.refusal.code, result.refusal.message)
    elif result.outcome == "existing" and result.differs:
        reason = f"memory {result.row.pk if result.row else ''} is there and stays: {', '.join(result.differs)} differ"
        yield _finding("note", line, "existing_differs", reason)
