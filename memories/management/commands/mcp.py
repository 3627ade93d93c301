"""`manage.py mcp`: the MCP server on standard input and output, for an assistant on this machine."""

import stat
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error
from django.utils.module_loading import import_string

from memories.errors import DomainError
from memories.services import caller, presence


class Command(BaseCommand):
    """Serves one client, which starts it and ends it. Standard output carries the protocol and nothing else."""

    help = "Serve an assistant over MCP on standard input and output, by the token in ATOCORE_TOKEN."
    requires_system_checks: list[str] = []  # a client waits; `serve` and `doctor` check

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until the client closes. Raises CommandError: exit 2 without a token, 1 for one that is not taken."""
        text = token_text()
        try:
            caller.admit(text)
            with presence.serving(), caller.calling(partial(caller.admit, text)):
                import_string(settings.MCP_STDIO)()
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        except Error as fault:
            raise CommandError(f"The database cannot be read ({fault}). Is it there? Run: manage.py migrate") from fault


def token_text() -> str:
    """Return the token of the environment, or of the file that it names. Raises CommandError (exit 2)."""
    if settings.ATOCORE_TOKEN:
        return str(settings.ATOCORE_TOKEN)
    if not settings.ATOCORE_TOKEN_FILE:
        raise CommandError(
            "Set ATOCORE_TOKEN to a token of the role agent, or ATOCORE_TOKEN_FILE to a file that holds one. "
            "manage.py connect makes one.",
            returncode=2,
        )
    return _from_file(Path(settings.ATOCORE_TOKEN_FILE).expanduser())


def _from_file(path: Path) -> str:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise CommandError(f"{path} can be read by others. Run: chmod 600 {path}", returncode=2)
        return path.read_text(encoding="utf-8")[:1_000].strip()
    except (OSError, UnicodeError) as fault:
        raise CommandError(f"{path} cannot be read: {fault}.", returncode=2) from fault
