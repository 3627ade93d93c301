"""Captured exchanges: their list, the page of one, and the two verbs a person has on it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Invalid, NotFound
from memories.filters import InteractionFilter
from memories.models import ExtractionRun, Extractor, Interaction
from memories.queries import extractions, projects, reinforcements
from memories.services import capture, chat, extraction
from memories.web import exchange_text, learnt, paging
from memories.web.decide import seen_version
from memories.web.door import page
from memories.web.lists import NEWEST, filtered, next_address, shown_fields

SIZE = 50
SHOWN = ("project", "client", "session_id", "learned", "created_after", "created_before")


def _visible(actor: Actor) -> Any:
    return permissions.for_principal(Interaction.objects.select_related("project"), actor)


def _get(actor: Actor, pk: UUID) -> Interaction:
    row: Interaction | None = _visible(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound(f"There is no interaction {pk} that you may see.")
    return row


@page("GET")
def interaction_list(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Captured exchanges, newest first."""
    made = filtered(request, InteractionFilter(request.GET, _visible(actor), actor=actor), {"after"})
    listed = paging.page(made.qs, NEWEST, after=request.GET.get("after", ""), size=SIZE)
    taught = learnt.counts(listed.rows)
    context = {
        "rows": [(row, taught.get(row.pk, 0)) for row in listed.rows],
        "fields": shown_fields(made, SHOWN),
        "next": next_address(request, listed.after),
    }
    return render(request, "memories/interactions.html", context)


@page("GET")
def interaction(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """One exchange: what was asked, given and answered, what was learnt from it, what it repeats."""
    row = _get(actor, pk)
    taught = learnt.lines(row, actor)
    context = {
        "row": row,
        "prompt": exchange_text.marked(row.prompt, "prompt", taught),
        "response": exchange_text.marked(row.response, "response", taught),
        "given": exchange_text.pack(row.context_pack, actor),
        "used": learnt.used(row, actor),
        "taught": taught,
        "repeats": list(reinforcements.of_interaction(row, actor)[:50]),
        "runs": list(extractions.runs_of(row, actor)[:20]),
        **_around(row, actor),
        **_ways(row, actor),
    }
    return render(request, "memories/interaction.html", context)


def _around(row: Interaction, actor: Actor) -> dict[str, Any]:
    visible = _visible(actor)
    session = visible.filter(session_id=row.session_id).exclude(pk=row.pk) if row.session_id else visible.none()
    return {
        "before": session.filter(created_at__lte=row.created_at).order_by("created_at").last(),
        "following": session.filter(created_at__gt=row.created_at).order_by("created_at").first(),
    }


def _ways(row: Interaction, actor: Actor) -> dict[str, Any]:
    role = actor.principal.role_on(row.project_id)
    reviews = role is not None and role.includes(Role.REVIEWER)
    unplaced = row.project_id is None
    return {
        "may_look": reviews and not (unplaced and row.project_text),
        "model": chat.configured() if reviews else None,
        "may_assign": reviews and unplaced,
        "homes": list(projects.visible(actor).values_list("name", flat=True)) if reviews and unplaced else [],
    }


@page("POST")
def extract(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Have an exchange looked through again, by rule or by the model."""
    run = extraction.extract(_get(actor, pk), actor=actor, extractor=request.POST.get("extractor", Extractor.RULES))
    if run.outcome == ExtractionRun.Outcome.FAILED:
        messages.error(request, f"Nothing was taken from it: {run.error}")
    else:
        messages.success(request, f"Found {run.found}, of which {run.proposed} new.")
    return redirect("interaction", pk)


@page("POST")
def assign(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Give an exchange of an unknown name its project."""
    row = _get(actor, pk)
    project = projects.resolve(request.POST.get("project", ""), actor)
    if project is None:
        raise Invalid.field("project", "Choose a project.", "blank")
    capture.assign(row, project, actor=actor, version=seen_version(request))
    messages.success(request, f"It belongs to {project.name} now.")
    return redirect("interaction", pk)
