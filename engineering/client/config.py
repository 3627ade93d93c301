"""Where the server is, by which token it is asked, where exchanges wait: flags over environment over a file."""

import json
import os
import re
import stat
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

USUAL = "http://127.0.0.1:8000"
KNOWN = ("url", "token", "project")


class WrongUse(Exception):
    """What was asked for cannot be meant; exit code 2."""


@dataclass(frozen=True)
class Config:
    """What a call works with.

    Attributes:
        url: address of the server, without a slash at its end.
        token: text of the token; "" for none.
        project: for whatever names none itself; "" for none.
        timeout: seconds that one request may take.
        spool: folder where exchanges for this server wait.
    """

    url: str
    token: str
    project: str
    timeout: float
    spool: Path


def read(options: Namespace, environ: Mapping[str, str]) -> Config:
    """Return the configuration of a call.

    Raises:
        WrongUse: the file holds a token that others may read, or something unknown; an address is none.
    """
    written = _file(path(options, environ))
    url = (options.url or environ.get("ATOCORE_URL") or written.get("url") or USUAL).rstrip("/")
    if not re.fullmatch(r"https?://[^/\s@?#]+(/[^\s?#]*)?", url):
        raise WrongUse(f"“{url}” is no address of a server; expected is one like {USUAL}.")
    return Config(
        url=url,
        token=environ.get("ATOCORE_TOKEN", "").strip() or _token_file(environ) or written.get("token", ""),
        project=options.project or written.get("project", ""),
        timeout=options.timeout,
        spool=_waiting(environ) / re.sub(r"[^A-Za-z0-9.-]+", "_", url.partition("://")[2]),
    )


def path(options: Namespace, environ: Mapping[str, str]) -> Path:
    """Return where the configuration file is, or would be."""
    if options.config:
        return Path(options.config)
    return Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "atocore" / "client.json"


def write(file: Path, values: Mapping[str, str]) -> None:
    """Put a configuration into its file, whole or not at all, for the eyes of its owner. Raises OSError."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            json.dump({name: value for name, value in values.items() if value}, stream, indent=2)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)  # it holds a token


def _waiting(environ: Mapping[str, str]) -> Path:
    if environ.get("ATOCORE_DATA"):
        return Path(environ["ATOCORE_DATA"]).expanduser() / "spool"
    return Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "atocore" / "spool"


def _file(file: Path) -> dict[str, str]:
    try:
        text = _private(file)
    except FileNotFoundError:
        return {}
    try:
        values: Any = json.loads(text)
    except ValueError as fault:
        raise WrongUse(f"{file} is no JSON: {fault}.") from None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise WrongUse(f"{file} is no JSON object of texts.")
    if unknown := sorted(set(values) - set(KNOWN)):
        raise WrongUse(f"{file} names {', '.join(unknown)}; known are {', '.join(KNOWN)}.")
    return values


def _token_file(environ: Mapping[str, str]) -> str:
    name = environ.get("ATOCORE_TOKEN_FILE", "")
    try:
        return _private(Path(name).expanduser()).strip() if name else ""
    except FileNotFoundError:
        raise WrongUse(f"There is no file {name}, which ATOCORE_TOKEN_FILE names.") from None


def _private(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            if mode & 0o077:
                raise WrongUse(f"{file} can be read by others (mode {mode:04o}): chmod 600 {file}")
            return stream.read()
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as fault:
        raise WrongUse(f"{file} cannot be read: {fault}.") from None
