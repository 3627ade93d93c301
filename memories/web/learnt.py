"""What was learnt from an exchange, as its page and the list say it. Records are shown as far as the person may see."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from memories import permissions
from memories.actors import Actor
from memories.kinds import kinds
from memories.models import Finding, Interaction, Memory
from memories.queries import extractions, records
from memories.web import cards
from memories.web.cards import Item

_WORDS = {
    Finding.Outcome.PROPOSED: "proposed",
    Finding.Outcome.KNOWN: "known already, found",
    Finding.Outcome.REJECTED: "turned down before, found",
}
_MOST = 200


@dataclass(frozen=True)
class Line:
    """One thing learnt: its number, where it stands, what became of it, and the record if the person may see it."""

    number: int
    finding: Finding | None
    words: str
    item: Item | None


def lines(interaction: Interaction, actor: Actor) -> list[Line]:
    """Return what was found in an exchange, in the order of its text, then what was taken from it by hand."""
    found = list(extractions.findings_of(interaction, actor)[:_MOST])
    seen = {name: _items(name, found, actor) for name in {one.record_kind for one in found}}
    made = [
        Line(number, one, _WORDS[Finding.Outcome(one.outcome)], seen[one.record_kind].get(one.record_id))
        for number, one in enumerate(found, 1)
    ]
    return [*made, *_by_hand(interaction, actor, made)]


def _by_hand(interaction: Interaction, actor: Actor, made: Sequence[Line]) -> Iterator[Line]:
    named = {line.finding.record_id for line in made if line.finding}
    taken = records.visible("memory", actor).filter(source_interaction=interaction).order_by("pk")[:_MOST]
    others = (row for row in taken if row.pk not in named)
    for number, row in enumerate(others, len(made) + 1):
        yield Line(number, None, "taken from it", cards.row_of(kinds.named("memory"), row))


def _items(kind_name: str, found: Iterable[Finding], actor: Actor) -> dict[UUID, Item]:
    if kind_name not in kinds:
        return {}
    wanted = [one.record_id for one in found if one.record_kind == kind_name]
    rows = records.visible(kind_name, actor).filter(pk__in=wanted)
    return {row.pk: cards.row_of(kinds.named(kind_name), row) for row in rows}


def counts(rows: Sequence[Interaction]) -> dict[UUID, int]:
    """Return how many candidates came out of each exchange; one query."""
    proposed = Finding.objects.filter(interaction__in=[row.pk for row in rows], outcome=Finding.Outcome.PROPOSED)
    return dict(proposed.order_by().values_list("interaction").annotate(found=Count("pk")))


def used(interaction: Interaction, actor: Actor) -> list[Memory]:
    """Return the memories that the client says it used, as far as the person may see."""
    ids = []
    for word in interaction.memories_used[:100]:
        try:
            ids.append(UUID(str(word).rpartition(":")[2]))
        except ValueError:
            continue
    return list(permissions.for_principal(Memory.objects.filter(pk__in=ids), actor).order_by("pk")) if ids else []
