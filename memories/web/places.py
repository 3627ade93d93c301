"""Projects: their list and pages, and the help page. Reads only."""

from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from memories import permissions
from memories.actors import Actor
from memories.choices import Role, Status
from memories.errors import NotFound
from memories.kinds import kinds
from memories.models import Interaction, Project
from memories.queries import figures, projects, triage
from memories.text import text_fault
from memories.web import panels
from memories.web.door import page


@page("GET")
def project_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The projects the person may see, each with what waits in it."""
    rows = projects.visible(actor).prefetch_related("names").order_by("name")
    waiting: dict[str, int] = {}
    for kind in kinds.triaged():
        for name, count in triage.waiting_by_project(kind, actor):
            waiting[name] = waiting.get(name, 0) + count
    listed = [{"row": row, "aliases": _aliases(row), "waiting": waiting.get(row.name, 0)} for row in rows]
    context = {
        "listed": listed,
        "unplaced": waiting.get("", 0),
        "may_register": actor.principal.reaches_all(Role.MAINTAINER),
    }
    return render(request, "memories/projects.html", context)


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
    counted = figures.kept("recorded", row, actor, lambda: _recorded(row, actor))
    heard = permissions.for_principal(Interaction.objects.filter(project=row), actor).count()
    context = {
        "row": row,
        "aliases": projects.aliases(row),
        "figures": [_figure(kind, counted[kind.name]) for kind in kinds.triaged()],
        "heard": heard,
        "panels": panels.of(row, actor),
    }
    return render(request, "memories/project.html", context)


def _recorded(row: Project, actor: Actor) -> figures.Made:
    """Return how many records of each kind stand in each status. Time changes none of them."""
    found = {}
    for kind in kinds.triaged():
        own = permissions.for_principal(kind.model._base_manager.filter(**{kind.project_paths[0]: row}), actor)
        found[kind.name] = dict(own.order_by().values_list("status").annotate(Count("pk")))
    return figures.Made(found, figures.reach(row), timezone.now() + timedelta(days=1))


def _figure(kind: Any, counted: dict[str, int]) -> dict[str, Any]:
    by_status = [(status, counted[status]) for status in Status.values if status in counted]
    return {"kind": kind, "by_status": by_status, "total": sum(counted.values())}


@page("GET")
def start(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The front door leads to triage."""
    return redirect("triage")


def help_page(request: HttpRequest) -> HttpResponse:
    """The keyboard map and what the words mean; needs nobody signed in."""
    return render(request, "memories/help.html")
