"""The facts that claims are read off: everything, or what surrounds a few rows, complete for their slots.

Only active rows that are still valid count, and links between two of them; parents and chains of replacements are
followed whatever the status of what they pass through.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from engineering.models import Entity, Relationship, SlotSubject
from engineering.slots import sentences
from engineering.slots.facts import Facts, Link, Remark, Thing, edge
from memories.choices import Status
from memories.models import Memory
from memories.text import normalise

STRUCTURAL = ("part_of", "contains")
#: Links that say something of their source, and of their target.
OF_SOURCE = ("part_of", "uses_material", "validated_by", "supports", "conflicts_with", "supersedes")
OF_TARGET = ("contains", "satisfies", "supports", "conflicts_with", "supersedes")
SLOT_LINKS = tuple(dict.fromkeys((*OF_SOURCE, *OF_TARGET)))
NAME_LENGTH = 400
_THING = ("pk", "project_id", "entity_type", "name", "external_ref", "properties")
_AT_ONCE = 400
_FEW = 6
T = TypeVar("T")


def chunks(items: Iterable[T], size: int = _AT_ONCE) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size` (databases take only so many parameters)."""
    listed = list(items)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def valid(rows: "QuerySet[Any]", at: datetime) -> "QuerySet[Any]":
    """Narrow to active rows that are valid at a time."""
    return rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at), status=Status.ACTIVE)


def names_of(thing: Thing) -> set[tuple[UUID | None, str]]:
    """Return the names under which an entity is spoken of, each with its project."""
    names = {normalise(thing.name)[:NAME_LENGTH], normalise(thing.ref)[:NAME_LENGTH]} - {""}
    return {(thing.project, name) for name in names}


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
    facts.labels = dict(Entity.objects.values_list("pk", "name"))
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


class Neighbourhood:
    """The facts around some rows, so far that every slot of theirs is covered in full.

    Attributes:
        facts: what was found.
        owners: entities whose slots are covered.
        memories: memories that speak of the entities or were asked for.
        links: ids of the links found, of every status of their ends.
    """

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.owners: set[UUID] = set()
        self.facts = Facts(owners=self.owners)
        self.memories: set[UUID] = set()
        self.links: set[UUID] = set()
        self._names: set[tuple[UUID | None, str]] = set()

    def grow(
        self,
        entities: Collection[UUID] = (),
        memories: Collection[UUID] = (),
        names: Collection[tuple[UUID | None, str]] = (),
    ) -> None:
        """Take further rows and names in, with all that shares their names, and read the facts again."""
        held = (len(self.owners), len(self.memories))
        self._take_memories(set(memories) - self.memories)
        fresh, wanted = (
            set(entities) - self.owners,
            set(names) | {(remark.project, remark.said.subject) for remark in self.facts.remarks},
        )
        while fresh or wanted - self._names:
            wanted |= self._take_entities(fresh)
            found = self._named(wanted - self._names)
            self._take_memories(found["memory"] - self.memories)
            fresh = found["entity"] - self.owners
        if held == (len(self.owners), len(self.memories)):
            return
        self._read_links()
        self._read_chains()
        self._read_parents()

    def _take_entities(self, ids: set[UUID]) -> set[tuple[UUID | None, str]]:
        """Load entities as owners; return their names."""
        self.owners |= ids
        names: set[tuple[UUID | None, str]] = set()
        for some in chunks(ids):
            for thing in _things(valid(Entity.objects.filter(pk__in=some), self.at)):
                self.facts.things[thing.id] = thing
                names |= names_of(thing)
        return names

    def _take_memories(self, ids: set[UUID]) -> None:
        self.memories |= ids
        for some in chunks(ids):
            self.facts.remarks += _remarks(valid(Memory.objects.filter(pk__in=some, project__isnull=False), self.at))

    def _named(self, names: set[tuple[UUID | None, str]]) -> dict[str, set[UUID]]:
        """Return who speaks of the names, by kind."""
        self._names |= names
        found: dict[str, set[UUID]] = {"entity": set(), "memory": set()}
        for some in chunks({name for _, name in names}):
            rows = SlotSubject.objects.filter(name__in=some)
            for project, name, kind, pk in rows.values_list("project_id", "name", "member_kind", "member_id"):
                if (project, name) in names:
                    found[kind].add(pk)
        return found

    def _read_links(self) -> None:
        self.facts.links = []
        for some in chunks(self.owners):
            ends = Q(source_entity__in=some, relationship_type__in=OF_SOURCE)
            ends |= Q(target_entity__in=some, relationship_type__in=OF_TARGET)
            rows = Relationship.objects.filter(ends, status=Status.ACTIVE).order_by()
            columns = ("pk", "relationship_type", "source_entity_id", "target_entity_id")
            self.facts.links += [Link(*row) for row in rows.values_list(*columns)]
        self.facts.links = sorted(set(self.facts.links))
        self.links = {link.id for link in self.facts.links}
        self._take_names_only({end for link in self.facts.links for end in (link.source, link.target)})

    def _take_names_only(self, ids: set[UUID]) -> None:
        """Load entities that are no owners: they stand at the other end of a link."""
        for some in chunks(ids - self.facts.things.keys() - self.owners):
            things = _things(valid(Entity.objects.filter(pk__in=some), self.at))
            self.facts.things |= {thing.id: thing for thing in things}

    def _read_chains(self) -> None:
        """Follow replacements to the ends of their chains."""
        pairs = _by_link(self.facts.links)
        asked: set[UUID] = set()
        ids = set(self.owners) | {end for pair in pairs for end in pair}
        while ids - asked:
            fresh = ids - asked
            asked |= fresh
            found: set[tuple[UUID, UUID]] = set()
            # One by one while they are few: nearly all rows have no successor, so statistics call the index useless
            # for two values, and SQLite would read the whole table.
            for some in chunks(fresh, 1 if len(fresh) <= _FEW else _AT_ONCE):
                same = Q(superseded_by=some[0]) if len(some) == 1 else Q(superseded_by__in=some)
                rows = Entity.objects.filter(same)
                found |= set(rows.values_list("pk", "superseded_by_id"))
            # What is active was not replaced; only the others are asked for their successor.
            for some in chunks(fresh - self.facts.things.keys()):
                rows = Entity.objects.filter(pk__in=some, superseded_by__isnull=False)
                found |= set(rows.values_list("pk", "superseded_by_id"))
            if found or pairs:
                found |= self._linked_chains(fresh)
            pairs |= found
            ids |= {end for pair in found for end in pair}
        self.facts.replaced = pairs
        if pairs:
            ends = {end for pair in pairs for end in pair}
            self._take_names_only(ends)
            self.facts.labels |= dict(Entity.objects.filter(pk__in=ends).values_list("pk", "name"))

    def _linked_chains(self, ids: set[UUID]) -> set[tuple[UUID, UUID]]:
        found: set[tuple[UUID, UUID]] = set()
        for some in chunks(ids):
            ends = Q(source_entity__in=some) | Q(target_entity__in=some)
            rows = Relationship.objects.filter(ends, status=Status.ACTIVE, relationship_type="supersedes")
            found |= set(rows.values_list("target_entity_id", "source_entity_id"))
        return found

    def _read_parents(self) -> None:
        """Walk up from every thing, one recursive query a chunk."""
        self.facts.parents = {}
        hung: dict[UUID, set[tuple[UUID, UUID]]] = {}
        for some in chunks(thing.id for thing in self.facts.things.values() if not thing.ref):
            for link, part, above, name in _ancestors(some):
                hung.setdefault(part, set()).add((link, above))
                self.facts.labels[above] = name
        self.facts.parents = {part: [above for _, above in sorted(links)] for part, links in hung.items()}


