"""Bulk verbs: the same rule over many records in one transaction and one request id, one result an item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any
from uuid import UUID

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import DomainError, Invalid, NotFound, StateConflict
from memories.kinds import Kind, Row, kinds
from memories.services._write import Batch
from memories.services.edit import update_in
from memories.services.lifecycle import clean_note, move, promote_in

VERBS = ("promote", "reject", "invalidate", "restore", "annotate", "update", "confirm")
#: Above this many items the role maintainer is needed (the roles section of the API).
REVIEWER_LIMIT = 20
MOST = 1_000


@dataclass(frozen=True)
class ItemResult:
    """What became of one item: `done`, `skipped` (changed or decided by somebody else) or `refused` (a rule)."""

    id: UUID
    outcome: str
    status: str = ""
    version: int = 0
    code: str = ""
    message: str = ""


def bulk(
    kind_name: str,
    verb: str,
    items: Sequence[tuple[UUID, int | None]],
    *,
    actor: Actor,
    note: str = "",
    fields: Mapping[str, Any] | None = None,
) -> list[ItemResult]:
    """Do one verb on many records of a kind.

    Args:
        kind_name: the kind.
        verb: one of VERBS.
        items: (id, version seen) pairs, at most 1,000.
        actor: a reviewer; a maintainer above 20 items.
        note: reason, written to each audit row.
        fields: for `update`, what to set on each (project, memory_type, …).

    Returns:
        One result an item, in the order given. A refused item leaves no trace; the others go on.
    """
    kind = kinds.named(kind_name)
    _check(verb, items, actor)
    reason = clean_note(note)
    if verb == "annotate" and not reason:
        raise Invalid.field("note", "A note needs words.", "blank")
    results: dict[UUID, ItemResult] = {}
    with Batch(actor) as batch:
        rows = _rows(kind, [record_id for record_id, _ in items], actor)
        # In the order of ids, so that two reviewers with the same rows wait for one another and never deadlock.
        for record_id, version in sorted(items, key=itemgetter(0)):
            results[record_id] = _one(batch, kind, rows.get(record_id), record_id, verb, version, reason, fields or {})
    return [results[record_id] for record_id, _ in items]


def _check(verb: str, items: Sequence[tuple[UUID, int | None]], actor: Actor) -> None:
    if verb not in VERBS:
        raise Invalid.field("verb", f"Bulk verbs are {', '.join(VERBS)}.", "invalid_choice")
    if not items or len(items) > MOST:
        raise Invalid.field(
            "items", f"Between 1 and {MOST:,} items are taken at once; these are {len(items):,}.", "item_count"
        )
    if len({record_id for record_id, _ in items}) != len(items):
        raise Invalid.field("items", "An id stands in the list twice.", "repeated")
    permissions.require_anywhere(actor, Role.MAINTAINER if len(items) > REVIEWER_LIMIT else Role.REVIEWER)


def _rows(kind: Kind, ids: Sequence[UUID], actor: Actor) -> dict[UUID, Row]:
    seen = permissions.for_principal(kind.model._base_manager.filter(pk__in=ids), actor)
    return {row.pk: row for row in seen.select_related(*kind.select)}


def _one(
    batch: Batch,
    kind: Kind,
    row: Row | None,
    record_id: UUID,
    verb: str,
    version: int | None,
    note: str,
    fields: Mapping[str, Any],
) -> ItemResult:
    try:
        if row is None:
            raise NotFound(f"No {kind.name} {record_id}.")
        with batch.decision(savepoint=True):
            _apply(batch, row, verb, version, note, fields)
        return ItemResult(record_id, "done", row.status, row.version)
    except StateConflict as refusal:
        data = refusal.data
        return ItemResult(
            record_id,
            "skipped",
            str(data.get("status", "")),
            int(data.get("version", 0)),
            refusal.code,
            refusal.message,
        )
    except DomainError as refusal:
        return ItemResult(record_id, "refused", code=refusal.code, message=refusal.message)


def _apply(batch: Batch, row: Row, verb: str, version: int | None, note: str, fields: Mapping[str, Any]) -> None:
    if verb == "promote":
        promote_in(batch, row, version=version, note=note)
    elif verb == "update":
        update_in(batch, row, fields, version=version, note=note)
    else:
        move(batch, row, verb, version=version, note=note)
