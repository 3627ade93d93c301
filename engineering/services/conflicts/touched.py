"""Detection on every mutation: remembers what a batch touched, and checks those slots once when all is written.

Hooks of the kinds call `note`. What makes no claim (candidates, reinforcements) costs nothing but its entry in the
index of names; a check costs one read, whatever it finds, and the writes that follow from it.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from engineering.models import ConflictMember
from engineering.queries import around, facts, standing, trust
from engineering.services.conflicts import legacy, subjects
from engineering.services.conflicts.settle import Outcome, contested, program, settle
from engineering.slots import sentences
from engineering.slots.claims import claims
from memories.choices import Status
from memories.kinds import Change, Row
from memories.services._write import Batch, lock_number, serialise

_SILENT = frozenset({"reinforce", "annotate", "confirm"})
#: What may leave a conflict open whose members agree by now.
_OPENS = frozenset({"import", "reopen", "undo"})


def note(change: Change) -> None:
    """Remember what a mutation touches (hook of memories, entities, relationships and imported conflicts)."""
    name = change.kind.name
    if change.action in _SILENT or (name == "conflict" and change.action not in _OPENS):
        return
    if name == "relationship" and not _claims(change):
        return
    touched: Touched = change.batch.at_close("conflicts", Touched)
    touched.add(change)


def _claims(change: Change) -> bool:
    """Tell whether the row makes claims, or made some before the change."""
    if change.kind.name == "relationship" and change.row.relationship_type not in facts.SLOT_LINKS:
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
        seeds: where the look at what surrounds it begins.
        quiet: memories that claim nothing, neither now nor before the change.
        names: names of records that are new or changed theirs, by id.
        renamed: those of them that had others.
        brought: conflicts that an older database brought.
        projects: where, by id (None for rows of none).
        rows: the records, which are told whether they have come to stand in a conflict (`has_news`).
        vouched, unattended: records whose audit rows, not written yet, say who stands for them.
    """

    seeds: around.Seeds = field(default_factory=around.Seeds)
    quiet: set[UUID] = field(default_factory=set)
    names: dict[UUID, subjects.Named] = field(default_factory=dict)
    renamed: set[UUID] = field(default_factory=set)
    brought: set[UUID] = field(default_factory=set)
    projects: dict[UUID | None, Row] = field(default_factory=dict)
    rows: dict[trust.Member, Row] = field(default_factory=dict)
    vouched: set[trust.Member] = field(default_factory=set)
    unattended: set[trust.Member] = field(default_factory=set)

    def add(self, change: Change) -> None:
        """Remember one mutation."""
        name = change.kind.name
        self.rows[name, change.row.pk] = change.row
        if name in ("entity", "memory"):
            self._names(change)
        if name == "conflict":
            self.seeds.conflicts.add(change.row.pk)
            self.brought |= {change.row.pk} if change.action == "import" else set()
            self._at(change.row.project_id, change.row.project)
        elif _claims(change):
            self._vouch(change)
            {"memory": self._memory, "entity": self._entity, "relationship": self._relationship}[name](change)

    def _names(self, change: Change) -> None:
        now, before = subjects.of_change(change)
        if before is None and change.action not in ("create", "import"):
            return
        self.names[change.row.pk] = now
        if before is not None and before != now:
            self.renamed.add(change.row.pk)
            if _claims(change):
                self.seeds.names |= {(before[1], name) for name in before[2]}
                self._at(before[1], None)

    def _vouch(self, change: Change) -> None:
        member = (change.kind.name, change.row.pk)
        if trust.vouches(change.action, change.actor.label):
            self.vouched.add(member)
        elif change.action == trust.UNATTENDED_VERB:
            self.unattended.add(member)

    def _memory(self, change: Change) -> None:
        if not _speaks(change):
            self.quiet.add(change.row.pk)
            return
        self.seeds.memories.add(change.row.pk)
        self._at(change.row.project_id, change.row.project)

    def _entity(self, change: Change) -> None:
        row: Row = change.row
        self.seeds.entities.add(row.pk)
        self._at(row.project_id, row.project)
        if "name" in change.before:
            self.seeds.moved.add(row.pk)
        if change.action != "create" and change.before.keys() & {"name", "status", "properties", "entity_type"}:
            self.seeds.near.add(row.pk)

    def _relationship(self, change: Change) -> None:
        row: Row = change.row
        self.seeds.relationships.add(row.pk)
        owners = set()
        if row.relationship_type in facts.OF_SOURCE:
            owners.add(row.source_entity_id)
        if row.relationship_type in facts.OF_TARGET:
            owners.add(row.target_entity_id)
        self.seeds.entities |= owners
        for end in (row.source_entity, row.target_entity):
            self._at(end.project_id, end.project)
        if row.relationship_type in facts.STRUCTURAL:
            self.seeds.moved |= owners

    def _at(self, pk: UUID | None, project: Row) -> None:
        self.projects[pk] = project or self.projects.get(pk)

    def __call__(self, batch: Batch) -> None:
        """Check every slot that is touched, in the batch's transaction."""
        if self.names:
            subjects.write(self.names, self.renamed)
        self._hear_quiet()
        contested = self._check(batch) if any(True for _ in self.seeds.nodes()) else set()
        for member, row in self.rows.items():
            row.has_news = member in contested

    def _check(self, batch: Batch) -> set[trust.Member]:
        """Check the slots; return who says something in one that is contested."""
        with Batch(program(batch.actor, batch.at), within=batch) as writing:
            if self.brought:
                for project in sorted(self.projects, key=str):
                    serialise(_lock(project))
                legacy.adopt(writing, sorted(self.brought))
            found = around.read(self.seeds, batch.at, [lock_number(_lock(project)) for project in self.projects])
            found.vouched |= self.vouched
            found.unattended |= self.unattended
            return _settle(writing, found, self.projects).members

    def _hear_quiet(self) -> None:
        """Take in what claims nothing only where a conflict of older days names it: one look-up, mostly in vain."""
        for some in facts.chunks(self.quiet - self.seeds.memories):
            rows = ConflictMember.objects.filter(member_kind="memory", member_id__in=some, left_at__isnull=True)
            for pk, project in rows.values_list("member_id", "conflict__project"):
                self.seeds.memories.add(pk)
                self._at(project, None)


def _lock(project: UUID | None) -> str:
    return f"conflicts {project}"


def check(batch: Batch, conflicts: Collection[UUID]) -> None:
    """Check the slots of some conflicts again, in an open write of the program."""
    if conflicts:
        _settle(batch, around.read(around.Seeds(conflicts=set(conflicts)), batch.at), {})


def _settle(batch: Batch, found: around.Around, projects: dict[UUID | None, Row]) -> Outcome:
    rows = standing.Rows(found.conflicts, {pk: project for pk, project in projects.items() if project is not None})
    said = claims(found.facts)
    return settle(batch, said, rows, contested(said, found.facts.replaced, found), found)
