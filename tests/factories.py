"""Makes what tests need through the product's own verbs, so that every row a test sees is a row a user could have."""

from itertools import count
from typing import Any

from engineering.models import Entity, Relationship
from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.models import Memory, Project, SourceDocument, User
from memories.queries import projects as project_reads
from memories.services import documents, edit, people, projects

_number = count(1)
SETUP = Actor.system("import")


def project(name: str = "p04-gigabit", aliases: tuple[str, ...] = ("p04",)) -> Project:
    """Return the project of that name, registered if need be."""
    return project_reads.find(name) or projects.register(name, actor=SETUP, aliases=aliases)


def user(role: Role, name: str = "", on: Project | None = None) -> User:
    """Return a new user with a role on one project or on all."""
    return people.create_user(
        name or f"{role.value}{next(_number)}", actor=SETUP, role=role.value, projects=[on] if on else None
    )


def person(role: Role = Role.REVIEWER, name: str = "", on: Project | None = None) -> Actor:
    """Return a person acting with a role."""
    return permissions.actor_for_user(user(role, name, on))


def agent(name: str = "claude", on: Project | None = None) -> Actor:
    """Return a program that may only propose."""
    holder = user(Role.AGENT, f"service.{name}{next(_number)}", on)
    return Actor.agent(name, permissions.principal_of(holder))


def memory(content: str = "", *, by: Actor | None = None, active: bool = False, **fields: Any) -> Memory:
    """Return a new memory of p04-gigabit, proposed by an agent unless told otherwise."""
    project()
    given = {
        "memory_type": "knowledge",
        "content": content or f"The shutter closes in {next(_number)} ms.",
        "project": "p04-gigabit",
        **fields,
    }
    row: Memory = edit.create("memory", given, actor=by or SETUP, status="active" if active else None).row
    return row


def document(text: str = "", path: str = "", *, by: Actor | None = None, **fields: Any) -> SourceDocument:
    """Return a new document of p04-gigabit; active unless an agent brings it."""
    project()
    number = next(_number)
    given = {
        "file_path": path or f"notes/shutter-{number}.md",
        "text": text or f"# Shutter\n\nThe shutter closes in {number} ms.\n",
        "project": "p04-gigabit",
        **fields,
    }
    return documents.ingest(given, actor=by or SETUP).row


def entity(
    name: str = "", entity_type: str = "component", *, by: Actor | None = None, active: bool = True, **fields: Any
) -> Entity:
    """Return a new entity of p04-gigabit, active unless told otherwise."""
    project()
    given = {"entity_type": entity_type, "name": name or f"Part {next(_number)}", "project": "p04-gigabit", **fields}
    row: Entity = edit.create("entity", given, actor=by or SETUP, status="active" if active else None).row
    return row


def relationship(
    source: Entity, word: str, target: Entity, *, by: Actor | None = None, active: bool = True
) -> Relationship:
    """Return a new relationship, active unless told otherwise."""
    given = {"source_entity": str(source.pk), "relationship_type": word, "target_entity": str(target.pk)}
    row: Relationship = edit.create("relationship", given, actor=by or SETUP, status="active" if active else None).row
    return row
