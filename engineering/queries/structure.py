"""Walks over the relationship graph: set-based, one recursive query a walk, the same SQL on both databases."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from engineering.queries import locked
from memories.choices import LIVE, Status

#: How far a walk goes before it gives up (a chain longer than this is no real structure).
MOST_STEPS = 500


def reaches(
    start: UUID, goal: UUID, edge_types: Sequence[str], *, inactive: Sequence[UUID] = (), lock: int = 0
) -> tuple[bool, list[tuple[str, str]]]:
    """Tell whether `goal` can be reached from `start` over live edges of these types, read as their canonical type.

    `contains` is read as `part_of` turned round, so both spellings of one edge count.

    Args:
        start: where the walk starts.
        goal: what it looks for.
        edge_types: types of edges it takes; none for no walk.
        inactive: entities to look at in the same query.
        lock: held from before the look; 0 for none.

    Returns:
        Whether it is reached, and (name, status) of those of `inactive` that are not active.
    """
    forward = [name for name in edge_types if name != "contains"]
    statuses = [status.value for status in LIVE]
    arguments: list[str | UUID] = [_key(start), *forward, *statuses]
    if "contains" in edge_types:
        arguments += statuses
    sql = _walk_sql(len(forward), "contains" in edge_types)
    arguments.append(_key(goal))
    if inactive:
        sql += f" UNION ALL SELECT name, status FROM entities WHERE id IN ({_marks(inactive)}) AND status <> %s"  # noqa: S608 - only place holders are put in
        arguments += [*(_key(pk) for pk in inactive), Status.ACTIVE.value]
    rows = locked.fetch(sql, arguments, [lock] if lock else ())
    return ("", "") in rows, [(name, status) for name, status in rows if status]


def _marks(ids: Sequence[UUID]) -> str:
    return ", ".join(["%s"] * len(ids))


def _key(value: UUID) -> str | UUID:
    return value if connection.vendor == "postgresql" else value.hex


def _walk_sql(types: int, both: bool) -> str:
    live = "r.status IN (%s, %s)"
    step = f"""
        SELECT r.source_entity_id AS a, r.target_entity_id AS b FROM relationships r
        WHERE r.relationship_type IN ({", ".join(["%s"] * types)}) AND {live}
    """  # noqa: S608 - only place holders are put in; values are bound
    if both:
        step += f"""
        UNION ALL SELECT r.target_entity_id, r.source_entity_id FROM relationships r
        WHERE r.relationship_type = 'contains' AND {live}
        """  # noqa: S608 - as above
    start = "CAST(%s AS uuid)" if connection.vendor == "postgresql" else "%s"
    return f"""
        WITH RECURSIVE walk(node) AS (
            SELECT {start}
            UNION
            SELECT edge.b FROM walk JOIN ({step}) edge ON edge.a = walk.node
        )
        SELECT DISTINCT '', '' FROM walk WHERE node = %s
    """  # noqa: S608 - as above


def path(start: UUID, goal: UUID, edge_types: Sequence[str]) -> list[UUID]:
    """Return the nodes of a shortest walk from `start` to `goal`, both included; [] where there is none.

    Asked only to name the path of a refused cycle; breadth first, one query a level.
    """
    from engineering.models import Relationship

    came: dict[UUID, UUID | None] = {start: None}
    level = [start]
    for _ in range(MOST_STEPS):
        if goal in came or not level:
            break
        edges = Relationship.objects.filter(
            status__in=LIVE, relationship_type__in=[name for name in edge_types if name != "contains"]
        )
        pairs = list(edges.filter(source_entity__in=level).values_list("source_entity_id", "target_entity_id"))
        if "contains" in edge_types:
            turned = Relationship.objects.filter(status__in=LIVE, relationship_type="contains", target_entity__in=level)
            pairs += list(turned.values_list("target_entity_id", "source_entity_id"))
        level = [b for a, b in pairs if came.setdefault(b, a) == a and b not in level]
    return _trace(came, goal)


def _trace(came: dict[UUID, UUID | None], goal: UUID) -> list[UUID]:
    found: list[UUID] = []
    node: UUID | None = goal if goal in came else None
    while node is not None and node not in found:
        found.append(node)
        node = came.get(node)
    return found[::-1]
