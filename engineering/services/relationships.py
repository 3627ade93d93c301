"""The verbs that only relationships have, and what happens when one is promoted."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from engineering.fingerprint import fingerprint
from engineering.models import Entity, Relationship
from memories.actors import Actor
from memories.choices import Status
from memories.kinds import Change
from memories.services._write import Batch
from memories.services.bulk import ItemResult, bulk
from memories.services.lifecycle import clean_note, move


def confirm(row: Relationship, *, actor: Actor, version: int | None = None, note: str = "") -> Relationship:
    """Say that a link still holds: its fingerprint becomes that of the target as it stands now.

    Raises:
        StateConflict: the link is not active.
    """
    with Batch(actor) as batch:
        # Read inside the transaction, so that it is the target as it stands when this is written.
        row.target_entity = Entity.objects.get(pk=row.target_entity_id)
        move(batch, row, "confirm", version=version, note=clean_note(note))
    return row


class Seen(NamedTuple):
    """A suspect link as a person saw it: its version, and the fingerprint of its target ("" where none was shown)."""

    id: UUID
    version: int
    target: str


def confirm_many(items: Sequence[Seen], *, actor: Actor, note: str = "") -> list[ItemResult]:
    """Say of several links that they still hold, in one transaction: one audit row each, one request id.

    Args:
        items: the links as they were seen; what was changed or whose target changed again since is skipped.
        actor: a reviewer; a maintainer above 20 links.
        note: reason, written to each audit row.

    Returns:
        One result a link, in the order given.
    """
    wanted = {item.id: item.target for item in items if item.target}
    # Targets are compared and links confirmed in one transaction, so that none is confirmed that nobody saw.
    with transaction.atomic():
        held = Relationship.objects.select_for_update(of=("target_entity",)).select_related("target_entity")
        rows = held.filter(pk__in=wanted).order_by("target_entity_id")
        moved = {row.pk for row in rows if fingerprint(row.target_entity) != wanted[row.pk]}
        kept = [(item.id, item.version) for item in items if item.id not in moved]
        results = bulk("relationship", "confirm", kept, actor=actor, note=note) if kept else []
    done = {result.id: result for result in results}
    again = "What this link points at changed again after it was shown; nothing was confirmed."
    return [done.get(item.id) or ItemResult(item.id, "skipped", code="stale", message=again) for item in items]


def supersede_by_edge(change: Change) -> None:
    """Run the verb that a `supersedes` edge stands for, when the edge becomes active (hook)."""
    edge = change.row
    if (
        edge.relationship_type != "supersedes"
        or edge.status != Status.ACTIVE
        or change.action not in ("create", "promote")
    ):
        return
    old = Entity.objects.select_related("project").get(pk=edge.target_entity_id)
    if old.superseded_by_id != edge.source_entity_id:
        move(change.batch, old, "supersede", note=f"by the link {edge.pk}", superseded_by_id=edge.source_entity_id)
