"""The questions grouped by what a person wants to know, and which of them make sense for an entity of a type."""

from dataclasses import dataclass

from engineering.models import Entity
from engineering.queries.catalogue import BY_ID, QUERIES, Query, Scope
from engineering.web.questions.asked import address, slug
from memories.models import Project

_THEMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("How it is built", ("Q-004", "Q-001", "Q-002", "Q-003")),
    ("What is missing", ("gaps", "Q-006", "Q-009", "Q-011")),
    ("Requirements and their proof", ("Q-105", "Q-101", "Q-005", "Q-007", "Q-107", "Q-010", "Q-012")),
    ("What stands behind it, and what hangs on it", ("Q-017", "Q-016", "Q-019")),
    ("Decisions", ("Q-008", "Q-014", "Q-018")),
    ("What changed, and what is wrong", ("Q-020", "Q-104", "Q-013", "Q-103", "Q-102", "Q-106")),
)
_WITHIN = ("project", "system", "subsystem", "component", "interface", "process", "artifact")
_CLAIMS = ("validation_claim", "requirement", "constraint")
#: Types for which a question has an answer; a question that is not here is asked of every type.
_ASKED_OF: dict[str, tuple[str, ...]] = {
    "Q-001": ("project", "system", "subsystem", "component", "process", "artifact"),
    "Q-002": _WITHIN,
    "Q-003": ("system", "subsystem", "component", "interface"),
    "Q-005": ("system", "subsystem", "component", "interface", "process", "parameter", "decision"),
    "Q-007": (*_WITHIN, "parameter", "material", "requirement"),
    "Q-008": (*_WITHIN, "requirement", "parameter", "material"),
    "Q-010": _CLAIMS,
    "Q-012": _CLAIMS,
    "Q-107": ("project", "system", "subsystem", "component", "process", "artifact"),
    "Q-014": (*_WITHIN, "requirement", "parameter", "material"),
}


@dataclass(frozen=True)
class Question:
    """A question with the page that answers it."""

    query: Query
    url: str

    @property
    def id(self) -> str:
        """A word that is unique on a page."""
        return slug(self.query)


def of_project(project: Project) -> list[tuple[str, list[Question]]]:
    """Return the questions about a project by theme."""
    return _themed([query for query in QUERIES if query.scope is Scope.PROJECT], project)


def of_entity(entity: Entity) -> list[tuple[str, list[Question]]]:
    """Return the questions that make sense for an entity of its type, by theme."""
    fits = [query for query in QUERIES if query.scope is Scope.ENTITY and asked_of(query, entity.entity_type)]
    return _themed(fits, entity)


def asked_of(query: Query, entity_type: str) -> bool:
    """Tell whether a question makes sense for a type."""
    return entity_type in _ASKED_OF.get(query.id, (entity_type,))


def _themed(queries: list[Query], subject: Project | Entity) -> list[tuple[str, list[Question]]]:
    placed = {name for _, ids in _THEMES for name in ids}
    themes = [*_THEMES, ("Further", tuple(query.id for query in queries if query.id not in placed))]
    wanted = {query.id for query in queries}
    found = [
        (title, [Question(BY_ID[name], address(BY_ID[name], subject)) for name in ids if name in wanted])
        for title, ids in themes
    ]
    return [(title, questions) for title, questions in found if questions]
