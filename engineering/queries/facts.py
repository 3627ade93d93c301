"""The facts that claims are read off: everything, or all of a project (`around` reads what surrounds a few rows).

Only active rows that are still valid count, and links between two of them; parents and chains of replacements are
followed whatever the status of what they pass through.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from engineering.models import Entity, Relationship
from engineering.slots import sentences
from engineering.slots.facts import Facts, Link, Remark, Thing, edge
from memories.choices import Status
from memories.models import Memory
from memories.queries.validity import in_time

STRUCTURAL = ("part_of", "contains")
#: Links that say something of their source, and of their target.
OF_SOURCE = ("part_of", "uses_material", "validated_by", "supports", "conflicts_with", "supersedes")
OF_TARGET = ("contains", "satisfies", "supports", "conflicts_with", "supersedes")
SLOT_LINKS = tuple(dict.fromkeys((*OF_SOURCE, *OF_TARGET)))
_THING = ("pk", "project_id", "entity_type", "name", "external_ref", "properties")
_AT_ONCE = 400
T = TypeVar("T")


def chunks(items: Iterable[T], size: int = _AT_ONCE) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size` (databases take only so many parameters)."""
    listed = list(items)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def valid(rows: "QuerySet[Any]", at: datetime) -> "QuerySet[Any]":
    """Narrow to active rows that are valid at a time."""
    return rows.filter(in_time(at), status=Status.ACTIVE)


def _things(rows: "QuerySet[Entity]") -> Iterator[Thing]:
    for pk, project, kind, name, ref, properties in rows.values_list(*_THING):
        yield Thing(pk, project, kind, name, ref or "", properties)


def _remarks(rows: "QuerySet[Memory]") -> Iterator[Remark]:
    for pk, project, content in rows.values_list("pk", "project_id", "content"):
        if found := sentences.said(content):
            yield Remark(pk, project, found)


def whole(at: datetime, project: UUID | None = None) -> Facts:
    """Return all facts, or those that cover every slot of one project.

    Args:
        at: rows whose validity ended before it do not count.
        project: the project; None for everything.
    """
    active = Relationship.objects.filter(status=Status.ACTIVE, relationship_type__in=SLOT_LINKS).order_by("pk")
    rows = active.values_list("pk", "relationship_type", "source_entity_id", "target_entity_id")
    facts = Facts(links=[Link(*row) for row in rows.iterator(chunk_size=5_000)])
    for pk, name, place in Entity.objects.values_list("pk", "name", "project_id").iterator(chunk_size=5_000):
        facts.labels[pk], facts.places[pk] = name, place
    things = {thing.id: thing for thing in _things(valid(Entity.objects.all(), at))}
    _hang(facts, facts.links)
    facts.replaced = set(Entity.objects.filter(superseded_by__isnull=False).values_list("pk", "superseded_by_id"))
    facts.replaced |= _by_link(facts.links)
    remarks = valid(Memory.objects.filter(project__isnull=False), at)
    facts.things = things
    if project is not None:
        facts.owners = {thing.id for thing in things.values() if thing.project == project}
        remarks = remarks.filter(project=project)
    facts.remarks = list(_remarks(remarks))
    return facts


def _hang(facts: Facts, links: Iterable[Link]) -> None:
    for link in links:
        if link.type in STRUCTURAL:
            part, above = edge(link)
            facts.parents.setdefault(part, []).append(above)


def _by_link(links: Iterable[Link]) -> set[tuple[UUID, UUID]]:
    return {(link.target, link.source) for link in links if link.type == "supersedes"}
