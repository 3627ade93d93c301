"""What stands at a link's end: does the entity count (`alive`), does it belong to a project (`ends_in`)?

`alive` is told by those that do not count, which are few and looked up once.

To join the entity itself costs a look-up in the largest table for every link; on SQLite that took longer than
everything else that a question over a whole project asks.
"""

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from engineering.models import Entity, Relationship
from memories.choices import Status
from memories.models import Project

#: Every status of an entity that does not count, named one by one so that an index finds them.
_OTHERS = [status for status in Status.values if status != Status.ACTIVE]


def alive(*ends: str) -> Q:
    """Return the condition that the entities at some ends of a link are active.

    Args:
        ends: "source", "target", or both.
    """
    gone = Entity.objects.filter(status__in=_OTHERS).order_by()
    condition = Q()
    for end in ends:
        condition &= _none_of(f"{end}_entity", gone)
    return condition


def ends_in(rows: QuerySet[Relationship], project: Project) -> tuple[QuerySet[Relationship], QuerySet[Relationship]]:
    """Return the links with an end in a project, for a union: those that start there, and those that only end there.

    In two parts, for no index serves an OR over two joined tables; and by a subquery, for joined once more, the
    entities of all other projects would be gone through.
    """
    elsewhere = _none_of("source_entity", Entity.objects.filter(project=project).order_by())
    starting = rows.filter(source_entity__project=project).order_by()
    return starting, rows.filter(elsewhere, target_entity__project=project).order_by()


def _none_of(column: str, entities: QuerySet[Entity]) -> Q:
    """Return the condition that a column of links names none of some entities."""
    if connection.vendor == "postgresql":  # which hashes them and joins; a NOT IN too large to hash never ends
        return Q(~Exists(entities.filter(pk=OuterRef(f"{column}_id"))))
    return ~Q(**{f"{column}__in": entities.values("pk")})
