"""The system map of a project: a drawing, and the same as a list one opens; each whole that is too large has a page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from engineering.drawing import MOST_NODES
from engineering.models import Entity
from engineering.queries import parts
from engineering.queries.catalogue import BY_ID
from engineering.web import pictures
from engineering.web.questions.asked import given, rest_address, whole, with_params
from engineering.web.questions.views import project_named
from memories.actors import Actor
from memories.errors import Invalid
from memories.models import Project
from memories.queries import moments, records
from memories.web.door import page

#: Roots, unplaced parts or direct parts a page; entities below them that come along.
SIZE, WITHIN = 50, 150
_MOST = 10_000_000


@page("GET")
def system_map(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """How a project's system is built: its roots, or with `under` what one whole contains; with `as_of` how it was."""
    project = project_named(name, actor)
    asked = given(request)
    for unknown in set(asked) - {"under", "offset", "loose", "as_of"}:
        raise Invalid.field(unknown, f"The map takes no “{unknown[:60]}”; it takes under, offset, loose, as_of.")
    moment = moments.moment_of(asked["as_of"], project=project.pk) if "as_of" in asked else None
    with moments.looking_back(moment):
        return _shown(request, project, actor, asked, moment)


def _shown(
    request: HttpRequest, project: Project, actor: Actor, asked: dict[str, str], moment: moments.Moment | None
) -> HttpResponse:
    offset = whole(asked, "offset", 0, 0, _MOST)
    if "under" in asked:
        context = _under(records.get("entity", asked["under"], actor), actor, offset)
    else:
        context = _top(project, actor, offset, whole(asked, "loose", 0, 0, _MOST))
    base = request.path
    context |= {
        "project": project,
        "base": base,
        "more": with_params(base, asked, offset=offset + SIZE) if offset + SIZE < context["of"] else "",
        "first": with_params(base, asked, offset=""),
        "offset": offset,
        "moment": moment,
        "as_of": asked.get("as_of", ""),
        "json": with_params(rest_address(BY_ID["Q-004"], project), {"as_of": asked.get("as_of")}),
    }
    return render(request, "engineering/map.html", context)


def _top(project: Project, actor: Actor, offset: int, loose: int) -> dict[str, Any]:
    found = parts.top(project, actor, size=SIZE, offset=offset, loose_offset=loose, within=WITHIN)
    left = found.unplaced_of - loose - len(found.unplaced)
    return {
        "roots": found.page,
        "of": found.of,
        "unplaced": found.unplaced,
        "unplaced_of": found.unplaced_of,
        "loose_next": loose + SIZE if left > 0 else 0,
        "picture": pictures.of_parts(f"System map of {project.name}", found.page, _known(found.page, found.of)),
        "few": _count(found.page) <= MOST_NODES,
    }


def _under(entity: Entity, actor: Actor, offset: int) -> dict[str, Any]:
    found = parts.parts(entity, actor, size=SIZE, offset=offset, within=WITHIN)
    return {
        "whole": entity,
        "roots": found.page,
        "of": found.of,
        "picture": pictures.of_parts(f"Parts of {entity.name}", found.page, _known(found.page, found.of)),
        "few": _count(found.page) <= MOST_NODES,
    }


def _count(page: list[parts.Part]) -> int:
    return sum(1 + _count(part.below) for part in page)


def _known(page: list[parts.Part], of: int) -> int:
    """Return how many entities are known to belong to the map: those in hand, and what is left out beside them."""
    return of - len(page) + sum(1 + _left_out(part) for part in page)


def _left_out(part: parts.Part) -> int:
    return part.parts - len(part.below) + sum(1 + _left_out(below) for below in part.below)
