"""Projects and their names, as an older database brings them."""

from engineering.importers.legacy.reading import Reading, Taken
from engineering.services.importing.world import World
from memories.errors import DomainError
from memories.findings import Finding, Place
from memories.models import Project, ProjectAlias
from memories.projects import fold
from memories.services import projects


def names() -> dict[str, str]:
    """Return the canonical name of every name and alias here, by folded name."""
    rows = ProjectAlias.objects.filter(removed_at__isnull=True).values_list("alias", "project__name")
    return {fold(alias): name for alias, name in rows}


def write_projects(world: World, reading: Reading) -> tuple[list[Taken], list[Taken]]:
    """Register the projects that are not here; return (written, here already).

    A project is the same where its name is: the one that is here keeps its description, and old ids lead to it.
    """
    known = names()
    world.projects = {project.name: project for project in Project.objects.all()}
    written: list[Taken] = []
    here: list[Taken] = []
    for record in reading.taken["projects"]:
        name = known.get(record.values["name"])
        if name is None:
            world.projects[record.values["name"]] = _write(world, record)
            known[record.values["name"]] = record.values["name"]
        else:
            world.moved[record.values["id"]] = world.projects[name].pk
        (here if name else written).append(record)
    return written, here


def _write(world: World, record: Taken) -> Project:
    project = Project(**record.values)
    if Project.objects.filter(pk=project.pk).exists():  # renamed here since: the name is free again, the id is not
        project.pk = Project().pk
    project.save(force_insert=True)
    ProjectAlias(project=project, alias=project.name, canonical=True).save(force_insert=True)
    world.batch.log(project, "import", kind_name="project", note="; ".join(words for _, words in record.repairs))
    return project


def write_aliases(world: World, reading: Reading, shown: str) -> list[Finding]:
    """Register the names that the older database used without declaring them, so that clients may go on using them."""
    findings = []
    for alias, name in reading.aliases.items():
        if fold(alias) in names():
            continue
        reason = f"“{alias}” was used for {name}; it is its alias now"
        try:
            projects.add_alias(world.projects[name], alias, actor=world.batch.actor)
        except DomainError as refusal:
            reason = f"“{alias}” was used for {name} and cannot be its alias: {refusal.message}"
        findings.append(Finding("note", "projects", alias, "learned_alias", reason, Place(shown)))
    return findings
