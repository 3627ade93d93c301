"""Which records an open conflict concerns: those that stand in one and, of what waits, what would touch one."""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q

from engineering.models import ConflictMember
from memories.choices import ConflictStatus, Status

#: What a candidate of a kind would touch: the columns that name it, and its kind.
_TOUCHES = {
    "memory": (("proposed_supersedes_id", "memory"),),
    "entity": (("proposed_supersedes_id", "entity"),),
    "relationship": (("source_entity_id", "entity"), ("target_entity_id", "entity")),
}


def in_conflict(kind: str) -> Callable[[], Q]:
    """Return what tells the records of a kind that an open conflict concerns."""

    def condition() -> Q:
        found = Q(_stands(kind, "pk"))
        for column, other in _TOUCHES[kind]:
            found |= Q(_stands(other, column), status=Status.CANDIDATE)
        return found

    return condition


def _stands(kind: str, column: str) -> Exists:
    return Exists(
        ConflictMember.objects.filter(
            member_kind=kind,
            member_id=OuterRef(column),
            conflict__status=ConflictStatus.OPEN,
            left_at__isnull=True,
        )
    )
