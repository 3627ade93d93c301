"""Tools over everything: projects, the audit log, whether AtoCore is well and who you are in it."""

from typing import Annotated, Any

from django.db.models import Prefetch
from django.utils.datastructures import MultiValueDict
from pydantic import BaseModel, Field

from memories import permissions
from memories.filters import AuditFilter
from memories.mcp_tools import shapes
from memories.mcp_tools.door import given, offset_of, page_of, reads
from memories.mcp_tools.shapes import Answered, Cursor, Kind, Limit, Paged, Project, When
from memories.models import AuditEntry, ProjectAlias
from memories.models import Project as ProjectRow
from memories.narrowing import filtered
from memories.queries import history, projects, stats
from memories.services import caller

#: Characters of a value in a change.
_MOST_VALUE = 500


class ProjectOut(BaseModel):
    """A project."""

    name: str
    aliases: list[str]
    description: str
    status: str
    page: str


class Projects(Paged):
    """A page of projects, by name."""

    results: list[ProjectOut]


class Change(BaseModel):
    """One field that an act changed."""

    field: str
    old: str | None
    new: str | None


class Entry(BaseModel):
    """One row of the audit log."""

    seq: int
    kind: str
    record: str
    title: str
    action: str
    actor: str
    project: str | None
    at: str
    note: str
    request: str
    changes: list[Change]


class Entries(Paged):
    """A page of the audit log, the newest first."""

    results: list[Entry]


class Caller(BaseModel):
    """Whose token calls."""

    name: str
    role: str
    projects: list[str] = Field(description="projects that you may read")
    expires_at: str | None


class Health(Answered):
    """Whether AtoCore answers, who you are, and how much there is that you may see."""

    status: str
    you: Caller
    counts: dict[str, dict[str, int]] = Field(description="for each kind the number of records by status")
    waiting: int = Field(description="candidates that wait for a person, as far as you see them")


def atocore_projects(limit: Limit = shapes.USUAL, cursor: Cursor = None) -> Projects:
    """List the projects that you may read, with their aliases. Names and aliases are taken alike wherever a project is
    named.
    """
    actor, start = caller.actor(), offset_of(cursor)
    live = ProjectAlias.objects.filter(canonical=False, removed_at__isnull=True)
    seen = projects.visible(actor).prefetch_related(Prefetch("names", queryset=live)).order_by("name")
    rows = list(seen[start : start + limit + 1])
    following = str(start + limit) if len(rows) > limit else None
    return Projects(results=[_project(row) for row in rows[:limit]], next_cursor=following)


def _project(row: ProjectRow) -> ProjectOut:
    return ProjectOut(
        name=row.name,
        aliases=sorted(name.alias for name in row.names.all()),
        description=row.description,
        status=row.status,
        page=shapes.address(f"/projects/{row.name}/"),
    )


def atocore_audit(
    kind: Kind = None,
    record: Annotated[str | None, Field(description="Id of a record: its whole history.", max_length=200)] = None,
    action: Annotated[str | None, Field(description="create, promote, reject, supersede, …", max_length=80)] = None,
    actor: Annotated[str | None, Field(description="user:<name> or agent:<token name>.", max_length=200)] = None,
    project: Project = None,
    since: When = None,
    until: When = None,
    limit: Limit = shapes.USUAL,
    cursor: Cursor = None,
) -> Entries:
    """Read the log of everything that ever changed, the newest first: who did what to which record, and what stood
    there before.
    """
    asking = caller.actor()
    words = given(kind=kind, record=record, action=action, actor=actor, project=project, since=since, until=until)
    data: MultiValueDict[str, str] = MultiValueDict({name: [word] for name, word in words.items()})
    seen = permissions.for_principal(AuditEntry.objects.all(), asking)
    rows, following = page_of(filtered(AuditFilter, data, seen, asking), cursor, limit, int)
    return Entries(results=[_entry(row) for row in rows], next_cursor=following)


def _entry(row: AuditEntry) -> Entry:
    return Entry(
        seq=row.seq,
        kind=row.entity_kind,
        record=row.record_id,
        title=row.title,
        action=row.action,
        actor=row.actor,
        project=row.project_name or None,
        at=shapes.when(row.timestamp) or "",
        note=row.note,
        request=row.request_id,
        changes=[Change(field=one.name, old=_value(one.old), new=_value(one.new)) for one in history.diff(row)],
    )


def _value(value: Any) -> str | None:
    return None if value is None else str(value)[:_MOST_VALUE]


def atocore_health() -> Health:
    """Ask whether AtoCore answers, under which token and role you act, and how much there is that you may see."""
    token, actor = caller.token(), caller.actor()
    found = stats.figures(actor)
    names = list(projects.visible(actor).order_by("name").values_list("name", flat=True)[: shapes.USUAL])
    return Health(
        status="ok",
        you=Caller(name=token.name, role=token.role, projects=names, expires_at=shapes.when(token.expires_at)),
        counts={kind: one["by_status"] for kind, one in found.items() if kind != "triage"},
        waiting=found["triage"]["waiting"],
    )


TOOLS = [reads(atocore_projects), reads(atocore_audit), reads(atocore_health)]
