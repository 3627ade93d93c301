"""Where an entity is used (Q-019): entities, memories, conflicts and packs that refer to it, across projects."""

from collections import Counter

from django.db.models import Q

from engineering.models import Conflict, ConflictMember, Entity
from engineering.ontology import RELATIONSHIP_TYPES
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import FACTS, Graph, by_name, edge, item, key_of
from memories import permissions
from memories.actors import Actor
from memories.models import Memory
from memories.queries import packs
from memories.text import shortened

#: Properties that name an entity of a type by its name.
NAMED_BY = {"material": "material", "vendor": "supplier"}
#: Memories, conflicts and packs that are named at most.
MOST_NAMED = 200


def uses(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return what refers to an entity, in every project one may read (Q-019).

    Args:
        entity: a material, vendor, parameter or anything else.
        actor: only what they may read is listed.
        limits: the page of the list.
    """
    graph = Graph(actor)
    rule = (
        "Linked entities, parts that name it in a property, memories behind it, conflicts over it, "
        "answers that were given it and packs with it."
    )
    answer = Answer("Q-019", {"entity": str(entity.pk)}, graph.at, rule)
    start = key_of(entity.pk)
    touching = Q(source_entity=entity) | Q(target_entity=entity)
    links = graph.read_links(graph.links.filter(touching))
    nodes = graph.nodes({link.other(start) for link in links}, statuses=FACTS)
    for link in links:
        if node := nodes.get(link.other(start)):
            spec = RELATIONSHIP_TYPES[link.type]
            reads = spec.inverse if link.source == start else spec.label
            answer.items.append(item(node, depth=1, via=link, group="entity", reads=reads))
    answer.edges = [edge(link) for link in links]
    answer.items += _named(graph, entity, {one.id for one in answer.items})
    answer.items += _memories(entity, actor) + _conflicts(entity, actor) + _packs(entity, actor)
    answer.counts = dict(Counter(one.group for one in answer.items))
    answer.wait(graph.pending(touching))
    return answer.page(limits or Limits())


def _named(graph: Graph, entity: Entity, known: set[str]) -> list[Item]:
    """Return parts that name a material or vendor in a property instead of by a link."""
    name = NAMED_BY.get(entity.entity_type)
    if name is None:
        return []
    rows = graph.active.filter(**{f"properties__{name}__iexact": entity.name})
    found = [
        item(node, depth=1, group="entity", reads=f"names it as {name}")
        for node in sorted(graph.read(rows), key=by_name)
    ]
    return [one for one in found if one.id not in known]


def _memories(entity: Entity, actor: Actor) -> list[Item]:
    graduated = Q(graduated_to_entity=entity) | Q(graduation_proposals=entity)
    rows = permissions.for_principal(Memory.objects.filter(graduated), actor).distinct().order_by("pk")[:MOST_NAMED]
    columns = rows.values_list("pk", "memory_type", "content", "status")
    return [
        Item(str(pk), "memory", shortened(content), status, 1, group="memory", data={"memory_type": kind})
        for pk, kind, content, status in columns
    ]


def _conflicts(entity: Entity, actor: Actor) -> list[Item]:
    held = ConflictMember.objects.filter(member_kind="entity", member_id=entity.pk).values("conflict")
    rows = permissions.for_principal(Conflict.objects.filter(pk__in=held), actor).order_by("-detected_at", "pk")
    return [
        Item(str(row.pk), "conflict", str(row), row.status, 1, group="conflict", data={"severity": row.severity})
        for row in rows[:MOST_NAMED]
    ]


def _packs(entity: Entity, actor: Actor) -> list[Item]:
    relied = packs.relied_on(entity.pk, actor, MOST_NAMED)
    return [
        *(
            Item(str(row.pk), "interaction", shortened(row.prompt), "active", 1, group="answer")
            for row in relied.answers
        ),
        *(Item(str(row.pk), "pack", shortened(row.prompt), "active", 1, group="pack") for row in relied.packs),
    ]
