"""The audit browser: every mutation, filtered, with its differences; and the trail of one record. No write controls."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from memories import permissions
from memories.actors import Actor
from memories.errors import NotFound
from memories.filters import AuditFilter
from memories.kinds import Kind
from memories.models import AuditEntry
from memories.queries import history, records
from memories.web import cards, paging
from memories.web.door import page
from memories.web.lists import filtered, next_address, shown_fields

SIZE = 50
NEWEST = paging.Order("newest", "newest", ("-seq",))
SHOWN = ("kind", "action", "actor", "project", "record", "request", "decision", "since", "until")


@page("GET")
def browser(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All audit rows the person may see, newest first."""
    visible = permissions.for_principal(AuditEntry.objects.all(), actor)
    made = filtered(request, AuditFilter(request.GET, visible, actor=actor), {"after"})
    listed = paging.page(made.qs, NEWEST, after=request.GET.get("after", ""), size=SIZE)
    asked = urlencode([(name, value) for name, value in request.GET.items() if value and name != "after"])
    context = {
        "export": f"/api/v1/audit/export?{asked}",
        "entries": listed.rows,
        "fields": shown_fields(made, SHOWN),
        "next": next_address(request, listed.after),
    }
    return render(request, "memories/audit.html", context)


@page("GET")
def entry(request: HttpRequest, actor: Actor, seq: int) -> HttpResponse:
    """One audit row with the rows of the same decision and the full record as it stood."""
    found = permissions.for_principal(AuditEntry.objects.filter(seq=seq), actor).first()
    if found is None:
        raise NotFound(f"There is no audit row {seq} that you may see.")
    together = (
        permissions.for_principal(AuditEntry.objects.filter(decision_id=found.decision_id), actor)
        .exclude(seq=seq)
        .order_by("seq")
    )
    context: dict[str, Any] = {
        "entry": found,
        "together": together[:100],
        "record": found.after_json,
        "undoable": history.is_decision(found),
    }
    return render(request, "memories/audit_entry.html", context)


@page("GET")
def trail(request: HttpRequest, actor: Actor, kind: Kind, pk: UUID) -> HttpResponse:
    """The whole history of one record, newest first."""
    row = records.get(kind.name, pk, actor)
    own = permissions.for_principal(history.of_record(kind.name, pk), actor)
    listed = paging.page(own, NEWEST, after=request.GET.get("after", ""), size=SIZE)
    context = {
        "item": cards.row_of(kind, row),
        "row": row,
        "kind": kind,
        "entries": listed.rows,
        "next": next_address(request, listed.after),
    }
    return render(request, "memories/trail.html", context)
