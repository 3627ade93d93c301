"""Owns the data folder: that it exists, that only its owner may read it, and the secret key inside."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from atocore_site.env import MASK, Env


def ensure(folder: Path) -> None:
    """Make the folder, readable by its owner alone. Raises ImproperlyConfigured where that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise ImproperlyConfigured(f"ATOCORE_DATA: cannot make the data folder {folder}: {fault.strerror}") from fault
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"ATOCORE_DATA: the data folder {folder} cannot be written to")


def secret_key(env: Env, folder: Path) -> str:
    """The key that signs sessions and links: from ATOCORE_SECRET_KEY, else generated once into the data folder."""
    meaning = "signs sessions, links and tokens; generated into the data folder when not set"
    given = env.text("ATOCORE_SECRET_KEY", "", meaning, secret=True)
    if given:
        return given
    path = folder / "secret_key"
    env.record("ATOCORE_SECRET_KEY", MASK, f"file {path}", meaning)
    return _read_or_make(path)


def _read_or_make(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip() or _refuse_empty(path)
    except FileNotFoundError:
        _make(path)
        return path.read_text(encoding="ascii").strip()


def _make(path: Path) -> None:
    # Written aside and linked into place: of two processes starting at once, both end up reading the same key.
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first
    finally:
        draft.unlink()


def _refuse_empty(path: Path) -> str:
    raise ImproperlyConfigured(f"ATOCORE_SECRET_KEY: the file {path} is empty; remove it to have a new key made")
