"""Projects and captured exchanges: their lists and pages, and the help page. Reads only."""

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.errors import NotFound
from memories.filters import InteractionFilter
from memories.kinds import kinds
from memories.models import Interaction, Memory, Project
from memories.queries import projects, triage
from memories.text import text_fault
from memories.web import paging, panels
from memories.web.door import page
from memories.web.lists import NEWEST, filtered, next_address, shown_fields

SIZE = 50
SHOWN = ("project", "client", "session_id", "created_after", "created_before")


@page("GET")
def project_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The projects the person may see, each with what waits in it."""
    rows = projects.visible(actor).prefetch_related("names").order_by("name")
    waiting: dict[str, int] = {}
    for kind in kinds.triaged():
        for name, count in triage.waiting_by_project(kind, actor):
            waiting[name] = waiting.get(name, 0) + count
    listed = [{"row": row, "aliases": _aliases(row), "waiting": waiting.get(row.name, 0)} for row in rows]
    return render(request, "memories/projects.html", {"listed": listed, "unplaced": waiting.get("", 0)})


def _aliases(row: Project) -> list[str]:
    return [name.alias for name in row.names.all() if not name.canonical and name.removed_at is None]


@page("GET")
def project(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """One project: what it is, what it goes by, how much of everything it has. Any of its names leads here."""
    if text_fault(name, most=200):
        raise NotFound("No project has such a name.")
    row = projects.get(name, actor)
    if name != row.name:
        return redirect("project", row.name, permanent=False)
    figures = [_figures(kind, row, actor) for kind in kinds.triaged()]
    heard = permissions.for_principal(Interaction.objects.filter(project=row), actor).count()
    context = {
        "row": row,
        "aliases": projects.aliases(row),
        "figures": figures,
        "heard": heard,
        "panels": panels.of(row, actor),
    }
    return render(request, "memories/project.html", context)


def _figures(kind: Any, row: Project, actor: Actor) -> dict[str, Any]:
    own = permissions.for_principal(kind.model._base_manager.filter(**{kind.project_paths[0]: row}), actor)
    counted = dict(own.order_by().values_list("status").annotate(Count("pk")))
    by_status = [(status, counted[status]) for status in Status.values if status in counted]
    return {"kind": kind, "by_status": by_status, "total": sum(counted.values())}


@page("GET")
def interaction_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Captured exchanges, newest first."""
    visible = permissions.for_principal(Interaction.objects.select_related("project"), actor)
    made = filtered(request, InteractionFilter(request.GET, visible, actor=actor), {"after"})
    listed = paging.page(made.qs, NEWEST, after=request.GET.get("after", ""), size=SIZE)
    context = {"rows": listed.rows, "fields": shown_fields(made, SHOWN), "next": next_address(request, listed.after)}
    return render(request, "memories/interactions.html", context)


@page("GET")
def interaction(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """One captured exchange: what was asked and answered, its neighbours in the session, what was taken from it."""
    visible = permissions.for_principal(Interaction.objects.select_related("project"), actor)
    row = visible.filter(pk=pk).first()
    if row is None:
        raise NotFound(f"There is no interaction {pk} that you may see.")
    taken = permissions.for_principal(
        Memory.objects.filter(source_interaction=row).select_related("project"), actor
    ).order_by("pk")
    session = (
        visible.filter(session_id=row.session_id).exclude(pk=pk).order_by("created_at")
        if row.session_id
        else visible.none()
    )
    context = {
        "row": row,
        "taken": taken[:100],
        "before": session.filter(created_at__lte=row.created_at).last(),
        "following": session.filter(created_at__gt=row.created_at).first(),
    }
    return render(request, "memories/interaction.html", context)


@page("GET")
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The front door leads to triage."""
    return redirect("triage")


def help_page(request: HttpRequest) -> HttpResponse:
    """The keyboard map and what the words mean; needs nobody signed in."""
    return render(request, "memories/help.html")
