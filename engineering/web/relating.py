"""Relating by hand: choose how the entity relates, find the other end, read the sentence, save it.

A script fetches the same page as the person types and takes the pieces it needs; without one, each step is a
plain form.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html

from engineering import readings
from engineering.models import Entity
from engineering.queries import ends
from engineering.readings import Reading
from memories.actors import Actor
from memories.choices import LIVE, Role, Status
from memories.errors import Blocked, DomainError, Invalid
from memories.kinds import Row, kinds
from memories.queries import records
from memories.services import edit
from memories.text import text_fault
from memories.web.door import page, status_of, wants_fragment

#: How sure a link is that a person states as true.
STATED = 0.9


def section(row: Row, actor: Actor) -> dict[str, Any]:
    """Return the box as it first stands on the entity's page; nothing for an entity that is no longer live."""
    return box(row, actor, {}) if row.status in LIVE else {}


def box(row: Entity, actor: Actor, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the box shows.

    Args:
        row: the entity at this end.
        actor: who relates.
        asked: what was chosen so far: `reading`, `q`, `other`.
    """
    way = readings.reading(asked.get("reading", ""), row.entity_type)
    text = asked.get("q", "")
    text = "" if text_fault(text, most=300) else text
    other = _other(asked.get("other", ""), way, row, actor)
    allowed = way.ends(row.entity_type) if way else ()
    role = actor.principal.role_on(row.project_id)
    return {
        "families": _families(row.entity_type),
        "reading": way,
        "allowed": allowed,
        "q": text,
        "found": ends.find(text, allowed, row, actor),
        "other": other,
        "first": row if way is None or way.outgoing else other,
        "may_propose": role is not None and role.includes(Role.AGENT),
        "may_decide": role is not None and role.includes(Role.REVIEWER),
        "both_active": other is not None and row.status == other.status == Status.ACTIVE,
    }


def _families(entity_type: str) -> dict[str, list[Reading]]:
    found: dict[str, list[Reading]] = {}
    for way in readings.readings(entity_type):
        found.setdefault(way.spec.family.value, []).append(way)
    return found


def _other(text: str, way: Reading | None, row: Entity, actor: Actor) -> Entity | None:
    """Return the entity chosen for the other end, where it may stand there."""
    try:
        wanted = UUID(text)
    except ValueError:
        return None
    found: Entity | None = (
        records.visible("entity", actor).filter(pk=wanted, status__in=LIVE).exclude(pk=row.pk).first()
    )
    return found if found and way and found.entity_type in way.ends(row.entity_type) else None


@page("GET", "POST")
def relate(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Show the box; save the link that it speaks of."""
    row: Entity = records.get("entity", pk, actor)
    if request.method != "POST":
        return _show(request, row, box(row, actor, request.GET.dict()))
    part = box(row, actor, request.POST.dict())
    way, other = part["reading"], part["other"]
    if way is None or other is None:
        raise Invalid.field("other", "Choose how it relates, and to what.", "required")
    try:
        made = edit.create("relationship", _fields(way, row, other, request), actor=actor, **_options(request))
    except (Invalid, Blocked) as refusal:
        return _refused(request, row, part, refusal)
    _say(request, made)
    return redirect(kinds.named("entity").url(row.pk))


def _fields(way: Reading, row: Entity, other: Entity, request: HttpRequest) -> dict[str, Any]:
    source, target = (row, other) if way.outgoing else (other, row)
    fields = {"source_entity": str(source.pk), "relationship_type": way.spec.name, "target_entity": str(target.pk)}
    return fields | ({"confidence": STATED} if request.POST.get("status") == Status.ACTIVE else {})


def _options(request: HttpRequest) -> dict[str, str]:
    return {"status": request.POST.get("status", Status.CANDIDATE.value), "note": request.POST.get("note", "")}


def _refused(request: HttpRequest, row: Entity, part: dict[str, Any], refusal: DomainError) -> HttpResponse:
    status = 422 if isinstance(refusal, Invalid) else status_of(refusal)
    more = {"refusal": refusal, "path": refusal.data.get("path", []), "note": request.POST.get("note", "")}
    return _show(request, row, part | more, status)


def _show(request: HttpRequest, row: Entity, part: dict[str, Any], status: int = 200) -> HttpResponse:
    template = "engineering/_relate.html" if wants_fragment(request) else "engineering/relate.html"
    return render(request, template, {"row": row, "part": part}, status=status)


def _say(request: HttpRequest, made: edit.Created) -> None:
    kind, title = kinds.named("relationship"), kinds.named("relationship").title(made.row)
    words = "Saved" if made.created else f"This stands already, {made.row.status}"
    level = messages.SUCCESS if made.created else messages.WARNING
    link = format_html('{}: <a href="{}">{}</a>', words, kind.url(made.row.pk), title)
    messages.add_message(request, level, link)
