"""Reads of projects: by any of their names, as far as the actor may see."""

from django.db.models import QuerySet

from memories import permissions
from memories.actors import Actor
from memories.errors import NotFound, UnknownProject
from memories.models import Project, ProjectAlias
from memories.projects import closest, fold
from memories.text import text_fault


def visible(actor: Actor) -> QuerySet[Project]:
    """Return the projects the actor may see."""
    return permissions.for_principal(Project.objects.all(), actor)


def find(name: str) -> Project | None:
    """Return the project of a canonical name or alias, whoever asks; None where there is none."""
    if text_fault(name):
        return None  # PostgreSQL takes no NUL, not even to look for one
    # Names are stored folded, so that equality is the case-insensitive comparison.
    hit = ProjectAlias.objects.filter(alias=fold(name), removed_at__isnull=True).select_related("project").first()
    return hit.project if hit else None


def names(actor: Actor) -> list[str]:
    """Return every live name and alias of the projects the actor may see."""
    return list(
        ProjectAlias.objects.filter(removed_at__isnull=True, project__in=visible(actor)).values_list("alias", flat=True)
    )


def resolve(name: str | None, actor: Actor, *, pointer: str = "/project") -> Project | None:
    """Return the project that a name or alias stands for; None for no name.

    Raises:
        UnknownProject: nobody registered it, or the actor may not see it; names the closest visible ones.
    """
    if name is None or not name.strip():
        return None
    project = find(name) if len(name) <= 80 else None
    if project and (actor.principal.role_on(project.pk)):
        return project
    raise UnknownProject(name, _canonical(closest(name, names(actor)), actor), pointer)


def _canonical(found: list[str], actor: Actor) -> list[str]:
    rows = ProjectAlias.objects.filter(alias__in=found, removed_at__isnull=True).select_related("project")
    by_alias = {row.alias: row.project.name for row in rows}
    return list(dict.fromkeys(by_alias.get(name, name) for name in found))


def get(name: str, actor: Actor) -> Project:
    """Return a project by name or alias, or raise NotFound."""
    try:
        project = resolve(name, actor)
    except UnknownProject as unknown:
        raise NotFound(unknown.message, closest=unknown.data["closest"]) from None
    if project is None:
        raise NotFound("No project name was given.")
    return project


def aliases(project: Project) -> list[str]:
    """Return a project's aliases, its canonical name left out."""
    return list(project.names.filter(canonical=False, removed_at__isnull=True).values_list("alias", flat=True))
