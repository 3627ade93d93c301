"""What may stand at the other end of a link: entities found by parts of their names, as far as the actor may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from engineering.models import Entity
from memories import permissions
from memories.actors import Actor
from memories.choices import LIVE

#: Entities that are offered at once; words of a search that count.
SHOWN = 12
MOST_WORDS = 6


@dataclass(frozen=True)
class Ends:
    """The entities found, best first, and whether there were more."""

    rows: list[Entity]
    more: bool


def find(text: str, types: Collection[str], near: Entity, actor: Actor) -> Ends:
    """Return live entities of some types whose name holds every word, or whose id in its tool begins with it.

    Two queries: the first is answered out of the index `entities_lookup` alone.

    Args:
        text: what was typed so far.
        types: entity types that are allowed.
        near: the entity at this end; it is not offered itself, and those of its project come first.
        actor: who looks.
    """
    words = text.split()[:MOST_WORDS]
    if not words or not types:
        return Ends([], False)
    rows = permissions.for_principal(Entity.objects.filter(entity_type__in=types, status__in=LIVE), actor)
    keys = list(_ranked(_holding(rows, words), text.strip(), near).values_list("pk", flat=True)[: SHOWN + 1])
    found = Entity.objects.select_related("project").in_bulk(keys[:SHOWN])
    return Ends([found[key] for key in keys[:SHOWN] if key in found], len(keys) > SHOWN)


def _holding(rows: "QuerySet[Entity]", words: Sequence[str]) -> "QuerySet[Entity]":
    for word in words:
        rows = rows.filter(Q(name__icontains=word) | Q(external_ref__istartswith=word))
    return rows


def _ranked(rows: "QuerySet[Entity]", text: str, near: Entity) -> "QuerySet[Entity]":
    begins = Case(When(Q(name__istartswith=text) | Q(external_ref__iexact=text), then=Value(0)), default=Value(1),
                  output_field=IntegerField())  # fmt: skip
    here = Case(When(project_id=near.project_id, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.exclude(pk=near.pk).order_by(begins, here, "name", "pk")
