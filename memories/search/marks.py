"""Marks: single tokens that an index row carries, by which a search is narrowed inside the index.

Each is made of letters and digits only, so that it is one token on both databases.
"""

import hashlib
from collections.abc import Collection, Iterable
from uuid import UUID

#: Of more marks than these two groups are made: each costs a look at every row that is found.
_MOST_HOMES = 24


def kind(name: str) -> str:
    """Return the mark of a kind ("memory", "entity", "chunk")."""
    return f"kd{name}"


def status(name: str) -> str:
    """Return the mark of a status."""
    return f"st{name}"


def project(project_id: UUID | None) -> str:
    """Return the mark of a project (rows of none have their own)."""
    return f"pj{project_id.hex}" if project_id else "pjnone"


def home(status_name: str, project_id: UUID | None) -> str:
    """Return the mark of a status within a project; a row's last one."""
    return f"hm{status_name}{project_id.hex if project_id else 'none'}"


def carried(kind_name: str, status_name: str, project_id: UUID | None, more: Iterable[str] = ()) -> str:
    """Return all marks of a row as the index holds them: kind, status, project, `more`, and last the home.

    The status is read by its place (memories.search.index), and migration 0015 found status and project by theirs.
    """
    own = home(status_name, project_id)
    return " ".join([kind(kind_name), status(status_name), project(project_id), *more, own])


def within(statuses: Collection[str], places: Collection[UUID | None]) -> list[list[str]]:
    """Return groups of marks; a row that has one of these statuses and one of these projects carries one of each.

    Args:
        statuses: by name.
        places: ids of projects, None for rows of none; empty for wherever it is.
    """
    either, anywhere = [status(name) for name in statuses], list(dict.fromkeys(places))
    if not anywhere:
        return [either]
    if len(either) * len(anywhere) > _MOST_HOMES:
        return [either, [project(place) for place in anywhere]]
    return [[home(name, place) for name in statuses for place in anywhere]]


def type_of(kind_name: str, name: str) -> str:
    """Return the mark of a record's type within its kind."""
    return f"ty{kind_name}{''.join(letter for letter in name if letter.isalnum())}"


def tags(found: Iterable[str]) -> tuple[str, ...]:
    """Return the marks of domain tags: digests, since a tag is any text."""
    return tuple(f"tg{hashlib.blake2b(tag.casefold().encode(), digest_size=6).hexdigest()}" for tag in found)
