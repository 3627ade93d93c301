"""What was repeated where, read back: how many independent sessions said a memory again, and which exchanges."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Concat

from memories import permissions
from memories.actors import Actor
from memories.models import Interaction, Memory, Reinforcement

#: Exchanges without a session count as one session of whoever captured them.
_SESSION = Case(When(session_id="", then=Concat(Value("of "), "principal")), default=F("session_id"))


def independent_sessions(memory_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return for each memory in how many sessions of others it was repeated; one query.

    What does not count: exchanges captured by who proposed it, or by who captured the exchange it came from (whoever
    ran the extraction), and its own session.

    Args:
        memory_ids: the memories; one that nobody else repeated has 0.
    """
    others = (
        Reinforcement.objects.filter(memory__in=memory_ids)
        .exclude(principal=F("memory__created_by"))
        .exclude(principal=_source("created_by"))
        .exclude(~Q(session_id="") & Q(session_id=F("memory__session_id")))
        .exclude(~Q(session_id="") & Q(session_id=_source("session_id")))
    )
    counted = others.order_by().values_list("memory").annotate(sessions=Count(_SESSION, distinct=True))
    return {**dict.fromkeys(memory_ids, 0), **dict(counted)}


def _source(name: str) -> Coalesce:
    """A column of the exchange that a memory came from; where there is none a word that is nobody's, since NULL equals
    nothing.
    """
    return Coalesce(F(f"memory__source_interaction__{name}"), Value("\N{EM DASH}"))


def of_memory(memory: Memory, actor: Actor) -> QuerySet[Reinforcement]:
    """Return what repeated a memory, the newest first, as far as the actor may see."""
    rows = Reinforcement.objects.filter(memory=memory).select_related("interaction__project")
    return permissions.for_principal(rows, actor).order_by("-created_at", "-pk")


def of_interaction(interaction: Interaction, actor: Actor) -> QuerySet[Reinforcement]:
    """Return what an exchange repeated, as far as the actor may see."""
    rows = Reinforcement.objects.filter(interaction=interaction).select_related("memory__project")
    return permissions.for_principal(rows, actor).order_by("-share", "pk")
