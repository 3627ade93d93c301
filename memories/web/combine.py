"""Two records at once: a candidate that replaces an active one, a merge field by field, an active row that ends."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from memories.actors import Actor
from memories.choices import Status
from memories.errors import DomainError
from memories.kinds import Kind, Row
from memories.queries import records, triage
from memories.services import lifecycle
from memories.web import cards
from memories.web.decide import done, refused, seen_version
from memories.web.door import page, wants_fragment
from memories.web.faces import faces


@page("GET")
def replace(request: HttpRequest, actor: Actor, kind: Kind, pk: UUID, other: UUID) -> HttpResponse:
    """Show what changes when a candidate supersedes an active record; the form promotes it."""
    row, old = records.get(kind.name, pk, actor), records.get(kind.name, other, actor)
    text = faces.of(kind).text
    context = {
        "kind": kind,
        "row": row,
        "old": old,
        "old_text": text(old),
        "new_text": text(row),
        "old_url": kind.url(old.pk),
    }
    return _show(request, "replace", context)


@page("GET", "POST")
def merge(request: HttpRequest, actor: Actor, kind: Kind, pk: UUID, other: UUID) -> HttpResponse:
    """Choose field by field what the target takes, then merge."""
    row, into = records.get(kind.name, pk, actor), records.get(kind.name, other, actor)
    if request.method != "POST":
        return _show(request, "merge", _merge_context(kind, row, into))
    chosen = {name: request.POST[f"take-{name}"] for name in kind.choosable if f"take-{name}" in request.POST}
    try:
        lifecycle.merge(
            row,
            into,
            actor=actor,
            version=seen_version(request),
            into_version=seen_version(request, "into_version"),
            fields=chosen,
            note=request.POST.get("note", ""),
        )
    except DomainError as refusal:
        return refused(request, actor, kind, pk, refusal)
    return done(request, actor, kind, row, "merge", into=into, into_url=kind.url(into.pk))


def _merge_context(kind: Kind, row: Row, into: Row) -> dict[str, Any]:
    fields = [{"name": name, "theirs": getattr(into, name), "ours": getattr(row, name)} for name in kind.choosable]
    differing = [field for field in fields if field["theirs"] != field["ours"]]
    united = [{"name": name, "values": _union(getattr(into, name), getattr(row, name))} for name in kind.union]
    same = len(fields) - len(differing)
    return {
        "kind": kind,
        "row": row,
        "into": into,
        "into_url": kind.url(into.pk),
        "fields": differing,
        "same": same,
        "united": united,
    }


def _union(one: list[Any], other: list[Any]) -> list[Any]:
    return [*one, *(item for item in other if item not in one)]


@page("GET", "POST")
def supersede(request: HttpRequest, actor: Actor, kind: Kind, pk: UUID) -> HttpResponse:
    """End an active record: say what stands in its place, or that nothing does."""
    row = records.get(kind.name, pk, actor)
    if request.method != "POST":
        similar = triage.similar(row, actor, statuses=[Status.ACTIVE.value])
        others = [cards.row_of(kind, alike.row) for alike in similar]
        return render(
            request,
            "memories/supersede.html",
            {"kind": kind, "row": row, "item": cards.row_of(kind, row), "others": others},
        )
    by = request.POST.get("by", "")
    lifecycle.supersede(
        row,
        actor=actor,
        by=records.get(kind.name, by, actor) if by else None,
        version=seen_version(request),
        note=request.POST.get("note", ""),
    )
    return done(request, actor, kind, row, "supersede")


def _show(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    context |= {"next": request.GET.get("next", ""), "title": context["kind"].title(context["row"])}
    if wants_fragment(request):
        return render(request, f"memories/_{name}.html", context)
    return render(request, "memories/combine.html", context | {"inner": f"memories/_{name}.html"})
