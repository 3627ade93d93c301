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
VOUCHING = ("create", "promote", "update", "undo", "merge")
UNATTENDED_VERB = "auto_promote"
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
        if vouches(action, actor):
            vouched.add(record)
        elif action == UNATTENDED_VERB:
            unattended.add(record)
    return vouched, unattended


def vouches(action: str, actor: str) -> bool:
    """Tell whether an audit row says that a person vouched for its record as it stands."""
    return action in VOUCHING and actor.startswith(("user:", "admin:"))


def _trust(kind: str, status: str, word: str, vouched: bool, unattended: bool) -> int:
    return CANDIDATE if status == Status.CANDIDATE else of_active(kind, word, vouched, unattended)


def of_active(kind: str, word: str, vouched: bool, unattended: bool) -> int:
    """Return the layer trust of an active record.

    Args:
        kind: its kind.
        word: an entity's type.
        vouched: whether a person vouched for it.
        unattended: whether the auto-triage rule promoted it.
    """
    if kind == "memory":
        return REMEMBERED if vouched else UNATTENDED
    if vouched:
        return PERSON
    if unattended:
        return UNATTENDED
    return MEASURED if word == "result" else DOCUMENT
