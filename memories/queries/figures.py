"""Figures that are dear to compute, kept until something moved that they depend on.

What moved is read off the audit log, so that keeping figures costs no write anything: every mutation leaves a row
there, and its number only grows. An entry remembers the last row there was when it was made and of which projects it
spoke; it holds while no later row speaks of one of them. Numbers are given out before a transaction commits, so that on
PostgreSQL a lower one may appear after a higher one: figures made while somebody was writing are told, but not kept.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.cache import caches
from django.db import connection
from django.db.models import Max, Q
from django.utils import timezone

from memories.actors import Actor
from memories.choices import Role
from memories.models import AuditEntry, Project
from memories.permissions import PERSONAL_KINDS

#: Figures are made anew when so many rows were written since; looking through them would not pay.
MOST_BEHIND = 50_000
#: An entry that is so many rows behind, none of which concern it, is brought up to date.
FAR_BEHIND = 1_000
_KEPT_FOR = 7 * 86_400
#: Rows about people: what they may read is part of an entry's key, and what they have read changes no figure.
_ASIDE = (*PERSONAL_KINDS, "review_mark")


class Made(NamedTuple):
    """Figures, and what they depend on.

    Attributes:
        value: the figures; plain values.
        projects: a write that speaks of one of these, or of no project, may change them; None for any write.
        until: when time alone changes them.
    """

    value: dict[str, Any]
    projects: frozenset[UUID] | None
    until: datetime


class _Kept(NamedTuple):
    seq: int
    made: Made


def kept(name: str, project: Project, actor: Actor, make: Callable[[], Made]) -> dict[str, Any]:
    """Return figures of a project as they are now, from memory where nothing moved.

    Args:
        name: which figures, with whatever else they depend on (settings).
        project: whose.
        actor: who asks; people with the same roles share figures.
        make: computes them.
    """
    store, key = caches["figures"], _key(name, project, actor)
    held: _Kept | None = store.get(key)
    last = newest()
    if held is not None and _holds(held, last):
        if last - held.seq > FAR_BEHIND and at_rest() and _holds(held, last):
            store.set(key, _Kept(last, held.made), _KEPT_FOR)
        return held.made.value
    settled = at_rest()
    made = make()
    if settled:
        store.set(key, _Kept(last, made), _KEPT_FOR)
    return made.value


def _key(name: str, project: Project, actor: Actor) -> str:
    principal = actor.principal
    roles = sorted((str(held), role.value) for held, role in principal.by_project.items())
    # Who may not review sees, of candidates, their own.
    own = "" if principal.reaches_all(Role.REVIEWER) else actor.label
    text = f"{name} {project.pk} {principal.everywhere} {roles} {own}"
    return hashlib.sha256(text.encode()).hexdigest()


def newest() -> int:
    """Return the number of the newest row of the log, 0 for none."""
    return AuditEntry.objects.aggregate(last=Max("seq"))["last"] or 0


def at_rest() -> bool:
    """Tell whether nobody is in the middle of writing rows; asked after `newest`, so that no lower number is open."""
    if connection.vendor != "postgresql":
        return True  # SQLite has one writer at a time: numbers appear in order
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT NOT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
               WHERE d.datname = current_database() AND l.relation = 'memory_audit'::regclass
                 AND l.mode = 'RowExclusiveLock' AND l.pid <> pg_backend_pid())"""
        )
        return bool(cursor.fetchone()[0])


def _holds(held: _Kept, last: int) -> bool:
    if held.made.until <= timezone.now() or not 0 <= last - held.seq <= MOST_BEHIND:
        return False
    return last == held.seq or not _concerning(held).exists()


def _concerning(held: _Kept) -> Any:
    rows = AuditEntry.objects.filter(seq__gt=held.seq).exclude(entity_kind__in=_ASIDE).order_by()
    if held.made.projects is None:
        return rows
    projects = list(held.made.projects)
    return rows.filter(Q(project_id__in=projects) | Q(other_project_id__in=projects) | Q(project_id__isnull=True))


def reach(project: Project) -> frozenset[UUID]:
    """Return the projects that links lead to from a project, over any number of links: its own and theirs."""
    pairs = AuditEntry.objects.filter(other_project_id__isnull=False).order_by()
    beside: dict[UUID, set[UUID]] = {}
    for one, other in pairs.values_list("project_id", "other_project_id").distinct():
        if one is None or other is None:
            continue
        beside.setdefault(one, set()).add(other)
        beside.setdefault(other, set()).add(one)
    found, level = {project.pk}, [project.pk]
    while level:
        new = beside.get(level.pop(), set()) - found
        found |= new
        level += new
    return frozenset(found)
