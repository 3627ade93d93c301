"""Typed readers of environment variables, and the list of every setting there is.

Owns how a variable becomes a value: each reader names its variable, default and meaning once, so that
`manage.py settings` can list them all. Nonsense is never guessed at: `finish` stops with every fault found.
Must not know what any setting is for.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
MASK = "********"


@dataclass(frozen=True)
class Setting:
    """One setting as `manage.py settings` shows it; a secret's value is masked before it gets here."""

    name: str
    value: str
    source: str
    meaning: str


class Env:
    """Reads settings from `environ`; `prefix` marks the variables that are ours, so that a misspelt one shows."""

    def __init__(self, environ: Mapping[str, str], prefix: str) -> None:
        self._environ = environ
        self._prefix = prefix
        self._faults: list[str] = []
        self._settings: dict[str, Setting] = {}

    def text(self, name: str, default: str, meaning: str, *, secret: bool = False) -> str:
        """A line of text without line breaks or NUL."""
        return self._read(name, default, meaning, _text, secret=secret)

    def flag(self, name: str, default: bool, meaning: str) -> bool:
        """Yes or no: 1/0, true/false, yes/no, on/off in any case."""
        return self._read(name, default, meaning, _flag, show=lambda value: "on" if value else "off")

    def whole(self, name: str, default: int, meaning: str, *, low: int = 0, high: int | None = None) -> int:
        """A whole number between `low` and `high`, both included."""
        return self._read(name, default, meaning, lambda raw: _between(_int(raw), low, high))

    def number(self, name: str, default: float, meaning: str, *, low: float = 0.0, high: float | None = None) -> float:
        """A finite decimal number between `low` and `high`, both included."""
        return self._read(name, default, meaning, lambda raw: _between(_float(raw), low, high))

    def choice(self, name: str, default: str, meaning: str, *, among: Iterable[str]) -> str:
        """One of the words in `among`, in any case."""
        known = tuple(among)
        return self._read(name, default, f"{meaning} ({', '.join(known)})", lambda raw: _one_of(raw, known))

    def listed(self, name: str, default: list[str], meaning: str) -> list[str]:
        """Words separated by commas; empty ones are dropped."""
        return self._read(name, default, meaning, _listed, show=", ".join)

    def path(self, name: str, default: Path, meaning: str) -> Path:
        """A file or folder, made absolute; `~` is the home folder."""
        return self._read(name, default.resolve(), meaning, lambda raw: Path(_text(raw)).expanduser().resolve())

    def url(self, name: str, default: str, meaning: str, *, schemes: Iterable[str], secret: bool = False) -> str:
        """An address with one of `schemes`; a password in it is masked in the list."""
        known = tuple(schemes)
        show = _without_password if not secret else str
        return self._read(name, default, meaning, lambda raw: _url(raw, known), show=show, secret=secret)

    def record(self, name: str, value: str, source: str, meaning: str) -> None:
        """List a setting that was read some other way, such as from a file; the last record of a name counts."""
        self._settings[name] = Setting(name, value, source, meaning)

    def finish(self, also_known: Iterable[str] = ()) -> tuple[Setting, ...]:
        """Every setting by name.

        Args: `also_known` are variables with our prefix that something else reads.
        Raises ImproperlyConfigured naming every fault, a variable nobody reads included.
        """
        self._faults += self._unknown(also_known)
        if self._faults:
            raise ImproperlyConfigured("AtoCore cannot start with these settings:\n  " + "\n  ".join(self._faults))
        return tuple(sorted(self._settings.values(), key=lambda setting: setting.name))

    def _read(
        self,
        name: str,
        default: T,
        meaning: str,
        parse: Callable[[str], T],
        *,
        show: Callable[[T], str] = str,
        secret: bool = False,
    ) -> T:
        value, source = default, "default"
        raw = self._environ.get(name, "").strip()
        if raw:
            source = "env"
            try:
                value = parse(raw)
            except ValueError as fault:
                self._faults.append(f"{name}: {fault}")
        shown = show(value)
        self.record(name, MASK if secret and shown else shown, source, meaning)
        return value

    def _unknown(self, also_known: Iterable[str]) -> list[str]:
        known = set(self._settings) | set(also_known)
        strays = sorted(name for name in self._environ if name.startswith(self._prefix) and name not in known)
        return [f"{name}: no such setting{_nearest(name, known)}" for name in strays]


def _nearest(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f", did you mean {close[0]}?" if close else ""


def _text(raw: str) -> str:
    if any(ord(char) < 32 for char in raw):
        raise ValueError("line breaks and control characters are not allowed")
    return raw


def _flag(raw: str) -> bool:
    if raw.lower() not in TRUE | FALSE:
        raise ValueError(f"{raw!r} is neither yes nor no (use on or off)")
    return raw.lower() in TRUE


def _int(raw: str) -> int:
    try:
        return int(raw)
    except ValueError:
        raise ValueError(f"{raw!r} is not a whole number") from None


def _float(raw: str) -> float:
    try:
        value = float(raw)
    except ValueError:
        raise ValueError(f"{raw!r} is not a number") from None
    if not math.isfinite(value):
        raise ValueError(f"{raw!r} is not a finite number")
    return value


Number = TypeVar("Number", int, float)


def _between(value: Number, low: Number, high: Number | None) -> Number:
    if value < low or (high is not None and value > high):
        limits = f"{low} or more" if high is None else f"between {low} and {high}"
        raise ValueError(f"{value} is out of range (must be {limits})")
    return value


def _one_of(raw: str, known: tuple[str, ...]) -> str:
    if raw.lower() not in known:
        raise ValueError(f"{raw!r} is none of {', '.join(known)}")
    return raw.lower()


def _listed(raw: str) -> list[str]:
    return [part.strip() for part in _text(raw).split(",") if part.strip()]


def _url(raw: str, schemes: tuple[str, ...]) -> str:
    parts = urlsplit(_text(raw))
    if parts.scheme not in schemes:
        raise ValueError(f"the address must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
    _ = parts.port  # raises ValueError for a port that is no number or out of range
    return raw


def _without_password(address: str) -> str:
    password = urlsplit(address).password
    return address.replace(f":{password}@", f":{MASK}@") if password else address
