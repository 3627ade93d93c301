"""The page where a memory becomes an entity; a card of the triage tab opens it as a drawer."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from engineering.models import Entity
from engineering.queries import proposals
from engineering.services import graduation
from engineering.web.graduation_form import RETYPE, GraduationForm
from memories.actors import Actor
from memories.choices import Status
from memories.errors import Blocked, DomainError, Duplicate, Invalid, StateConflict, UnknownProject
from memories.kinds import kinds
from memories.models import Memory
from memories.queries import projects, records
from memories.services.lifecycle import admit
from memories.web.decide import done, refused, seen_version
from memories.web.door import page, wants_fragment
from memories.web.edit import saved_card

MEMORY = kinds.named("memory")


def address(pk: UUID) -> str:
    """Return where a memory is graduated."""
    return reverse("graduate", args=[pk])


@page("GET", "POST")
def graduate(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Show the guess; propose the entity, or propose and promote it, or name the memory as a source of another."""
    memory = records.get("memory", pk, actor)
    try:
        admit(memory, "graduate", actor=actor)
        if request.method == "POST" and request.POST.get("evidence"):
            return _support(request, actor, memory)
    except DomainError as refusal:
        return refused(request, actor, MEMORY, pk, refusal)
    form = GraduationForm(
        request.POST if request.method == "POST" else None, memory=memory, actor=actor, address=address(pk)
    )
    if request.method != "POST" or request.POST.get("then") == RETYPE:
        return _form_page(request, actor, memory, form)
    return _save(request, actor, memory, form) if form.is_valid() else _form_page(request, actor, memory, form, 422)


def _support(request: HttpRequest, actor: Actor, memory: Memory) -> HttpResponse:
    record_id, _, seen = request.POST["evidence"].partition(":")
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        raise Invalid.field("evidence", "The entity is named as id:version.", "bad_evidence")
    entity = records.get("entity", record_id, actor)
    waited = memory.status
    graduation.support(memory, entity, actor=actor, version=seen_version(request), entity_version=int(seen))
    if waited == memory.status:
        return done(request, actor, kinds.of(entity), entity, "support")
    return done(request, actor, MEMORY, memory, "promote")


def _save(request: HttpRequest, actor: Actor, memory: Memory, form: GraduationForm) -> HttpResponse:
    version = seen_version(request)
    # What is like it was listed for the name, type and project that the form was shown with.
    if request.POST.get("looked") != form.looked and _near(form, actor):
        form.add_error(None, "There are entities like it, listed here. Save again if this is another one.")
        return _form_page(request, actor, memory, form, 422)
    try:
        if request.POST.get("then") != "propose":
            graduation.graduate(memory, form.whole(), actor=actor, version=version)
            return done(request, actor, MEMORY, memory.fresh(), "graduate")
        made = graduation.propose(memory, form.whole(), actor=actor, version=version)
        if not made.created:
            raise graduation.stands(made.row)
    except Invalid as refusal:
        form.take_refusal(refusal.errors)
        return _form_page(request, actor, memory, form, 422)
    except (Duplicate, Blocked) as refusal:
        form.add_error(None, refusal.message)
        return _form_page(request, actor, memory, form, 422)
    except StateConflict as refusal:
        return refused(request, actor, MEMORY, memory.pk, refusal)
    return _proposed(request, actor, memory, made.row)


def _proposed(request: HttpRequest, actor: Actor, memory: Memory, entity: Entity) -> HttpResponse:
    if wants_fragment(request):
        return saved_card(request, actor, MEMORY, memory, verb="propose", title=entity.name)
    return done(request, actor, MEMORY, memory, "propose", title=entity.name)


def _near(form: GraduationForm, actor: Actor) -> list[proposals.Near]:
    name, entity_type, project = form.asked
    try:
        place = projects.resolve(project, actor)
    except UnknownProject:
        return []
    return proposals.near(name, entity_type, place.pk if place else None, actor)


def _form_page(
    request: HttpRequest, actor: Actor, memory: Memory, form: GraduationForm, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "row": memory,
        "form": form,
        "url": address(memory.pk),
        "near": _near(form, actor),
        "candidate": memory.status == Status.CANDIDATE,
        "drawer": wants_fragment(request) and not request.POST.get("page"),
        "version": request.POST.get("version") or memory.version,
        "next": request.GET.get("next", request.POST.get("next", "")),
    }
    template = "engineering/_graduate.html" if wants_fragment(request) else "engineering/graduate.html"
    return render(request, template, context, status=status)
