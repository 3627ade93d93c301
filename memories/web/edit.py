"""Editing a record: in place on its card, or on a page of its own with a reason. Saving may promote in one go."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from memories.actors import Actor
from memories.choices import Status
from memories.errors import Blocked, Duplicate, Invalid, NotFound, StateConflict
from memories.kinds import Kind, Row
from memories.queries import records, triage
from memories.services import edit as editing
from memories.services import lifecycle
from memories.web import cards
from memories.web.decide import back_to, done, refused, seen_version
from memories.web.door import page, wants_fragment
from memories.web.faces import faces
from memories.web.forms import RecordForm


@page("GET", "POST")
def edit(request: HttpRequest, actor: Actor, kind: Kind, pk: UUID) -> HttpResponse:
    """Show the form; save it, and promote the record too where that button was pressed."""
    row = records.get(kind.name, pk, actor)
    form_class = faces.of(kind).form
    if form_class is None:
        raise NotFound(f"A {kind.name} is not edited by hand.")
    if request.method != "POST":
        return _form_page(request, kind, row, form_class(row=row, actor=actor))
    form = form_class(request.POST, row=row, actor=actor)
    if not form.is_valid():
        return _form_page(request, kind, row, form, 422)
    if request.POST.get("then") == "look":
        return _form_page(request, kind, row, form, differences=_differences(row, form))
    return _save(request, actor, kind, row, form)


def _differences(row: Row, form: RecordForm) -> list[dict[str, Any]]:
    """Return what saving the form would change, field by field."""
    now = form.present(row)
    return [
        {"label": form[name].label, "old": now.get(name), "new": form[name].value()}
        for name in form.fields
        if name in form.changed_data
    ]


def _save(request: HttpRequest, actor: Actor, kind: Kind, row: Row, form: RecordForm) -> HttpResponse:
    promote = request.POST.get("then") == "promote"
    version = seen_version(request)
    try:
        # Two verbs, both or neither: what is promoted is what was just saved.
        with transaction.atomic():
            editing.update(row, form.changed(), actor=actor, version=version, note=request.POST.get("note", ""))
            if promote:
                lifecycle.promote(row, actor=actor, version=row.version)
    except Invalid as refusal:
        form.take_refusal(refusal.errors)
        return _form_page(request, kind, records.get(kind.name, row.pk, actor), form, 422)
    except (Duplicate, Blocked) as refusal:
        form.add_error(None, refusal.message)
        return _form_page(request, kind, records.get(kind.name, row.pk, actor), form, 422)
    except StateConflict as refusal:
        return _overtaken(request, actor, kind, row.pk, form, refusal)
    if promote or not wants_fragment(request):
        return done(request, actor, kind, row, "promote" if promote else "update")
    return saved_card(request, actor, kind, row)


def saved_card(
    request: HttpRequest, actor: Actor, kind: Kind, row: Row, *, verb: str = "update", title: str = ""
) -> HttpResponse:
    """Answer a script with the card as it is now, for a record that still waits.

    Args:
        request, actor, kind, row: as elsewhere.
        verb: what was done.
        title: what it was done to, where that is not the record.
    """
    item = cards.items(kind, [row.fresh()], actor)[0]
    context = {"item": item, "kind": kind, "verb": verb, "title": title or item.title, "row": row, "tab": kind.plural}
    return render(
        request,
        "memories/_saved.html",
        context | {"decisions": triage.last_decisions(actor), "here": back_to(request, kind)},
    )


def _form_page(
    request: HttpRequest, kind: Kind, row: Row, form: RecordForm, status: int = 200, **more: Any
) -> HttpResponse:
    if request.method != "POST" and not kind.lifecycle.allowed("update", row.status):
        messages.warning(request, f"A {row.status} {kind.name} is not edited; restore it first.")
        return redirect(kind.url(row.pk))
    context = {
        "kind": kind,
        "row": row,
        "form": form,
        "title": kind.title(row),
        "candidate": row.status == Status.CANDIDATE,
        "version": request.POST.get("version") or row.version,
        "next": request.GET.get("next", request.POST.get("next", "")),
        "note": request.POST.get("note", ""),
        **more,
    }
    template = "memories/_edit.html" if wants_fragment(request) else "memories/edit.html"
    return render(request, template, context, status=status)


def _overtaken(
    request: HttpRequest, actor: Actor, kind: Kind, pk: UUID, form: RecordForm, refusal: StateConflict
) -> HttpResponse:
    """Answer an edit that somebody else was faster than: their result, the text kept, what can be done."""
    now = records.get(kind.name, pk, actor)
    theirs = form.present(now)
    clashes: list[dict[str, Any]] = [
        {"label": field.label, "theirs": theirs.get(field.name, ""), "yours": field.value()}
        for field in form
        if str(theirs.get(field.name, "") or "") != str(field.value() or "")
    ]
    kept = (
        [(name, value) for name in form.fields for value in form.data.getlist(form.add_prefix(name))]
        if hasattr(form.data, "getlist")
        else []
    )
    again = kind.lifecycle.allowed("update", now.status)
    more = {"clashes": clashes, "kept": kept, "again": again, "now": now, "edit_url": f"{kind.url(pk)}edit/"}
    return refused(request, actor, kind, pk, refusal, **more)
