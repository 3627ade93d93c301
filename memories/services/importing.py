"""Many memories at once: each by the rules of `edit.create`, all of them with set-based reads and writes.

An import that runs again changes nothing: an item whose external_ref its project knows, or whose content a live memory
has, is answered by the memory that is there. Only where the caller asks for it is that one brought up to date.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from memories import permissions
from memories.actors import Actor
from memories.choices import LIVE, Role, Status
from memories.errors import DomainError, Invalid
from memories.kinds import kinds
from memories.models import Memory, Project
from memories.queries import projects
from memories.queries.keys import holders_of_any
from memories.search import index
from memories.search.fresh import Fresh
from memories.services import edit
from memories.services._write import Batch, serialise
from memories.services.kinds_of_memory import key_of, place_in_queue
from memories.services.lifecycle import clean_note

MOST = 500
OUTCOMES = ("created", "changed", "existing", "refused")
#: How often a request is done over because somebody wrote the same between its reads and its writes.
_TRIES = 3


@dataclass(frozen=True)
class Imported:
    """What became of one item.

    Attributes:
        outcome: `created`, `changed`, `existing` (nothing was written) or `refused`.
        row: the memory; None where the item was refused.
        differs: fields of an existing memory that the item gives other values.
        refusal: why it was not taken.
    """

    outcome: str
    row: Memory | None = None
    differs: tuple[str, ...] = ()
    refusal: DomainError | None = None


def import_memories(
    items: Sequence[Any], *, actor: Actor, update_existing: bool = False, note: str = ""
) -> list[Imported]:
    """Bring memories in, in one transaction and under one request id, with one audit row each.

    Args:
        items: as `edit.create` takes their fields, each with its `status` where it is not a candidate; 1 to 500.
        actor: an agent proposes candidates; a reviewer may bring active ones.
        update_existing: bring existing memories up to date with their items, where the actor may edit them.
        note: reason, kept in each audit row.

    Returns:
        One result an item, in the order given. What is refused leaves no trace; the others go on.

    Raises:
        Invalid: too many items, or none.
        Forbidden: the actor may propose nowhere.
        IntegrityError: others wrote the same time and again meanwhile.
    """
    permissions.require_anywhere(actor, Role.AGENT)
    if not 1 <= len(items) <= MOST:
        raise Invalid.field("items", f"1 to {MOST} items are taken at once; these are {len(items):,}.", "item_count")
    reason = clean_note(note)
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            with Batch(actor) as batch:
                return _Import(batch, update_existing, reason).run(items)
        except IntegrityError:
            if last:
                raise
    raise AssertionError("the last try returns or raises")


@contextmanager
def rehearsal() -> Iterator[None]:
    """Do what is inside, in one transaction, and take it back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class _Item:
    """An item that its own rules allow: the memory it would become, and the fields that it gives."""

    place: int
    row: Memory
    fields: dict[str, Any]


@dataclass
class _Known:
    """What the database holds of the items: memories by project and reference, ids by content and by id."""

    by_ref: dict[tuple[UUID | None, str], Memory] = field(default_factory=dict)
    holders: dict[str, list[tuple[UUID, str]]] = field(default_factory=dict)
    rows: dict[UUID, Memory] = field(default_factory=dict)

    def of(self, row: Memory) -> Memory | None:
        """Return the memory that answers for a new one: of its reference, else the live one of its content."""
        if row.external_ref and (held := self.by_ref.get((row.project_id, row.external_ref))):
            return held
        holders = self.holders.get(row.dedupe_key, ())
        return next((self.rows[pk] for pk, status in holders if status in LIVE and pk in self.rows), None)

    def add(self, row: Memory) -> None:
        """Take in a memory that is about to be written."""
        if row.external_ref:
            self.by_ref[row.project_id, row.external_ref] = row
        self.holders.setdefault(row.dedupe_key, []).append((row.pk, row.status))
        self.rows[row.pk] = row


