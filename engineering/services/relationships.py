"""The verbs that only relationships have, and what happens when one is promoted."""

from engineering.fingerprint import fingerprint
from engineering.models import Entity, Relationship
from memories.actors import Actor
from memories.choices import Status
from memories.kinds import Change
from memories.services._write import Batch
from memories.services.lifecycle import clean_note, move


def confirm(row: Relationship, *, actor: Actor, version: int | None = None, note: str = "") -> Relationship:
    """Say that a link still holds: its fingerprint becomes that of the target as it stands now.

    Raises:
        StateConflict: the link is not active.
    """
    target = Entity.objects.get(pk=row.target_entity_id)
    with Batch(actor) as batch:
        move(batch, row, "confirm", version=version, note=clean_note(note), reviewed_fingerprint=fingerprint(target))
    return row


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
