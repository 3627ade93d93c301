"""The suspect links of a project on one page, and their confirmation, one or many at once."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from engineering.models import Relationship
from engineering.queries import reviewed
from engineering.queries.envelope import Answer, Limits
from engineering.queries.suspects import suspects
from engineering.services.relationships import Seen, confirm_many
from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Invalid, NotFound
from memories.kinds import kinds
from memories.models import AuditEntry, Project
from memories.queries import projects
from memories.services.bulk import REVIEWER_LIMIT, ItemResult
from memories.text import clean_text, text_fault
from memories.web.decide import back_to
from memories.web.door import page

#: Links of a page: as many as a reviewer may decide at once.
SIZE = REVIEWER_LIMIT


@page("GET")
def listing(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """The suspect links of a project, with what changed since each was reviewed (Q-102)."""
    if text_fault(name, most=200):
        raise NotFound("No project has such a name.")
    project = projects.get(name, actor)
    if name != project.name:
        return redirect("suspect-links", project.name, permanent=False)
    offset = _offset(request.GET.get("offset", ""))
    answer = suspects(project, actor, Limits(nodes=SIZE, offset=offset))
    role = actor.principal.role_on(project.pk)
    context = {
        "project": project,
        "answer": answer,
        "suspects": reviewed.explained(_rows(answer), actor),
        "next": f"?{urlencode({'offset': answer.next})}" if answer.next else "",
        "first": f"?{urlencode({'offset': max(0, offset - SIZE)})}" if offset else "",
        "may_decide": role is not None and role.includes(Role.REVIEWER),
        "done": _done(request.GET.get("done", ""), project, actor),
    }
    return render(request, "engineering/suspect_links.html", context)


def _offset(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Invalid.field("offset", "The place in the list is a whole number.", "invalid")
    return int(text or 0)


def _rows(answer: Answer) -> list[Relationship]:
    wanted = [UUID(item.via.relationship) for item in answer.items if item.via]
    found = Relationship.objects.select_related("source_entity__project", "target_entity__project").in_bulk(wanted)
    return [found[pk] for pk in wanted if pk in found]


def _done(request_id: str, project: Project, actor: Actor) -> dict[str, Any]:
    """Return what the person confirmed in a request and can take back."""
    if not request_id or text_fault(request_id, most=64):
        return {}
    rows = AuditEntry.objects.filter(request_id=request_id, action="confirm", actor=actor.label, project_id=project.pk)
    return {"request": request_id, "count": permissions.for_principal(rows, actor).count()}


@page("POST")
def confirm(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Confirm the ticked links, or all that were shown; each as the person saw it."""
    texts = request.POST.getlist("shown" if "all" in request.POST else "item")
    if not texts:
        raise Invalid.field("item", "No link is ticked.", "item_count")
    note = clean_text(request.POST.get("note", ""), "note", most=4_000, blank=True)
    results = confirm_many([_seen(text) for text in texts], actor=actor, note=note)
    _say(request, actor, results)
    return redirect(back_to(request, kinds.named("relationship")))


def _seen(text: str) -> Seen:
    record_id, _, rest = text.partition(":")
    version, _, target = rest.partition(":")
    try:
        return Seen(UUID(record_id), int(version), clean_text(target, "item", most=64, blank=True, single=True))
    except ValueError:
        raise Invalid.field("item", "A link is named as id:version:fingerprint.", "bad_item") from None


def _say(request: HttpRequest, actor: Actor, results: list[ItemResult]) -> None:
    done = [result for result in results if result.outcome == "done"]
    for message in dict.fromkeys(result.message for result in results if result.outcome != "done"):
        messages.warning(request, message)
    if done:
        number = f"{len(done)} link{'s' if len(done) > 1 else ''} confirmed."
        messages.success(request, format_html('{} <a href="{}">Undo</a>', number, _undo_address(actor, done[0].id)))


def _undo_address(actor: Actor, link: UUID) -> str:
    row = Relationship.objects.select_related("source_entity__project").get(pk=link)
    project = row.source_entity.project
    asked = urlencode({"done" if project else "request": actor.request_id or ""})
    return f"{reverse('suspect-links', args=[project.name]) if project else reverse('audit')}?{asked}"
