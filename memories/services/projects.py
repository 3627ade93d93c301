"""The verbs on projects and their names. Maintainers only."""

from collections.abc import Sequence
from typing import Any

from memories import permissions
from memories.actors import Actor
from memories.choices import ProjectStatus, Role
from memories.errors import Duplicate, NotFound, Stale, StateConflict
from memories.models import Project, ProjectAlias
from memories.projects import clean_name, fold
from memories.queries import projects as reads
from memories.services._write import Batch, serialise
from memories.services.lifecycle import clean_note
from memories.text import clean_text


def register(name: str, *, actor: Actor, description: str = "", aliases: Sequence[str] = ()) -> Project:
    """Register a project with its aliases.

    Raises:
        Duplicate: a name is taken, as a name or as an alias, in any case.
    """
    permissions.require(actor, Role.MAINTAINER, None)
    project = Project(
        name=clean_name(name), description=clean_text(description, "description", most=10_000, blank=True)
    )
    wanted = [project.name, *(clean_name(alias, f"aliases/{place}") for place, alias in enumerate(aliases))]
    with Batch(actor) as batch:
        serialise("project names")
        _refuse_taken(project.name)
        project.created_at = project.updated_at = batch.at
        project.save(force_insert=True)
        for place, alias in enumerate(dict.fromkeys(wanted)):
            _take(project, alias, canonical=place == 0)
        batch.log(project, "register", kind_name="project", note=_named(wanted[1:]))
    return project


def add_alias(project: Project, alias: str, *, actor: Actor) -> Project:
    """Give a project another name. Raises Duplicate when it is taken."""
    permissions.require(actor, Role.MAINTAINER, project.pk)
    word = clean_name(alias, "alias")
    with Batch(actor) as batch:
        serialise("project names")
        _take(project, word)
        batch.log(project, "add_alias", kind_name="project", note=_named([word]))
    return project


def remove_alias(project: Project, alias: str, *, actor: Actor) -> Project:
    """Take a name from a project; its canonical name stays."""
    permissions.require(actor, Role.MAINTAINER, project.pk)
    with Batch(actor) as batch:
        ended = project.names.filter(alias=fold(alias), canonical=False, removed_at__isnull=True).update(
            removed_at=batch.at
        )
        if not ended:
            raise NotFound(f"“{alias}” is no alias of {project.name}.")
        batch.log(project, "remove_alias", kind_name="project", note=_named([fold(alias)]))
    return project


def rename(project: Project, name: str, *, actor: Actor, version: int | None = None, note: str = "") -> Project:
    """Give a project another canonical name; the old one stays as an alias."""
    permissions.require(actor, Role.MAINTAINER, project.pk)
    word = clean_name(name)
    if word == project.name:
        return project
    with Batch(actor) as batch:
        serialise("project names")
        project.names.filter(canonical=True).update(canonical=False)
        if not project.names.filter(alias=word, removed_at__isnull=True).update(canonical=True):
            _take(project, word, canonical=True)
        return _set(batch, project, "rename", version, clean_note(note), name=word)


def edit(project: Project, *, actor: Actor, description: str, version: int | None = None, note: str = "") -> Project:
    """Change a project's description."""
    permissions.require(actor, Role.MAINTAINER, project.pk)
    words = clean_text(description, "description", most=10_000, blank=True)
    if words == project.description:
        return project
    with Batch(actor) as batch:
        return _set(batch, project, "update", version, clean_note(note), description=words)


def archive(project: Project, *, actor: Actor, version: int | None = None, note: str = "") -> Project:
    """Close a project to new work; what it holds stays readable."""
    return _status(project, "archive", ProjectStatus.ACTIVE, ProjectStatus.ARCHIVED, actor, version, note)


def unarchive(project: Project, *, actor: Actor, version: int | None = None, note: str = "") -> Project:
    """Open an archived project again."""
    return _status(project, "unarchive", ProjectStatus.ARCHIVED, ProjectStatus.ACTIVE, actor, version, note)


def _status(
    project: Project,
    action: str,
    present: ProjectStatus,
    to: ProjectStatus,
    actor: Actor,
    version: int | None,
    note: str,
) -> Project:
    permissions.require(actor, Role.MAINTAINER, project.pk)
    if project.status != present:
        raise StateConflict(
            f"“{action}” does not apply: {project.name} is {project.status}.",
            status=project.status,
            version=project.version,
        )
    with Batch(actor) as batch:
        return _set(batch, project, action, version, clean_note(note), status=to.value)


def _refuse_taken(alias: str) -> None:
    if owner := reads.find(alias):
        raise Duplicate(f"“{alias}” is a name of the project {owner.name} already.", blockers=[owner.name])


def _take(project: Project, alias: str, *, canonical: bool = False) -> None:
    _refuse_taken(alias)
    ProjectAlias(project=project, alias=alias, canonical=canonical).save(force_insert=True)


def _set(batch: Batch, project: Project, action: str, version: int | None, note: str, **values: Any) -> Project:
    before = {name: getattr(project, name) for name in values}
    seen = project.version if version is None else version
    hit = Project.objects.filter(pk=project.pk, version=seen).update(**values, version=seen + 1, updated_at=batch.at)
    if not hit:
        raise Stale(
            f"The project {project.name} changed since you saw it.", version=Project.objects.get(pk=project.pk).version
        )
    project.refresh_from_db()
    batch.log(project, action, kind_name="project", before=before, note=note)
    return project


def _named(names: Sequence[str]) -> str:
    return f"aliases: {', '.join(names)}" if names else ""
