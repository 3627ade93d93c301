"""Moving a whole installation to a PostgreSQL database: exported, imported there, and compared."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable

from django.conf import settings
from django.db import connection

from memories.errors import Blocked, Invalid
from memories.services import presence
from memories.services.exchange import leaving
from memories.services.exchange.manifest import Manifest

_FOLDER = ".moving"


def move(url: str, *, tell: Callable[[str], None]) -> Manifest:
    """Bring everything into an empty PostgreSQL database: ids, history, people and tokens. The source stays as it is.

    Args:
        url: of the database, as DATABASE_URL takes it.
        tell: is told each step in words.

    Returns:
        What was moved: of each table how many rows, and the digest that was compared on both sides.

    Raises:
        Invalid: the address is none of another PostgreSQL database.
        Blocked: a server is running, or the other database refuses; its words are in the message.
    """
    if not url.startswith(("postgres://", "postgresql://")) or url == os.environ.get("DATABASE_URL"):
        raise Invalid.field("url", "It takes postgres://USER@HOST:PORT/NAME of another, empty database.", "bad_url")
    folder = settings.ATOCORE_DATA / _FOLDER
    with presence.nobody_serving():
        shutil.rmtree(folder, ignore_errors=True)  # what a move that was killed left: there are secrets in it
        try:
            tell(f"Writing everything out of {connection.vendor} ...")
            done = leaving.export(folder, secrets=True)
            tell("Making the tables there ...")
            _there(url, "migrate", "--verbosity", "0")
            tell("Reading everything in, and comparing it ...")
            _there(url, "import", str(folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return done


def _there(url: str, *words: str) -> None:
    """Run a command of ours on the other database."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]
    done = subprocess.run(  # noqa: S603 - our own command; the address goes by the environment
        command, env={**os.environ, "DATABASE_URL": url}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Blocked(f"“{words[0]}” failed there: {last} Nothing changed here.")
