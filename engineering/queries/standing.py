"""Conflict rows with their members, as detection goes on with them: read together, or all rows of a project."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from engineering.models import Conflict, ConflictMember
from engineering.queries.facts import chunks
from engineering.slots.facts import Slot
from memories.models import Project

_MEMBER = ("id", "member_kind", "member_id", "member_layer_trust", "value_snapshot", "left_at")


@dataclass
class Rows:
    """The conflict rows that a detection goes on with.

    Attributes:
        ids: rows whose slots are checked whether they are contested or not; None for all of `project`.
        projects: projects known already, by id.
        project: with `ids` None, the project; None for all.
    """

    ids: Collection[UUID] | None
    projects: Mapping[UUID | None, Any] = field(default_factory=dict)
    project: UUID | None = None

    def __post_init__(self) -> None:
        self._members: dict[UUID, list[ConflictMember]] = {}

    def load(self, contested: Collection[Slot]) -> list[Conflict]:
        """Return the rows by id, and those of the contested slots."""
        if self.ids is None:
            rows = Conflict.objects.select_related("project")
            return list(rows.filter(project=self.project) if self.project else rows)
        found: list[Conflict] = []
        wanted = [Q(pk__in=some) for some in chunks(self.ids)]
        keys = [
            Q(slot_kind__in={slot.kind for slot in some}, slot_key__in={slot.key for slot in some})
            for some in chunks(contested)
        ]
        if len(wanted) + len(keys) == 2:
            wanted, keys = [wanted[0] | keys[0]], []
        slots = set(contested)
        for condition in (*wanted, *keys):
            for row in self._read(condition):
                if row.pk in self.ids or Slot(row.project_id, row.slot_kind, row.slot_key) in slots:
                    found.append(row)
        return list({row.pk: row for row in found}.values())

    def _read(self, condition: Q) -> Iterable[Conflict]:
        """Yield rows, and keep their members: one query for both."""
        columns = {f"its_{name}": F(f"members__{name}") for name in _MEMBER}
        found: dict[UUID, Conflict] = {}
        joined: QuerySet[Any] = Conflict.objects.filter(condition).select_related("project").annotate(**columns)
        for line in joined.order_by():
            row = found.setdefault(line.pk, line)
            members = self._members.setdefault(line.pk, [])
            if line.its_id is not None and all(member.pk != line.its_id for member in members):
                values = {name: getattr(line, f"its_{name}") for name in _MEMBER}
                members.append(ConflictMember(conflict=row, **values))
        return found.values()

    def members(self, rows: Iterable[UUID]) -> dict[UUID, list[ConflictMember]]:
        """Return all members of some rows, those that left too."""
        wanted = set(rows)
        for some in chunks(wanted - self._members.keys()):
            self._members |= {pk: [] for pk in some}
            for member in ConflictMember.objects.filter(conflict__in=some):
                self._members[member.conflict_id].append(member)
        return {pk: self._members[pk] for pk in wanted}

    def project_of(self, ids: Collection[UUID | None]) -> dict[UUID | None, Any]:
        """Return projects by id; those known already are not read."""
        found = {pk: self.projects[pk] for pk in ids if pk in self.projects}
        missing = {pk for pk in ids if pk is not None} - found.keys()
        if missing:
            found |= {row.pk: row for row in Project.objects.filter(pk__in=missing)}
        return found
