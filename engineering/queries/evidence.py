"""What an entity is made out of (Q-017): down to documents, results, memories and interactions.

A leaf is evidence, an assumption, undeveloped (nothing stands behind it) or missing (what it named is gone).
"""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Model, OuterRef, QuerySet, Value
from django.db.models.functions import Left

from engineering.models import Entity
from engineering.propagation import GROUNDS
from engineering.queries.among import among
from engineering.queries.envelope import Answer, Item, Limits, Via
from engineering.queries.graph import Graph, Key, Node, item, key_of, ref, rows_of
from engineering.queries.walk import Walk, walk
from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.models import Interaction, Memory, SourceChunk

LINK, EVIDENCE, ASSUMPTION, UNDEVELOPED, MISSING = "link", "evidence", "assumption", "undeveloped", "missing"
#: Entities that are evidence by what they are.
PROVES = ("result", "artifact", "session")
_SOURCES: dict[str, tuple[type[Model], str]] = {
    "memory": (Memory, "content"),
    "interaction": (Interaction, "prompt"),
    "chunk": (SourceChunk, "content"),
}


def evidence(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return what stands behind an entity, down to the leaves, failing branches included (Q-017).

    Args:
        entity: what is asked about.
        actor: only what they may read is named.
        limits: depth and number of entities.
    """
    graph = Graph(actor)
    rule = (
        "Down over evidence, assumptions, models and provenance to results, documents, memories and interactions; "
        "a leaf with nothing behind it is undeveloped, one whose source is gone is missing."
    )
    answer = Answer("Q-017", {"entity": str(entity.pk)}, graph.at, rule)
    down = walk(graph, [key_of(entity.pk)], GROUNDS, limits)
    sources = _sources(graph, actor, down)
    inner = {link.target if link.type == "supports" else link.source for link in down.links + down.dead}
    inner |= {key for key, leaves in sources.items() if leaves}
    answer.items = [_classed(node, down, node.key in inner) for node in down.reached] + _dead(down)
    for key in down.depth:
        answer.items += sources.get(key, [])
    answer.items += _exchanges(answer.items, actor)
    down.into(answer)
    answer.counts = dict(Counter(one.group for one in answer.items))
    answer.counts["failed"] = sum(1 for one in answer.items if "failed" in one.flags)
    answer.wait(graph.pending(graph.leaving(list(down.depth), GROUNDS)))
    return answer


def _classed(node: Node, down: Walk, goes_on: bool) -> Item:
    found = item(node, depth=down.depth[node.key], via=down.came[node.key])
    if node.type == "result" and node.values.get("passed") is False:
        found.flags.append("failed")
    found.group = LINK if goes_on else _leaf(node)
    return found


def _leaf(node: Node) -> str:
    if node.type in PROVES:
        return EVIDENCE
    return ASSUMPTION if node.type == "assumption" else UNDEVELOPED


def _dead(down: Walk) -> list[Item]:
    found = {}
    for link in down.dead:
        for key in (link.source, link.target):
            if key not in down.depth and key in down.nodes:
                depth = down.depth[link.other(key)] + 1
                found[key] = item(down.nodes[key], depth=depth, via=link, group=MISSING)
    return list(found.values())


def _sources(graph: Graph, actor: Actor, down: Walk) -> dict[Key, list[Item]]:
    """Return the leaves that the entities name under source_refs. One query, and one for each kind of source."""
    rows = graph.entities.filter(among("pk", down.depth)).order_by().values_list("pk", "source_refs")
    named = {key: json.loads(refs) for key, refs in rows_of(rows)}
    wanted: dict[str, set[UUID]] = {}
    for refs in named.values():
        for text in refs:
            kind, _, rest = str(text).partition(":")
            if kind in _SOURCES and (record := _uuid(rest)):
                wanted.setdefault(kind, set()).add(record)
    held = {kind: _held(kind, ids, actor) for kind, ids in wanted.items()}
    return {key: [_source(str(text), key, down.depth[key], held) for text in refs] for key, refs in named.items()}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _held(kind: str, ids: Iterable[UUID], actor: Actor) -> dict[str, tuple[str, str]]:
    """Return (words, status) of the records there are; what the actor may not see has no words."""
    model, column = _SOURCES[kind]
    rows: QuerySet[Any] = model._default_manager.filter(pk__in=list(ids))
    seen = permissions.for_principal(model._default_manager.filter(pk=OuterRef("pk")), actor)
    status: Any = F("status") if kind == "memory" else Value(Status.ACTIVE.value)
    shown = rows.annotate(seen=Exists(seen), words=Left(column, 120), stands=status)
    return {
        str(pk): (words if seen_too else f"(a {kind} you may not read)", stands)
        for pk, words, seen_too, stands in shown.values_list("pk", "words", "seen", "stands")
    }


def _exchanges(items: list[Item], actor: Actor) -> list[Item]:
    """Return the interactions that the memories among the leaves were taken from. One query, none without memories."""
    depth = {one.id: one.depth for one in items if one.type == "memory" and one.name and one.id != one.name}
    if not depth:
        return []
    seen = permissions.for_principal(Interaction.objects.filter(memories=OuterRef("pk")), actor)
    rows = permissions.for_principal(Memory.objects.filter(pk__in=list(depth), source_interaction__isnull=False), actor)
    shown = rows.annotate(seen=Exists(seen), words=Left("source_interaction__prompt", 120)).order_by("pk")
    return [
        Item(
            str(interaction),
            "interaction",
            words if seen_too else "(an interaction you may not read)",
            Status.ACTIVE,
            depth[str(memory)] + 1,
            Via(str(memory), "source_interaction", ""),
            group=EVIDENCE,
        )
        for memory, interaction, words, seen_too in shown.values_list("pk", "source_interaction_id", "words", "seen")
    ]


def _source(text: str, owner: Key, depth: int, held: dict[str, dict[str, tuple[str, str]]]) -> Item:
    kind, _, rest = text.partition(":")
    via = Via(ref(owner), "source_refs", "")
    if kind not in _SOURCES:
        word = "document" if kind == "doc" else "source"
        return Item(text, word, rest if kind == "doc" else text, Status.ACTIVE, depth + 1, via, group=EVIDENCE)
    words, status = held.get(kind, {}).get(str(_uuid(rest)), ("", ""))
    if not status:
        return Item(text, kind, text, "", depth + 1, via, ["dangling"], MISSING)
    good = status in (Status.ACTIVE, Status.GRADUATED)
    return Item(rest, kind, words, status, depth + 1, via, [] if good else ["dead_end"], EVIDENCE if good else MISSING)
