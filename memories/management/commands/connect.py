"""`manage.py connect`: an agent token for an assistant, and the configuration of the program it runs in."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from memories import assistants
from memories.actors import SYSTEM, Actor
from memories.assistants import HTTP, STDIO, Program
from memories.choices import Role
from memories.errors import DomainError
from memories.management.naming import owner, places
from memories.models import ApiToken
from memories.services import tokens


class Command(BaseCommand):
    """Prints the configuration, alone, on standard output, or writes it into the program's file."""

    help = "Connect an assistant: make an agent token and print the configuration of the program it runs in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which program, by which way, for whom."""
        parser.add_argument("program", choices=assistants.NAMES)
        parser.add_argument("--name", help="name of the token; without it the program's, the history says agent:NAME")
        parser.add_argument("--transport", choices=(HTTP, STDIO), help="http needs AtoCore running")
        parser.add_argument("--url", default=settings.ATOCORE_URL, help=f"address of AtoCore; {settings.ATOCORE_URL}")
        parser.add_argument("--owner", help="whose rights it acts under; without it a service account of that role")
        parser.add_argument("--project", action="append", default=[], help="only there; may be repeated")
        parser.add_argument("--days", type=int, help="days until the token expires; without it it does not")
        parser.add_argument("--write", action="store_true", help="merge it into the program's file, keeping a backup")
        parser.add_argument("--file", type=Path, help="the file to write; the program's usual one without it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError: exit 2 for a transport the program does not speak, 1 for a refusal."""
        program = assistants.named(options["program"])
        if program is None:
            raise CommandError(f"{options['program']} is not known.", returncode=2)
        way = options["transport"] or program.ways[0]
        if way not in program.ways:
            raise CommandError(f"{program.title} speaks {' and '.join(program.ways)} only.", returncode=2)
        file = Path(options["file"] or program.file).expanduser().resolve()  # a link to a file stays one
        before = _read(program, file) if options["write"] else ""
        token, text = self._token(program, options)
        entry = _entry(program, way, options["url"], text)
        if options["write"]:
            self._write(file, assistants.merged(program, before, entry), token)
            self.stderr.write(f"{file} names AtoCore now. It holds a token: keep it out of version control.")
        else:
            self.stderr.write(f"Put this into {program.where}:")
            self.stdout.write(assistants.shown(assistants.configuration(program, entry)), ending="")
        self.stderr.write(program.then)

    def _write(self, file: Path, text: str, token: ApiToken) -> None:
        try:
            _write(file, text)
        except BaseException:
            # Nobody has its text: it could be used by nobody, and stand in the list of tokens for ever.
            tokens.revoke(token, actor=Actor.admin("console", SYSTEM))
            self.stderr.write(f"The token “{token.name}” is revoked again.")
            raise

    def _token(self, program: Program, options: dict[str, Any]) -> tuple[ApiToken, str]:
        actor = Actor.admin("console", SYSTEM)
        try:
            token, text = tokens.create_token(
                options["name"] or tokens.free_name(program.name),
                role=Role.AGENT.value,
                actor=actor,
                owner=owner(options["owner"]),
                projects=places(options["project"], actor),
                days=options["days"],
            )
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stderr.write(f"The token “{token.name}” may propose, and nothing else.")
        return token, text


def _entry(program: Program, way: str, url: str, token: str) -> dict[str, Any]:
    if way == HTTP:
        return assistants.over_http(program, url, token)
    command = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    environment = {"ATOCORE_DATA": str(settings.ATOCORE_DATA)}
    if settings.DATABASE_URL:
        environment["DATABASE_URL"] = settings.DATABASE_URL
    return assistants.over_stdio(program, command, token, environment)


def _read(program: Program, file: Path) -> str:
    """Return what stands in a file, after asking whether an entry can be merged into it. Raises CommandError."""
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        assistants.merged(program, text, {})
    except (OSError, ValueError, RecursionError) as fault:
        raise CommandError(f"{file} is left as it is: {fault}. Without --write the entry is printed.") from fault
    return text


def _write(file: Path, text: str) -> None:
    """Put a text in the place of a file's, whole or not at all, readable by its owner alone; the old one is kept."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            _put(file.with_name(f"{file.name}.before-atocore"), file.read_text(encoding="utf-8"))
        _put(file, text)
    except OSError as fault:
        raise CommandError(f"{file} cannot be written: {fault}.") from fault


def _put(file: Path, text: str) -> None:
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)  # it holds a token
