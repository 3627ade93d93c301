"""Projects and their names."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from memories import permissions
from memories.actors import Actor
from memories.admin.base import ReadAdmin
from memories.admin.correcting import Correcting
from memories.admin.fields import Lines, LongText, OneLine
from memories.admin.forms import CorrectionForm, NewRecordForm
from memories.admin.verbs import BareForm, Deed, Verb, VerbForm, WithVerbs
from memories.adminsite import actor_of
from memories.choices import ProjectStatus, Role
from memories.models import Project, ProjectAlias
from memories.queries import projects as reads
from memories.services import projects


class ProjectForm(CorrectionForm):
    """A project's correction; its name changes by the verb rename, which keeps the old one as an alias."""

    description = LongText(rows=6, required=False)


class NewProjectForm(NewRecordForm):
    """A project to register."""

    name = OneLine(help_text="A slug: letters, digits, dots, dashes, underscores.")
    description = LongText(rows=6, required=False)
    aliases = Lines(rows=3, required=False, help_text="Other names it goes by, one a line.")
    reason = None  # type: ignore[assignment]  # the verb keeps none
    start_as = None  # type: ignore[assignment]  # a project starts active


class RenameForm(VerbForm):
    """The new name."""

    name = OneLine(label="New name")


class AliasForm(BareForm):
    """A further name."""

    alias = OneLine(label="Alias")


class OldAliasForm(BareForm):
    """One of the names it has."""

    alias = forms.ChoiceField(label="Alias")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["alias"] = forms.ChoiceField(choices=[(name, name) for name in reads.aliases(self.row)])


def _rename(row: Project, deed: Deed) -> Project:
    return projects.rename(row, deed.values["name"], actor=deed.actor, version=deed.version, note=deed.note)


def _aliases(service: Callable[..., Project]) -> Callable[[Project, Deed], Project]:
    return lambda row, deed: service(row, deed.values["alias"], actor=deed.actor)


def _status(service: Callable[..., Project]) -> Callable[[Project, Deed], Project]:
    return lambda row, deed: service(row, actor=deed.actor, version=deed.version, note=deed.note)


def _keeps(row: Project, actor: Actor) -> bool:
    role = actor.principal.role_on(row.pk)
    return role is not None and role.includes(Role.MAINTAINER)


def _keeps_in(status: ProjectStatus) -> Callable[[Project, Actor], bool]:
    return lambda row, actor: row.status == status and _keeps(row, actor)


@admin.register(Project)
class ProjectAdmin(WithVerbs[Project], Correcting[Project]):
    """Projects."""

    kind_name = "project"
    form = ProjectForm
    add_form = NewProjectForm
    list_display = ("name", "status", "description", "created_at")
    list_filter = ("status",)
    search_fields = ("name", "names__alias", "description")
    corrected = ("description",)
    added = ("name", "description", "aliases")
    facts = ("name", "aliases", "status", "version", "id", "created_at", "updated_at")
    verbs = (
        Verb("rename", "Rename", _rename, _keeps, RenameForm),
        Verb("add_alias", "Add an alias", _aliases(projects.add_alias), _keeps, AliasForm),
        Verb(
            "remove_alias",
            "Remove an alias",
            _aliases(projects.remove_alias),
            lambda row, actor: _keeps(row, actor) and bool(reads.aliases(row)),
            OldAliasForm,
        ),
        Verb("archive", "Archive", _status(projects.archive), _keeps_in(ProjectStatus.ACTIVE)),
        Verb("unarchive", "Unarchive", _status(projects.unarchive), _keeps_in(ProjectStatus.ARCHIVED)),
    )

    def correct(self, request: HttpRequest, row: Project, form: CorrectionForm) -> Project:
        """Call the verb that changes the description."""
        data = form.cleaned_data
        return projects.edit(
            row,
            actor=actor_of(request),
            description=form.given().get("description", row.description),
            version=data["seen_version"],
            note=data["reason"],
        )

    def create(self, request: HttpRequest, form: CorrectionForm) -> Project:
        """Register the project."""
        data = form.cleaned_data
        return projects.register(
            data["name"], actor=actor_of(request), description=data["description"], aliases=data["aliases"]
        )

    def get_fieldsets(self, request: HttpRequest, obj: Project | None = None) -> Any:
        """Ask for no reason where the verb keeps none."""
        return [(None, {"fields": self.added})] if obj is None else super().get_fieldsets(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the person maintains all projects: only they register new ones."""
        return actor_of(request).principal.reaches_all(Role.MAINTAINER)

    def project_id_of(self, row: Project) -> Any:
        """Return the project itself."""
        return row.pk

    def has_change_permission(self, request: HttpRequest, obj: Project | None = None) -> bool:
        """Tell whether the person maintains it."""
        return self.has_view_permission(request) if obj is None else _keeps(obj, actor_of(request))

    def is_open(self, row: Project) -> bool:
        """Tell whether it can be corrected: always."""
        return True

    @admin.display(description="Aliases")
    def aliases(self, row: Project) -> str:
        """Return its other names."""
        return ", ".join(reads.aliases(row)) or "none"


@admin.register(ProjectAlias)
class AliasAdmin(ReadAdmin[ProjectAlias]):
    """Every name of every project, those of the past too."""

    list_display = ("alias", "project", "canonical", "created_at", "removed_at")
    list_filter = ("canonical", ("removed_at", admin.EmptyFieldListFilter))
    list_select_related = ("project",)
    search_fields = ("alias", "project__name")

    def visible(self, rows: QuerySet[ProjectAlias], actor: Actor) -> QuerySet[ProjectAlias]:
        """Narrow to names of the projects the actor sees."""
        return rows.filter(project__in=permissions.for_principal(Project.objects.all(), actor))