_PART = "CASE WHEN r.relationship_type = 'part_of' THEN r.source_entity_id ELSE r.target_entity_id END"
_WHOLE = "CASE WHEN r.relationship_type = 'part_of' THEN r.target_entity_id ELSE r.source_entity_id END"


def _ancestors(ids: list[UUID]) -> Iterator[tuple[UUID, UUID, UUID, str]]:
    """Yield (link, part, whole, the whole's name) of every active structural link above some entities."""
    keys: list[Any] = list(ids) if connection.vendor == "postgresql" else [pk.hex for pk in ids]
    sql = f"""
        WITH RECURSIVE up(link, part, whole) AS (
            SELECT r.id, {_PART}, {_WHOLE} FROM relationships r
            WHERE r.status = 'active' AND (
                (r.source_entity_id IN ({_marks(keys)}) AND r.relationship_type = 'part_of')
                OR (r.target_entity_id IN ({_marks(keys)}) AND r.relationship_type = 'contains')
            )
            UNION
            SELECT r.id, {_PART}, {_WHOLE} FROM up JOIN relationships r ON r.status = 'active' AND (
                (r.source_entity_id = up.whole AND r.relationship_type = 'part_of')
                OR (r.target_entity_id = up.whole AND r.relationship_type = 'contains')
            )
        )
        SELECT up.link, up.part, up.whole, e.name FROM up JOIN entities e ON e.id = up.whole
    """  # noqa: S608 - only place holders are put in; values are bound
    with connection.cursor() as cursor:
        cursor.execute(sql, [*keys, *keys])
        for link, part, above, name in cursor.fetchall():
            yield _uuid(link), _uuid(part), _uuid(above), name


def descendants(ids: Collection[UUID]) -> set[UUID]:
    """Return every entity below some by active structural links, one query a level."""
    found: set[UUID] = set()
    level = set(ids)
    while level:
        below: set[UUID] = set()
        for some in chunks(level):
            links = Relationship.objects.filter(status=Status.ACTIVE)
            parts = links.filter(target_entity__in=some, relationship_type="part_of")
            below |= set(parts.values_list("source_entity_id", flat=True))
            contained = links.filter(source_entity__in=some, relationship_type="contains")
            below |= set(contained.values_list("target_entity_id", flat=True))
        level = below - found - set(ids)
        found |= level
    return found


def linked(ids: Collection[UUID]) -> set[UUID]:
    """Return the entities at the other end of every active link that makes slots."""
    found: set[UUID] = set()
    for some in chunks(ids):
        ends = Q(source_entity__in=some) | Q(target_entity__in=some)
        rows = Relationship.objects.filter(ends, status=Status.ACTIVE, relationship_type__in=SLOT_LINKS)
        found |= {end for pair in rows.values_list("source_entity_id", "target_entity_id") for end in pair}
    return found - set(ids)


def _marks(keys: list[Any]) -> str:
    return ", ".join(["%s"] * len(keys))


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
