"""What rows taken before tell about the ones to come, and how a row finds what it points at."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from engineering.importers.legacy.desk import Desk, Refused
from engineering.importers.legacy.names import Names
from memories.ids import adopt_id

Values = dict[str, Any]
#: Table of each kind that another row may name.
KIND_TABLES = {"memory": "memories", "entity": "entities", "relationship": "relationships"}


@dataclass(slots=True)
class Context:
    """What rows taken before tell about the ones to come.

    Attributes:
        names: project names.
        default_project: canonical project of rows older than the project column; None for no project.
        project_column: tables whose rows name a project.
        taken: ids of the rows taken, by table.
        project_ids: canonical name by id in the old database.
        types: entity type by entity id.
        candidates: entities that are candidates.
        written: ids of memories and chunks as they are written in the old database.
        places: project and title of rows that history may speak of, by id.
    """

    names: Names
    default_project: str | None = None
    project_column: frozenset[str] = frozenset()
    taken: dict[str, set[UUID]] = field(default_factory=dict)
    project_ids: dict[UUID, str] = field(default_factory=dict)
    types: dict[UUID, str] = field(default_factory=dict)
    candidates: set[UUID] = field(default_factory=set)
    written: frozenset[str] = frozenset()
    places: dict[UUID, str | None] = field(default_factory=dict)

    def holds(self, table: str, ref: UUID) -> bool:
        """Tell whether a row was taken."""
        return ref in self.taken.get(table, ())


def pointer(desk: Desk, name: str, table: str, context: Context) -> UUID | None:
    """Return the row a field points at; a pointer to nothing is left out."""
    text = desk.text(name).strip()
    if not text:
        return None
    target = adopt_id(text)
    if context.holds(table, target):
        return target
    desk.repair("dangling_pointer", f"{name}: there is no row {text!r} in {table}; the pointer was left out")
    return None


def must_point(desk: Desk, name: str, table: str, context: Context) -> UUID:
    """Return the row a field points at. Raises Refused for a pointer to nothing."""
    text = desk.text(name).strip()
    target = adopt_id(text)
    if not text or not context.holds(table, target):
        raise Refused("dangling_pointer", f"{name}: there is no row {text!r} in {table}")
    return target


def project_of(desk: Desk, table: str, context: Context) -> str | None:
    """Return the canonical project of a row. Raises Refused for a name that nobody registered."""
    if table not in context.project_column:
        return context.default_project
    text = desk.text("project").strip()
    if not text:
        return None
    canonical, other_way = context.names.resolve(text)
    if canonical is None:
        raise Refused("unknown_project", context.names.refusal(text))
    if other_way:
        desk.repair("project_alias", f"project: {text!r} stands for {canonical!r}")
    return canonical


def times(desk: Desk) -> dict[str, datetime]:
    """Return created_at and updated_at; one stands in for the other."""
    return {
        "created_at": desk.moment("created_at", "updated_at"),
        "updated_at": desk.moment("updated_at", "created_at"),
    }
