"""Suspect links (Q-102): relationships whose target changed since a person last confirmed the link."""

import json

from django.db.models import Q

from engineering.fingerprint import digest
from engineering.propagation import SILENT
from engineering.queries.envelope import Answer, Item, Limits, Via
from engineering.queries.graph import LINK, Graph, Key, Link, canonical, edge, ref, rows_of
from memories.actors import Actor
from memories.choices import Status
from memories.models import Project

_TARGET = (
    "target_entity__entity_type",
    "target_entity__name",
    "target_entity__description",
    "target_entity__properties",
)
_SOURCE = ("source_entity__entity_type", "source_entity__name")


def suspects(project: Project, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return the active links of a project whose target is no longer what was reviewed, by their source (Q-102).

    Args:
        project: of either end.
        actor: only what they may read counts.
        limits: the page of the list.
    """
    graph = Graph(actor)
    rule = "Active links between active entities whose target's content differs from what a person last confirmed."
    answer = Answer("Q-102", {"project": project.name}, graph.at, rule)
    ends = Q(source_entity__project=project) | Q(target_entity__project=project)
    active = Q(source_entity__status=Status.ACTIVE, target_entity__status=Status.ACTIVE)
    rows = graph.links.filter(ends & active).exclude(relationship_type__in=SILENT).exclude(reviewed_fingerprint="")
    now: dict[Key, str] = {}
    checked = 0
    for row in rows_of(rows.order_by().values_list(*LINK, "reviewed_fingerprint", *_SOURCE, *_TARGET)):
        checked += 1
        stored, target = row[:6], row[3]
        if target not in now:
            kind, name, description, properties = row[9:]
            now[target] = digest(kind, name, description, json.loads(properties))
        if now[target] != row[6]:
            link = canonical(stored)
            answer.items.append(_suspect(link, stored[2], row[7:9], (target, row[10])))
            answer.edges.append(edge(link, "suspect"))
    answer.items.sort(key=lambda one: (one.type, one.name.casefold(), one.id, str(one.via)))
    answer.counts = {"checked": checked, "suspect": len(answer.items)}
    answer.wait([])
    return answer.page(limits or Limits())


def _suspect(link: Link, source: Key, named: tuple[str, str], target: tuple[Key, str]) -> Item:
    via = Via(ref(target[0]), link.type, ref(link.key))
    changed = {"id": ref(target[0]), "name": target[1]}
    return Item(ref(source), named[0], named[1], Status.ACTIVE, 1, via, ["suspect"], "suspect", {"changed": changed})
