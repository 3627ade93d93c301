"""What a person asks of a conflict's page, read off an address or a form: which decision, with what, what they saw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.http import QueryDict

from memories.errors import Invalid, NotFound

#: The decisions the page offers, by their word.
ACTS = ("keep", "set_value", "both_true", "dismiss", "no_action", "reopen")
_SCOPE = "scope-"


@dataclass(frozen=True)
class Asked:
    """A decision as far as the person got with it.

    Attributes:
        act: its word, "" for none.
        winner: the member to keep.
        losers: "supersede" or "correct", "" for what is usual.
        value: the right value.
        note: reason.
        scopes: what tells the members apart, by id.
        seen: the version of each member that was shown.
        place: the filters of the queue that the person follows.
    """

    act: str = ""
    winner: UUID | None = None
    losers: str = ""
    value: str = ""
    note: str = ""
    scopes: Mapping[UUID, str] = field(default_factory=dict)
    seen: Mapping[UUID, int] = field(default_factory=dict)
    place: str = ""


def read(query: QueryDict) -> Asked:
    """Return what an address or a form asks. Raises NotFound for a word or an id that is none, Invalid for versions."""
    act = query.get("act", "")
    if act and act not in ACTS:
        raise NotFound(f"There is no decision “{act[:40]}” about a conflict; there are {', '.join(ACTS)}.")
    scoped = (name for name in query if name.startswith(_SCOPE))
    scopes = {_uuid(name.removeprefix(_SCOPE)): query.get(name, "").strip() for name in scoped}
    return Asked(
        act=act,
        winner=_uuid(query.get("winner", "")) if query.get("winner") else None,
        losers=query.get("losers", ""),
        value=query.get("value", ""),
        note=query.get("note", ""),
        scopes=scopes,
        seen=dict(map(_seen, query.getlist("seen"))),
        place=query.get("list", "")[:500],
    )


def _seen(text: str) -> tuple[UUID, int]:
    record, _, version = text.partition(":")
    if not version.isdecimal() or len(version) > 9:
        raise Invalid.field("seen", "A member that was seen is named as id:version.", "version_missing")
    return _uuid(record), int(version)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"“{text[:60]}” is no id.") from None
