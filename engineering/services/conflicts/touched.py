"""Detection on every mutation: remembers what a batch touched, and checks those slots once when all is written.

Hooks of the kinds call `note`; they cost nothing for what makes no claim (candidates, reinforcements).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

from engineering.models import Conflict, ConflictMember, SlotSubject
from engineering.queries import facts
from engineering.services.conflicts import legacy
from engineering.services.conflicts.settle import program, settle
from engineering.slots import sentences
from engineering.slots.claims import claims
from memories.choices import Status
from memories.kinds import Change, Row
from memories.services._write import Batch, serialise
from memories.text import normalise

_SILENT = frozenset({"reinforce", "annotate", "confirm"})
#: Which end of a link its slot belongs to.
_OWNER = {
    "part_of": ("source",),
    "contains": ("target",),
    "uses_material": ("source",),
    "validated_by": ("source",),
    "satisfies": ("target",),
    "supports": ("source", "target"),
    "conflicts_with": ("source", "target"),
    "supersedes": ("source", "target"),
}


def note(change: Change) -> None:
    """Remember what a mutation touches (hook of memories, entities, relationships and imported conflicts)."""
    if change.action in _SILENT or not _claims(change):
        return
    touched: Touched = change.batch.at_close("conflicts", Touched)
    touched.add(change)


def _claims(change: Change) -> bool:
    """Tell whether the row makes claims, or made some before the change."""
    if change.kind.name == "conflict":
        return change.action == "import"
    if change.kind.name == "relationship" and change.row.relationship_type not in _OWNER:
        return False
    renamed = change.kind.name == "entity" and "name" in change.before
    return renamed or Status.ACTIVE in (change.row.status, change.before.get("status", change.row.status))


def _speaks(change: Change) -> bool:
    """Tell whether a memory claims a property, or did before the change."""
    texts = (change.row.content, change.before.get("content", ""))
    return any(sentences.said(text) is not None for text in texts)


@dataclass
class Touched:
    """What one batch touched; called when it closes.

    Attributes:
        entities: entities whose slots are checked.
        memories: memories that changed.
        rows: every record that changed, by kind: whoever stands in a conflict with it is checked.
        moved: entities whose path, and so that of all below them, may have changed.
        near: entities whose neighbours' slots depend on what changed of them.
        quiet: memories that claim nothing, neither now nor before the change.
        projects: where.
        conflicts: imported conflict rows.
    """

    entities: set[UUID] = field(default_factory=set)
    memories: set[UUID] = field(default_factory=set)
    rows: dict[str, set[UUID]] = field(default_factory=dict)
    moved: set[UUID] = field(default_factory=set)
    near: set[UUID] = field(default_factory=set)
    quiet: set[UUID] = field(default_factory=set)
    projects: set[UUID | None] = field(default_factory=set)
    conflicts: list[UUID] = field(default_factory=list)

    def add(self, change: Change) -> None:
        """Remember one mutation."""
        row, name = change.row, change.kind.name
        if name == "conflict":
            self.conflicts.append(row.pk)
            self.projects.add(row.project_id)
            return
        if name == "memory" and not _speaks(change):
            self.quiet.add(row.pk)
            return
        self.rows.setdefault(name, set()).add(row.pk)
        if name == "memory":
            self.memories.add(row.pk)
            self.projects.add(row.project_id)
        elif name == "entity":
            self._entity(change)
        else:
            self._relationship(row)

    def _entity(self, change: Change) -> None:
        row: Row = change.row
        self.entities.add(row.pk)
        self.projects |= {row.project_id, _uuid(change.before.get("project"))}
        if "name" in change.before:
            self.moved.add(row.pk)
        if change.action != "create" and change.before.keys() & {"name", "status", "properties", "entity_type"}:
            self.near.add(row.pk)

    def _relationship(self, row: Row) -> None:
        owners = _ends(row.relationship_type, row.source_entity_id, row.target_entity_id)
        self.entities |= owners
        self.projects |= {row.source_entity.project_id, row.target_entity.project_id}
        if row.relationship_type in facts.STRUCTURAL:
            self.moved |= owners

    def __call__(self, batch: Batch) -> None:
        """Check every slot that is touched, in the batch's transaction."""
        self._hear_quiet()
        if not (self.rows or self.conflicts):
            return
        for project in sorted(self.projects, key=str):
            serialise(f"conflicts {project}")
        with Batch(program(batch.actor, batch.at)) as writing:
            if self.conflicts:
                legacy.adopt(writing, self.conflicts)
            around = facts.Neighbourhood(batch.at)
            entities, memories, names = self._start()
            around.grow(entities, memories, names)
            # Whoever shares a name may go by another key now: of one that found its place, or lost it.
            here = {
                "entity": around.owners | self.rows.get("entity", set()),
                "memory": around.memories | self.memories,
                "relationship": self.rows.get("relationship", set()),
            }
            rows = _in_conflict(around, here, self.conflicts)
            settle(writing, claims(around.facts), rows, around.facts.replaced)

    def _hear_quiet(self) -> None:
        """Take in what claims nothing only where a conflict of older days names it: one look-up, mostly in vain."""
        for some in facts.chunks(self.quiet - self.memories):
            rows = ConflictMember.objects.filter(member_kind="memory", member_id__in=some, left_at__isnull=True)
            for pk, project in rows.values_list("member_id", "conflict__project"):
                self.rows.setdefault("memory", set()).add(pk)
                self.memories.add(pk)
                self.projects.add(project)

    def _start(self) -> tuple[set[UUID], set[UUID], set[tuple[UUID | None, str]]]:
        """Bring the index of names up to date; return the entities, memories and names to begin with."""
        names = rename(self.entities & self.rows.get("entity", set()), self.memories)
        entities = self.entities | facts.descendants(self.moved)
        return entities | (facts.linked(self.near) if self.near else set()), self.memories, names


