"""Draws graphs for the tests of the queries: names and edges in a few lines, and answers read back by name."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from engineering.models import Entity, Relationship
from engineering.queries.envelope import Answer, Item
from memories.actors import Actor
from memories.choices import Role
from memories.services import lifecycle
from tests import factories

#: At most this many database queries an answer, whatever the size.
MOST_QUERIES = 8


class Drawing:
    """A graph by names. `draw("a part_of b", ...)` joins; a name tells its type by its first letters."""

    TYPES = {
        "proj": "project",
        "sys": "system",
        "sub": "subsystem",
        "if": "interface",
        "req": "requirement",
        "con": "constraint",
        "dec": "decision",
        "asm": "assumption",
        "mat": "material",
        "par": "parameter",
        "model": "analysis_model",
        "res": "result",
        "claim": "validation_claim",
        "vendor": "vendor",
        "proc": "process",
        "doc": "artifact",
        "ses": "session",
    }

    def __init__(self) -> None:
        self.project = factories.project()
        self.actor = factories.person(Role.REVIEWER)
        self.at: dict[str, Entity] = {}
        self.links: list[Relationship] = []

    def put(self, name: str, *, active: bool = True, **fields: Any) -> Entity:
        """Put an entity there; its type is told by the letters its name begins with, a component otherwise."""
        prefix = name.rstrip("0123456789-").split("-")[0]
        kind = self.TYPES.get(prefix, "component")
        self.at[name] = factories.entity(name, kind, active=active, **fields)
        return self.at[name]

    def draw(self, *edges: str, active: bool = True) -> list[Relationship]:
        """Draw edges, written as `A type B`; ends that are not there yet are put there."""
        made = []
        for text in edges:
            source, word, target = text.split()
            for name in (source, target):
                if name not in self.at:
                    self.put(name)
            made.append(factories.relationship(self.at[source], word, self.at[target], active=active))
        self.links += made
        return made

    def end(self, name: str, verb: str = "invalidate") -> None:
        """Take an entity out of force: invalidate, or supersede by nothing."""
        row = Entity.objects.get(pk=self.at[name].pk)
        self.at[name] = getattr(lifecycle, verb)(row, actor=self.actor, note="taken back")

    def ask(self, query: Any, subject: Any, *, actor: Actor | None = None, **options: Any) -> Answer:
        """Ask a query about an entity's name or the project; refuse more than MOST_QUERIES database queries."""
        about = self.at[subject] if isinstance(subject, str) else subject
        with CaptureQueriesContext(connection) as asked:
            answer: Answer = query(about, actor or self.actor, **options)
        assert len(asked) <= MOST_QUERIES, [one["sql"][:200] for one in asked]
        return answer

    def about_project(self, query: Any, **options: Any) -> Answer:
        """Ask a query about the project."""
        return self.ask(query, self.project, **options)

    def name_of(self, record: str) -> str:
        """Return the name of an id."""
        return next((name for name, row in self.at.items() if str(row.pk) == record), record)

    def names(self, ids: list[str]) -> list[str]:
        """Return the names of ids."""
        return [self.name_of(one) for one in ids]


def groups(answer: Answer) -> dict[str, list[str]]:
    """Return the names of an answer by group, in order."""
    found: dict[str, list[str]] = {}
    for one in answer.items:
        found.setdefault(one.group, []).append(one.name)
    return found


def named(answer: Answer, name: str) -> Item:
    """Return the item of that name."""
    return next(one for one in answer.items if one.name == name)
