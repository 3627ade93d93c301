"""The preview of context packs, and the page of one that was handed out. Reads only: a preview keeps no receipt."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from engineering.context.asked import TOKENS, USUAL, asked
from engineering.context.pack import Item, Pack, build
from engineering.context.sections import LeftOut, named
from memories.actors import Actor
from memories.errors import Invalid
from memories.queries import packs, projects
from memories.web import exchange_text
from memories.web.door import page

PARAMS = ("prompt", "project", "budget")
_ORDER = ("conflict", "duplicate", "status", "budget")


@page("GET")
def preview(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What a model would be given for a prompt: the exact text, what is in it, what is not and why."""
    if unknown := sorted(set(request.GET) - set(PARAMS)):
        detail = f"There is no parameter “{unknown[0][:60]}”. Known: {', '.join(PARAMS)}."
        raise Invalid.field(unknown[0], detail, "unknown_parameter")
    given = {name: request.GET.get(name, "").strip() for name in PARAMS}
    wanted = {"prompt": given["prompt"], "project": given["project"] or None, "budget_tokens": _budget(given["budget"])}
    found = build(asked(wanted, actor), actor) if given["prompt"] else None
    context = {
        "given": {**given, "budget": wanted["budget_tokens"]},
        "bounds": TOKENS,
        "projects": projects.visible(actor).order_by("name").values_list("name", flat=True),
        "found": found,
        **(_shown(found, actor) if found else {}),
    }
    return render(request, "engineering/context.html", context)


def _budget(text: str) -> int:
    if not text:
        return USUAL
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise Invalid.field("budget", f"A whole number from {TOKENS[0]:,} to {TOKENS[1]:,} is taken.", "out_of_range")
    return int(text)


def _shown(found: Pack, actor: Actor) -> dict[str, Any]:
    return {
        "text": exchange_text.linked(found.text, actor),
        "sections": [(one, max(one.budget, one.used, 1)) for one in found.sections],
        "items": [_item(one) for one in found.items],
        "left_out": [_left_out(one) for one in sorted(found.left_out, key=lambda one: _ORDER.index(one.reason))],
    }


def _item(one: Item) -> dict[str, Any]:
    name = named(one.line.kind, one.line.row)
    return {"name": name, "kind": one.line.kind, "line": one.number, "why": one.line.why, "conflicts": one.conflicts}


def _left_out(one: LeftOut) -> dict[str, Any]:
    return {"name": named(one.kind, one.row), "kind": one.kind, "reason": one.reason, "detail": one.detail}


@page("GET")
def kept(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """A pack as it was handed out."""
    row = packs.get(pk, actor)
    return render(request, "engineering/context_kept.html", {"row": row, "text": exchange_text.linked(row.text, actor)})
