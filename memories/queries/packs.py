"""Which packs and answers relied on a record, as far as one may see: look-ups by its id, over an index."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from memories import permissions
from memories.actors import Actor
from memories.errors import NotFound
from memories.models import ContextPack, Interaction, PackItem
from memories.queries.moments import asked_at

#: Packs, and exchanges, that are listed at most.
MOST = 200


@dataclass(frozen=True)
class Relied:
    """What relied on a record, the newest first."""

    answers: list[Interaction]
    packs: list[ContextPack]


def visible(actor: Actor) -> QuerySet[ContextPack]:
    """Return the packs that the actor may see: their own, and those of projects that they review."""
    return permissions.for_principal(ContextPack.objects.select_related("project"), actor)


def get(pk: UUID, actor: Actor) -> ContextPack:
    """Return a pack, or raise NotFound."""
    row = visible(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound(f"There is no context pack {pk} that you may see.")
    return row


def relied_on(record_id: UUID, actor: Actor, most: int = MOST) -> Relied:
    """Return the exchanges that were given a record, and the packs that hold it. Two queries."""
    held = PackItem.objects.filter(record_id=record_id)
    answers = Interaction.objects.filter(pk__in=held.filter(interaction__isnull=False).values("interaction"))
    packs = visible(actor).filter(created_at__lte=asked_at(), pk__in=held.filter(pack__isnull=False).values("pack"))
    seen = permissions.for_principal(answers, actor).order_by("-created_at", "pk")
    return Relied(list(seen[:most]), list(packs.order_by("-created_at", "pk")[:most]))
