"""Reads of single records of any kind, as far as the actor may see."""

from uuid import UUID

from django.db.models import QuerySet

from memories import permissions
from memories.actors import Actor
from memories.errors import NotFound
from memories.kinds import Row, kinds


def visible(kind_name: str, actor: Actor) -> "QuerySet[Row]":
    """Return the records of a kind that the actor may see, with what a list reads of each."""
    kind = kinds.named(kind_name)
    return permissions.for_principal(kind.model._base_manager.select_related(*kind.select), actor)


def get(kind_name: str, record_id: UUID | str, actor: Actor) -> Row:
    """Return one record, or raise NotFound (also for what the actor may not see)."""
    kind = kinds.named(kind_name)
    try:
        wanted = record_id if isinstance(record_id, UUID) else UUID(str(record_id))
    except ValueError:
        raise NotFound(f"“{str(record_id)[:60]}” is no id of a {kind.name}.") from None
    row = visible(kind_name, actor).filter(pk=wanted).first()
    if row is None:
        raise NotFound(f"There is no {kind.name} {wanted} that you may see.")
    return row
