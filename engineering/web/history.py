"""A project's history as pages: its baselines, what differs between two moments, what one has not reviewed yet."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from engineering.queries.baselines import CHANGES, KINDS, differences
from engineering.queries.changes import changes, unreviewed
from engineering.queries.envelope import Answer, Item, Limits
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Duplicate, Invalid, NotFound
from memories.kinds import kinds
from memories.models import Project
from memories.queries import moments, projects
from memories.services import baselines as verbs
from memories.text import text_fault
from memories.web.door import page

#: Differences of a page, and rows of the log of a page.
SIZE, ROWS = 100, 100
_DIFF = ("since", "until", "change", "kind", "offset")


@page("GET", "POST")
def baselines(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """The baselines of a project: name one, or choose two moments to compare."""
    project = _project(name, actor)
    given = {field: request.POST.get(field, "") for field in ("name", "at", "note")}
    if request.method == "POST":
        try:
            made = verbs.name_baseline(project, given["name"], actor=actor, at=given["at"], note=given["note"])
        except (Invalid, Duplicate) as refusal:
            return _baselines(request, actor, project, given, refusal.message)
        messages.success(request, f"“{made.name}” names this moment.")
        return redirect("baselines", project.name)
    return _baselines(request, actor, project, given)


def _baselines(
    request: HttpRequest, actor: Actor, project: Project, given: dict[str, str], fault: str = ""
) -> HttpResponse:
    role = actor.principal.role_on(project.pk)
    context = {
        "project": project,
        "baselines": list(moments.baselines(project.pk)[:500]),
        "may_name": role is not None and role.includes(Role.REVIEWER),
        "given": given,
        "fault": fault,
    }
    return render(request, "engineering/baselines.html", context, status=422 if fault else 200)


@page("GET")
def compare(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """What differs between two moments of a project (Q-103)."""
    project = _project(name, actor)
    asked = _asked(request, _DIFF)
    for param, words in (("change", CHANGES), ("kind", KINDS)):
        if asked[param] and asked[param] not in words:
            raise Invalid.field(param, f"{param} takes one of {', '.join(words)}.", "invalid_choice")
    offset = _offset(asked.pop("offset"))
    answer = differences(project, actor, Limits(nodes=SIZE, offset=offset), **asked)
    base = reverse("differences", args=[project.name])
    chosen = {field: value for field, value in asked.items() if value}
    context = {
        "project": project,
        "answer": answer,
        "asked": asked,
        "baselines": list(moments.baselines(project.pk)[:500]),
        "figures": [(word, answer.counts[word], _with(base, {**chosen, "change": word})) for word in CHANGES],
        "everything": _with(base, {**chosen, "change": "", "kind": ""}),
        "groups": _groups(answer),
        "next": _with(base, {**chosen, "offset": str(answer.next)}) if answer.next else "",
        "csv": _with(reverse("query-differences-csv", args=[project.name]), chosen),
    }
    return render(request, "engineering/differences.html", context)


def _groups(answer: Answer) -> list[dict[str, Any]]:
    """Return the differences by kind, each with what it leads to."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in answer.items:
        kind = kinds.named(one.data["kind"])
        found.setdefault(kind.plural, []).append({"item": one, "url": kind.url(one.id), "changes": _said(one)})  # type: ignore[arg-type]  # a link is text
    return [{"plural": plural, "rows": rows} for plural, rows in found.items()]


def _said(one: Item) -> list[dict[str, Any]]:
    """Return the changed fields under the words a person knows them by."""
    return [{**change, "field": str(change["field"]).removeprefix("properties.")} for change in one.data["changes"]]


@page("GET", "POST")
def changed(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """What changed since the person last reviewed a project (Q-104), or lately (Q-013); the mark is moved here."""
    project = _project(name, actor)
    if request.method == "POST":
        verbs.mark_reviewed(project, actor=actor, seq=_seq(request.POST.get("seq", "")))
        messages.success(request, "Noted: you have reviewed up to here.")
        return redirect("changes", project.name)
    asked = _asked(request, ("show", "cursor"))
    everything = asked["show"] == "all"
    answer = (changes if everything else unreviewed)(project, actor, Limits(nodes=ROWS), cursor=asked["cursor"])
    kept = {"show": asked["show"], "cursor": str(answer.next)}
    context = {
        "project": project,
        "answer": answer,
        "groups": [{"id": one.id, "words": one.name.partition(": ")[2], **one.data} for one in answer.items],
        "everything": everything,
        "first_page": not asked["cursor"],
        "next": _with(reverse("changes", args=[project.name]), kept) if answer.next else "",
    }
    return render(request, "engineering/changes.html", context)


def _project(name: str, actor: Actor) -> Project:
    if text_fault(name, most=200):
        raise NotFound("No project has such a name.")
    return projects.get(name, actor)


def _asked(request: HttpRequest, known: tuple[str, ...]) -> dict[str, str]:
    for name in request.GET:
        if name not in known:
            raise Invalid.field(name, f"This page takes no “{name[:60]}”, but {', '.join(known)}.", "unknown_filter")
    return {name: request.GET.get(name, "") for name in known}


def _offset(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Invalid.field("offset", "The place in the list is a whole number.", "invalid")
    return int(text or 0)


def _seq(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid.field("seq", "The row of the log is a whole number.", "invalid")
    return int(text)


def _with(base: str, asked: dict[str, str]) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return f"{base}?{urlencode(kept)}" if kept else base
