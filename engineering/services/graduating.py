"""Proposing entities for many memories at once: by fixed rules, each once, and none is ever promoted here."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef

from engineering.drafts import GRADUATING, Draft, draft
from engineering.models import Entity
from engineering.services.graduation import propose
from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.errors import DomainError
from memories.models import Memory

_AT_ONCE = 200


@dataclass
class Tally:
    """What became of the memories that were read.

    Attributes:
        read: active memories of types that graduate.
        before: left because an entity was proposed of them already, whatever became of it.
        unclear: left because their words do not say what they are.
        standing: left because an entity of the same content stands.
        proposed: entities proposed (or, in a dry run, that would be), by type.
        refused: (memory, reason) where a rule refused the proposal.
    """

    read: int = 0
    before: int = 0
    unclear: int = 0
    standing: int = 0
    proposed: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[UUID, str]] = field(default_factory=list)


#: Told of each proposal: the memory, the guess, how far the reading is.
Tell = Callable[[Memory, Draft, Tally], None]


def propose_all(
    *,
    actor: Actor,
    project_id: UUID | None = None,
    types: Sequence[str] = GRADUATING,
    limit: int | None = None,
    unclear_too: bool = False,
    dry_run: bool = False,
    tell: Tell = lambda memory, guess, tally: None,
) -> Tally:
    """Propose an entity for each active memory that says what it is and was never proposed before.

    Each proposal is a transaction of its own: what was proposed stays when the rest is stopped, and is not proposed
    again by the next run.

    Args:
        actor: whose proposals they are.
        project_id: only memories of that project.
        types: types of memories.
        limit: most proposals.
        unclear_too: also memories whose words do not say what they are, as what their type mostly is.
        dry_run: propose nothing, and tell what would be.
        tell: told of each proposal.
    """
    tally = Tally()
    for memory, before in _memories(actor, project_id, types):
        if limit is not None and tally.proposed.total() >= limit:
            break
        tally.read += 1
        guess = draft(memory.content, memory.memory_type)
        if before:
            tally.before += 1
        elif not (guess.sure or unclear_too):
            tally.unclear += 1
        elif dry_run or _propose(memory, guess, actor, tally):
            tally.proposed[guess.entity_type] += 1
            tell(memory, guess, tally)
    return tally


def _propose(memory: Memory, guess: Draft, actor: Actor, tally: Tally) -> bool:
    fields = {"entity_type": guess.entity_type, "name": guess.name, "properties": guess.properties}
    try:
        made = propose(memory, fields, actor=actor, version=memory.version)
    except DomainError as refusal:
        tally.refused.append((memory.pk, refusal.message))
        return False
    tally.standing += not made.created
    return made.created


def _memories(actor: Actor, project_id: UUID | None, types: Sequence[str]) -> Iterator[tuple[Memory, bool]]:
    """Yield the memories in the order of their ids, each with whether it was proposed before; read piece by piece."""
    proposals = Entity.objects.filter(graduates_memory=OuterRef("pk"))
    found = permissions.for_principal(Memory.objects.filter(status=Status.ACTIVE, memory_type__in=types), actor)
    if project_id:
        found = found.filter(project=project_id)
    rest = found.annotate(before=Exists(proposals)).select_related("project").order_by("pk")
    piece = list(rest[:_AT_ONCE])
    while piece:
        for memory in piece:
            yield memory, memory.before
        piece = list(rest.filter(pk__gt=piece[-1].pk)[:_AT_ONCE])
