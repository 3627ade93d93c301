"""Reinforcement: what an answer repeats of the live memories is counted, with the exchange as evidence.

Nobody counts a memory up this way but capture: it acts under its own name, and the note of the audit row says who was
captured. So a client neither reinforces what it may not see knowingly, nor reads it in the log.
"""

from collections.abc import Sequence

from django.db.models import Q

from memories import lifecycle
from memories.actors import Actor
from memories.kinds import kinds
from memories.models import Interaction, Memory, Reinforcement
from memories.queries import repeats
from memories.queries.repeats import Repeat
from memories.services._write import Batch
from memories.services.kinds_of_memory import digest
from memories.text import normalise


def reinforce(interaction: Interaction, *, actor: Actor) -> list[Reinforcement]:
    """Count what a kept exchange repeats; doing it again counts nothing twice.

    Args:
        interaction: the exchange, as kept.
        actor: who may see it (the door has asked).

    Returns:
        The rows that are new.
    """
    found = repeats.repeated(interaction)
    if not found:
        return []
    with Batch(actor) as batch:
        return reinforce_in(batch, interaction, found)


def reinforce_in(batch: Batch, interaction: Interaction, found: Sequence[Repeat]) -> list[Reinforcement]:
    """Count repeats inside an open batch: one row of evidence and one `reinforce` of the memory each.

    Args:
        batch: the open write of whoever captures.
        interaction: the exchange, already written.
        found: what `repeats.repeated` found; what died meanwhile, or was counted already, is left out.
    """
    shares = {repeat.memory_id: repeat.share for repeat in found}
    key = digest(interaction.created_by, interaction.session_id, normalise(interaction.response))
    known = Reinforcement.objects.filter(Q(said_key=key) | Q(interaction=interaction), memory__in=shares)
    # Locked in one order where rows can be locked, so that two captures that repeat one memory both count.
    rows = Memory.objects.select_for_update(of=("self",)).select_related("project").order_by("pk").filter(pk__in=shares)
    waiting = {row.pk: row for row in rows if lifecycle.MEMORY.allowed("reinforce", row.status)}
    for counted in known.values_list("memory_id", flat=True):
        waiting.pop(counted, None)
    with Batch(_capturing(batch), within=batch) as counting:
        made = [_count(counting, row, interaction, key, shares[row.pk]) for row in waiting.values()]
    Reinforcement.objects.bulk_create(made)
    return made


def _capturing(batch: Batch) -> Actor:
    return Actor.system("capture", request_id=batch.actor.request_id, clock=batch.at)


def _count(batch: Batch, row: Memory, interaction: Interaction, key: str, share: float) -> Reinforcement:
    note = f"interaction:{interaction.pk}, captured by {interaction.created_by}, repeats {share:.0%} of its terms"
    values = {"reference_count": row.reference_count + 1, "last_referenced_at": batch.at}
    batch.change(kinds.named("memory"), row, "reinforce", values, note=note)
    return Reinforcement(
        memory=row,
        interaction=interaction,
        session_id=interaction.session_id,
        principal=interaction.created_by,
        said_key=key,
        share=share,
        created_at=batch.at,
    )
