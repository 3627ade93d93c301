"""Layer trust: how much a member's word weighs, read off what it is and who decided on it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engineering.models import Entity, Relationship
from engineering.queries.facts import chunks
from memories.choices import Status
from memories.models import AuditEntry, Memory

MEASURED, PERSON, DOCUMENT, REMEMBERED, UNATTENDED, CANDIDATE, EXTRACTED = 50, 60, 40, 30, 20, 10, 0
#: Verbs by which a person vouches for a record as it stands.
_VOUCHING = ("create", "promote", "update", "undo", "merge")
Member = tuple[str, UUID]


class Weight(NamedTuple):
    """A member's layer trust, and when it last said something new."""

    trust: int
    since: datetime


def weigh(members: Iterable[Member]) -> dict[Member, Weight]:
    """Return the weight of each member, set-based; members that are gone are left out."""
    by_kind: dict[str, set[UUID]] = {}
    for kind, pk in members:
        by_kind.setdefault(kind, set()).add(pk)
    found: dict[Member, Weight] = {}
    for kind, ids in by_kind.items():
        for some in chunks(ids):
            found |= _weigh_kind(kind, some)
    return found


def _weigh_kind(kind: str, ids: list[UUID]) -> dict[Member, Weight]:
    model = {"entity": Entity, "memory": Memory, "relationship": Relationship}[kind]
    typed = "entity_type" if kind == "entity" else "status"
    rows = model._base_manager.filter(pk__in=ids).values_list("pk", "status", "updated_at", typed)
    vouched, unattended = _history(kind, ids)
    found = {}
    for pk, status, since, word in rows:
        trust = _trust(kind, status, word, str(pk) in vouched, str(pk) in unattended)
        found[kind, pk] = Weight(trust, since)
    return found


def _history(kind: str, ids: list[UUID]) -> tuple[set[str], set[str]]:
    """Return which records a person vouched for, and which only the auto-triage rule promoted."""
    entries = AuditEntry.objects.filter(entity_kind=kind, record_id__in=[str(pk) for pk in ids]).order_by()
    vouched, unattended = set(), set()
    # Narrowed here, not by the database: it would rather walk the index of actions than that of the few records.
    for record, action, actor in entries.values_list("record_id", "action", "actor"):
        if action in _VOUCHING and actor.startswith(("user:", "admin:")):
            vouched.add(record)
        elif action == "auto_promote":
            unattended.add(record)
    return vouched, unattended


def _trust(kind: str, status: str, word: str, vouched: bool, unattended: bool) -> int:
    if status == Status.CANDIDATE:
        return CANDIDATE
    if kind == "memory":
        return REMEMBERED if vouched else UNATTENDED
    if vouched:
        return PERSON
    if unattended:
        return UNATTENDED
    return MEASURED if word == "result" else DOCUMENT
