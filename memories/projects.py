"""Project names, pure: what a name may look like and which known names come closest."""

import difflib
import re
from collections.abc import Iterable

from memories.errors import Invalid
from memories.text import clean_text

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,78}[a-z0-9])?")


def fold(name: str) -> str:
    """Return the form by which names are compared: trimmed and casefolded."""
    return name.strip().casefold()


def clean_name(value: object, field: str = "name") -> str:
    """Return a canonical name or alias (a slug of at most 80 characters) or raise Invalid."""
    name = fold(clean_text(value, field, most=80, single=True))
    if not _SLUG.fullmatch(name):
        raise Invalid.field(
            field,
            "A project name has letters a-z, digits, dots, dashes and underscores; "
            "it starts and ends with a letter or digit.",
        )
    return name


def closest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Return the known names most like `name`, best first (Ratcliff/Obershelp, prefixes first)."""
    wanted, names = fold(name), list(dict.fromkeys(known))
    prefixed = [other for other in names if wanted and (other.startswith(wanted) or wanted.startswith(other))]
    alike = difflib.get_close_matches(wanted, names, n=most, cutoff=0.5)
    return list(dict.fromkeys([*prefixed, *alike]))[:most]
