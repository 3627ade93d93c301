"""Suspect links (Q-102): relationships whose target changed since a person last confirmed the link."""

import json
from collections.abc import Collection
from typing import Any

from django.db.models import Count, Q, QuerySet

from engineering.fingerprint import CONTENT, digest
from engineering.models import Relationship
from engineering.propagation import SILENT
from engineering.queries.alive import ends_in
from engineering.queries.among import among
from engineering.queries.envelope import Answer, Item, Limits, Via
from engineering.queries.graph import LINK, Graph, Key, Link, canonical, edge, ref, rows_of
from memories.actors import Actor
from memories.choices import Status
from memories.models import Project

_CONTENT = ("id", *CONTENT)
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
    reviewed = _reviewed(graph, project)
    now = _contents(graph, {target for target, _, _ in reviewed})
    moved = {target for target, seen, _ in reviewed if target in now and now[target][0] != seen}
    found = [row for row in _links(graph, project, moved) if row[6] != now[row[3]][0]]
    found.sort(key=lambda row: (row[7], row[8].casefold(), str(row[2]), str(row[3]), row[1], str(row[0])))
    answer.counts = {"checked": sum(number for *_, number in reviewed), "suspect": len(found)}
    answer.wait([])
    return _page(answer, found, now, limits or Limits())


def _ends(graph: Graph, project: Project) -> tuple[QuerySet[Relationship], QuerySet[Relationship]]:
    """Return the reviewed links with an end in a project, as two parts."""
    active = Q(source_entity__status=Status.ACTIVE, target_entity__status=Status.ACTIVE)
    rows = graph.links.filter(active).exclude(relationship_type__in=SILENT).exclude(reviewed_fingerprint="")
    return ends_in(rows, project)


def _reviewed(graph: Graph, project: Project) -> list[tuple[Key, str, int]]:
    """Return what was confirmed: (target, its fingerprint then, how many links say so)."""
    said = ("target_entity_id", "reviewed_fingerprint")
    out, back = (rows.values_list(*said).annotate(Count("pk")) for rows in _ends(graph, project))
    found: list[Any] = rows_of(out.union(back, all=True))
    return found


def _links(graph: Graph, project: Project, targets: Collection[Key]) -> list[tuple[Any, ...]]:
    """Return the reviewed links to some targets, with what their source is called."""
    if not targets:
        return []
    out, back = (
        rows.filter(among("target_entity", targets)).values_list(*LINK, "reviewed_fingerprint", *_SOURCE)
        for rows in _ends(graph, project)
    )
    return rows_of(out.union(back, all=True))


def _contents(graph: Graph, targets: Collection[Key]) -> dict[Key, tuple[str, str]]:
    """Return the targets of links, each with its fingerprint and its name."""
    rows = graph.active.filter(among("pk", targets)).order_by().values_list(*_CONTENT)
    return {
        key: (digest(kind, name, description, json.loads(properties)), name)
        for key, kind, name, description, properties in rows_of(rows)
    }


def _page(answer: Answer, found: list[Any], now: dict[Key, tuple[str, str]], limits: Limits) -> Answer:
    end = limits.offset + limits.nodes
    if len(found) > end:
        answer.truncated, answer.next = True, end
    for row in found[limits.offset : end]:
        link = canonical(row[:6])
        answer.items.append(_suspect(link, row[2], row[7:9], (row[3], now[row[3]][1])))
        answer.edges.append(edge(link, "suspect"))
    return answer


def _suspect(link: Link, source: Key, named: tuple[str, str], target: tuple[Key, str]) -> Item:
    via = Via(ref(target[0]), link.type, ref(link.key))
    changed = {"id": ref(target[0]), "name": target[1]}
    return Item(ref(source), named[0], named[1], Status.ACTIVE, 1, via, ["suspect"], "suspect", {"changed": changed})
