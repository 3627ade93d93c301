"""Open conflicts: who would carry one side carries all, and says so. Two queries, more where sides were not found."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from engineering.context.entities import entity_text
from engineering.context.gather import Asking, memory_line
from engineering.context.render import fold
from engineering.context.sections import ENTITIES, MEMORIES, Gathered, LeftOut, Line, Unit
from engineering.models import ConflictMember
from engineering.queries.among import among
from engineering.queries.graph import key_of
from memories.actors import Actor
from memories.choices import ConflictSeverity, ConflictStatus
from memories.kinds import Row, kinds
from memories.queries.search import standing

Member = tuple[str, UUID]
#: Whoever asks: whether a side stands at all does not depend on it.
_ANYBODY = Actor.system("cron")


def coupled(asking: Asking, lines: Sequence[Line]) -> Gathered:
    """Return the lines as what enters together: the sides of an open conflict at the place of its first one."""
    wanted = {line.key: line for line in lines}
    groups = _groups(_members(wanted))
    others = [member for group, _ in groups for member in group if member not in wanted]
    shown = _sides(asking, others)
    hidden = _standing(others, _ANYBODY, asking) if len(shown) < len(others) else {}
    of = {member: (sorted(group, key=str), conflicts) for group, conflicts in groups for member in group}
    found, done = Gathered(), set[Member]()
    for line in lines:
        if line.key in done:
            continue
        group, conflicts = of.get(line.key, ([line.key], []))
        done |= set(group)
        unseen = [member for member in group if member in hidden and member not in shown]
        sides = [
            line,
            *(wanted.get(member) or shown[member] for member in group if member in wanted or member in shown),
        ]
        sides = list({side.key: side for side in sides}.values())
        if unseen:
            detail = "its other side in an open conflict is not yours to see"
            found.left_out += [LeftOut(side.kind, side.row, "conflict", detail) for side in sides if side.key in wanted]
        else:
            found.units.append(Unit(sides, conflicts))
    return found


def _members(wanted: Iterable[Member]) -> list[tuple[UUID, Member]]:
    """Return the sides of every open conflict that one of some records stands in. One query."""
    rows = ConflictMember.objects.filter(
        left_at__isnull=True, conflict__status=ConflictStatus.OPEN, conflict__severity=ConflictSeverity.CONFLICT
    )
    ids = [key_of(record_id) for kind, record_id in wanted if kind in _KINDS]
    if not ids:
        return []
    touched = ConflictMember.objects.filter(among("member_id", ids), member_kind__in=_KINDS, left_at__isnull=True)
    found = rows.filter(conflict__in=touched.values("conflict")).order_by("conflict", "member_kind", "member_id")
    return [(conflict, (kind, pk)) for conflict, kind, pk in found.values_list("conflict", "member_kind", "member_id")]


_KINDS = ("entity", "memory", "relationship")


def _groups(members: Iterable[tuple[UUID, Member]]) -> list[tuple[set[Member], list[UUID]]]:
    """Return the sides put together where conflicts share one, each group with its conflicts."""
    sides: dict[UUID, set[Member]] = defaultdict(set)
    for conflict, member in members:
        sides[conflict].add(member)
    groups: list[tuple[set[Member], list[UUID]]] = []
    for conflict in sorted(sides):
        group, names = set(sides[conflict]), [conflict]
        for other in [one for one in groups if one[0] & group]:
            groups.remove(other)
            group, names = group | other[0], sorted([*names, *other[1]])
        groups.append((group, names))
    return groups


def _standing(members: Sequence[Member], actor: Actor, asking: Asking) -> dict[Member, Row]:
    found: dict[Member, Row] = {}
    for name in sorted({kind for kind, _ in members}):
        ids = [pk for kind, pk in members if kind == name]
        found |= {(name, row.pk): row for row in standing(name, ids, actor, at=asking.at)}
    return found


def _sides(asking: Asking, members: Sequence[Member]) -> dict[Member, Line]:
    rows = _standing(members, asking.actor, asking)
    return {(name, pk): _side(asking, name, row) for (name, pk), row in rows.items()}


def _side(asking: Asking, name: str, row: Row) -> Line:
    why = "the other side of an open conflict"
    if name == "memory":
        return memory_line(asking, row, MEMORIES, why)
    if name == "entity":
        return Line("entity", row, entity_text(asking, row), ENTITIES, why)
    return Line(name, row, fold(kinds.of(row).title(row)), ENTITIES, why)