def check(batch: Batch, conflicts: Collection[UUID]) -> None:
    """Check the slots of some conflicts again, in an open write of the program."""
    if conflicts:
        around = facts.Neighbourhood(batch.at)
        rows = _in_conflict(around, {}, conflicts)
        settle(batch, claims(around.facts), rows, around.facts.replaced)


def rename(entities: set[UUID], memories: set[UUID]) -> set[tuple[UUID | None, str]]:
    """Bring the index of names up to date for some rows; return the names they had and have."""
    had = _held(entities | memories)
    have = _names(entities, memories)
    gone = [pk for key, pk in had.items() if key not in have]
    for some in facts.chunks(gone):
        SlotSubject.objects.filter(pk__in=some).delete()
    new = [
        SlotSubject(member_id=key[0], project_id=key[1], name=key[2], member_kind=kind)
        for key, kind in have.items()
        if key not in had
    ]
    if new:
        SlotSubject.objects.bulk_create(new, batch_size=500)
    return {(project, name) for _, project, name in (*had, *have)}


def _held(ids: set[UUID]) -> dict[tuple[UUID, UUID | None, str], int]:
    found: dict[tuple[UUID, UUID | None, str], int] = {}
    for some in facts.chunks(ids):
        rows = SlotSubject.objects.filter(member_id__in=some)
        for pk, member, project, name in rows.values_list("pk", "member_id", "project_id", "name"):
            found[member, project, name] = pk
    return found


def _names(entities: set[UUID], memories: set[UUID]) -> dict[tuple[UUID, UUID | None, str], str]:
    from engineering.models import Entity
    from memories.models import Memory

    found: dict[tuple[UUID, UUID | None, str], str] = {}
    for some in facts.chunks(entities):
        active = Entity.objects.filter(pk__in=some, status=Status.ACTIVE)
        for pk, project, *names in active.values_list("pk", "project_id", "name", "external_ref"):
            for name in filter(None, names):
                found[pk, project, normalise(name)[: facts.NAME_LENGTH]] = "entity"
    for some in facts.chunks(memories):
        active_memories = Memory.objects.filter(pk__in=some, status=Status.ACTIVE, project__isnull=False)
        for pk, project, content in active_memories.values_list("pk", "project_id", "content"):
            if said := sentences.said(content):
                found[pk, project, said.subject[: facts.NAME_LENGTH]] = "memory"
    return found


def _in_conflict(around: facts.Neighbourhood, here: dict[str, set[UUID]], imported: Collection[UUID]) -> list[Conflict]:
    """Return the conflicts to check: those in which what was touched stands, and those about links found around.

    Everybody who stands in one of the first is taken in, so that its slot is covered in full. The second are about
    entities that are covered already: a link whose other end died makes no claim any more.
    """
    standing = set(imported) | _conflicts_of(here)
    if standing:
        around.grow(*_partners(standing))
    single = {
        link.id
        for link in around.facts.links
        if len(_OWNER[link.type]) == 1 and around.facts.owns(*_ends(link.type, link.source, link.target))
    }
    standing |= _conflicts_of({"relationship": single})
    found: list[Conflict] = []
    for some in facts.chunks(standing):
        found += Conflict.objects.filter(pk__in=some).select_related("project")
    return found


def _ends(kind: str, source: UUID, target: UUID) -> set[UUID]:
    """Return the ends of a link that its slots are about."""
    ends = {"source": source, "target": target}
    return {ends[end] for end in _OWNER.get(kind, ())}


def _conflicts_of(here: dict[str, set[UUID]]) -> set[UUID]:
    found: set[UUID] = set()
    chunked = [(kind, some) for kind, ids in here.items() for some in facts.chunks(ids)]
    for start in range(0, len(chunked), 3):
        standing = Q()
        for kind, some in chunked[start : start + 3]:
            standing |= Q(member_kind=kind, member_id__in=some)
        rows = ConflictMember.objects.filter(standing, left_at__isnull=True)
        found |= set(rows.values_list("conflict_id", flat=True))
    return found


def _partners(conflicts: set[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Return the entities and memories whose slots the conflicts are about, links by the end they speak of."""
    from engineering.models import Relationship

    found: dict[str, set[UUID]] = {"entity": set(), "memory": set(), "relationship": set()}
    for some in facts.chunks(conflicts):
        rows = ConflictMember.objects.filter(conflict__in=some, left_at__isnull=True)
        for kind, pk in rows.values_list("member_kind", "member_id"):
            found[kind].add(pk)
    for some in facts.chunks(found["relationship"]):
        for kind, source, target in Relationship.objects.filter(pk__in=some).values_list(
            "relationship_type", "source_entity_id", "target_entity_id"
        ):
            found["entity"] |= _ends(kind, source, target)
    return found["entity"], found["memory"]


def _uuid(value: Any) -> UUID | None:
    return UUID(str(value)) if value else None
