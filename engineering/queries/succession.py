"""What replaced what (Q-018): the chain of successors and predecessors, and who decided it, when and why."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from engineering.models import Entity
from engineering.queries.among import among
from engineering.queries.envelope import Answer, Item, Limits, Via, iso
from engineering.queries.graph import FACTS, Graph, Key, Node, compiled, fetch, item, key_of, ref
from memories import permissions
from memories.actors import Actor
from memories.models import AuditEntry

#: Links of a chain that are read at most.
MOST_LINKS = 2_000
_VERBS = ("supersede", "merge")


def chain(graph: Graph, keys: Collection[Key]) -> dict[Key, Key | None]:
    """Return every entity that replaced, or was replaced by, some entities, each with its successor. One query."""
    if not keys:
        return {}
    begin, begin_params = compiled(
        graph.entities.filter(among("pk", keys)).order_by().values_list("id", "superseded_by_id")
    )
    every, every_params = compiled(graph.entities.order_by().values_list("id", "superseded_by_id"))
    sql = f"""
        WITH RECURSIVE chain(node, successor) AS (
            SELECT begin.id, begin.superseded_by_id FROM ({begin}) begin
            UNION
            SELECT e.id, e.superseded_by_id FROM chain c
            JOIN ({every}) e ON (e.id = c.successor OR e.superseded_by_id = c.node)
        )
        SELECT node, successor FROM chain LIMIT %s
    """  # noqa: S608 - compiled querysets and place holders only; values are bound
    return dict(fetch(sql, [*begin_params, *every_params, MOST_LINKS]))


def in_force(key: Key, successors: dict[Key, Key | None]) -> Key:
    """Return the end of an entity's chain: itself, or what replaced it in the end."""
    seen = {key}
    while (successor := successors.get(key)) is not None and successor in successors and successor not in seen:
        key = successor
        seen.add(key)
    return key


def reasons(graph: Graph, keys: Collection[Key]) -> dict[str, dict[str, Any]]:
    """Return who replaced each entity, when and why, as far as the actor may read the log. One query."""
    rows = AuditEntry.objects.filter(
        entity_kind="entity", record_id__in=[ref(key) for key in keys], action__in=_VERBS
    ).order_by("seq")
    seen = permissions.for_principal(rows, graph.actor).values_list("record_id", "timestamp", "actor", "note")
    return {record: {"at": iso(at), "actor": actor, "why": note} for record, at, actor, note in seen}


def succession(entity: Entity, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return what replaced an entity and what it replaced, the oldest first, with times, actors and reasons (Q-018)."""
    graph = Graph(actor)
    rule = "The chain of what superseded what, from the oldest to the one in force."
    answer = Answer("Q-018", {"entity": str(entity.pk)}, graph.at, rule)
    start = key_of(entity.pk)
    successors = chain(graph, [start])
    nodes = graph.nodes(successors, statuses=FACTS)
    why = reasons(graph, successors)
    ahead = _ahead(start, successors)
    answer.items = sorted(
        (_replaced(node, start, ahead, successors, why) for node in nodes.values()),
        key=lambda one: (one.group != "before", one.group == "after", one.depth * (-1 if one.group == "before" else 1)),
    )
    answer.counts = dict(Counter(one.group for one in answer.items))
    answer.wait([])
    return answer.page(limits or Limits())


def _ahead(start: Key, successors: dict[Key, Key | None]) -> dict[Key, int]:
    found = {start: 0}
    key: Key | None = start
    while key is not None and (key := successors.get(key)) is not None and key not in found:
        found[key] = len(found)
    return found


def _behind(key: Key, start: Key, successors: dict[Key, Key | None]) -> int:
    steps, step = 0, key
    while step != start and steps <= len(successors) and (after := successors.get(step)) is not None:
        step, steps = after, steps + 1
    return steps if step == start else 0


def _replaced(
    node: Node, start: Key, ahead: dict[Key, int], successors: dict[Key, Key | None], why: dict[str, dict[str, Any]]
) -> Item:
    behind = _behind(node.key, start, successors)
    group = "this" if node.key == start else "after" if node.key in ahead else "before" if behind else "beside"
    found = item(node, depth=ahead.get(node.key, behind), group=group)
    successor = successors.get(node.key)
    found.data = {"replaced_by": ref(successor) if successor else None, **why.get(found.id, {})}
    if successor:
        found.via = Via(ref(successor), "supersedes", "")
    return found