class _Import:
    """One run inside an open batch."""

    def __init__(self, batch: Batch, update: bool, note: str) -> None:
        self.batch, self.update, self.note = batch, update, note
        self.kind = kinds.named("memory")
        self.results: dict[int, Imported] = {}
        self.new: list[Memory] = []

    def run(self, items: Sequence[Any]) -> list[Imported]:
        """Sort the items out, write, and return their results."""
        known_projects = _projects(items, self.batch.actor)
        taken = [item for place, given in enumerate(items) if (item := self._taken(place, given, known_projects))]
        for project in sorted({str(item.row.project_id) for item in taken}):
            serialise(f"import memories {project}")
        known, fresh = _known(taken), Fresh()
        for item in taken:
            self.results[item.place] = self._one(item, known, fresh)
        self._compare()
        self.batch.insert_many(self.kind, self.new, action="create", note=self.note)
        return [self.results[place] for place in range(len(items))]

    def _taken(self, place: int, given: Any, known: Mapping[str, Project]) -> _Item | None:
        try:
            if not isinstance(given, Mapping):
                raise Invalid.field("", "An item is a JSON object.", "not_object")
            fields = {**given, "project": known.get(_name(given), given.get("project"))}
            status = _status(fields.pop("status", None))
            row = edit.prepare("memory", fields, actor=self.batch.actor, status=status)
        except DomainError as refusal:
            self.results[place] = Imported("refused", refusal=refusal)
            return None
        row.created_at = row.updated_at = self.batch.at
        row.dedupe_key = key_of(row)
        return _Item(place, row, fields)

    def _one(self, item: _Item, known: _Known, fresh: Fresh) -> Imported:
        try:
            if held := known.of(item.row):
                return self._existing(held, item)
            self.kind.check(item.row, "create")
        except DomainError as refusal:
            return Imported("refused", refusal=refusal)
        self._weigh(item.row, known, fresh)
        known.add(item.row)
        self.new.append(item.row)
        return Imported("created", item.row)

    def _weigh(self, row: Memory, known: _Known, fresh: Fresh) -> None:
        """Set what triage goes by: near duplicates in this request, and earlier rejections."""
        within = fresh.nearest(self.kind, row)
        if row.status == Status.CANDIDATE:
            row.near_overlap = within
            held = known.holders.get(row.dedupe_key, ())
            row.rejected_before = any(status == Status.INVALID for _, status in held)

    def _compare(self) -> None:
        """Ask the index for near duplicates of all new candidates at once; give every row its place in the queue."""
        candidates = [row for row in self.new if row.status == Status.CANDIDATE]
        for row, near in zip(candidates, index.nearest_each(self.kind, candidates), strict=True):
            row.near_overlap = max(row.near_overlap, near)
        for row in self.new:
            place_in_queue(row)

    def _existing(self, held: Memory, item: _Item) -> Imported:
        differs = tuple(_differing(held, item))
        if not (self.update and differs) or held._state.adding:
            return Imported("existing", held, differs)
        fields = {name: item.fields[name] for name in differs}
        with self.batch.decision(savepoint=True):
            edit.update_in(self.batch, held, fields, note=self.note)
        return Imported("changed", held, differs)


def _projects(items: Sequence[Any], actor: Actor) -> dict[str, Project]:
    """Return the projects that the items name, by name as given, each looked up once; unknown ones are left out."""
    names = {_name(item) for item in items if isinstance(item, Mapping)}
    found = {name: projects.find(name) for name in names if name and len(name) <= 80}
    return {name: row for name, row in found.items() if row and actor.principal.role_on(row.pk)}


def _name(item: Mapping[str, Any]) -> str:
    name = item.get("project")
    return name if isinstance(name, str) else ""


def _status(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise Invalid.field("status", "A record starts as candidate or active.", "invalid_choice")
    return value


def _known(items: Sequence[_Item]) -> _Known:
    """Read what the database holds of the items, in a handful of queries."""
    known = _Known(holders=holders_of_any(Memory, {item.row.dedupe_key for item in items}))
    live = [pk for held in known.holders.values() for pk, status in held if status in LIVE]
    rows = Memory._base_manager.select_related("project")
    known.rows = {row.pk: row for row in rows.filter(pk__in=live)}
    refs: dict[UUID | None, set[str]] = {}
    for item in items:
        if item.row.external_ref:
            refs.setdefault(item.row.project_id, set()).add(item.row.external_ref)
    for project, wanted in refs.items():
        for row in rows.filter(project=project, external_ref__in=wanted):
            known.by_ref[project, str(row.external_ref)] = row
    return known


def _differing(held: Memory, item: _Item) -> Iterator[str]:
    """Yield the fields that the item gives and the memory holds other values of."""
    columns = {column.name: column.attname for column in Memory._meta.concrete_fields}
    for name in item.fields:
        if getattr(held, columns[name]) != getattr(item.row, columns[name]):
            yield name
