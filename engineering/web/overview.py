"""The overview of a project as a page (Q-020): the same answer that is sent as Markdown. Reads only."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from engineering.queries import overview_text
from engineering.queries.envelope import Answer, Item
from engineering.queries.overview import overview, sections
from engineering.web.dashboard import first_page
from engineering.web.questions.asked import with_params
from memories.actors import Actor
from memories.errors import NotFound
from memories.kinds import kinds
from memories.models import Project
from memories.queries import moments, projects
from memories.text import text_fault
from memories.web.door import page


@page("GET")
def project_overview(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """Where a project stands, or stood (`as_of`), on one page that prints well."""
    if text_fault(name, most=200):
        raise NotFound("No project has such a name.")
    project = projects.get(name, actor)
    if name != project.name:
        return redirect("project-overview", project.name, permanent=False)
    text = request.GET.get("as_of", "")
    moment = moments.moment_of(text, project=project.pk) if text else None
    with moments.looking_back(moment):
        return _shown(request, project, overview(project, actor), moment)


def _shown(request: HttpRequest, project: Project, answer: Answer, moment: moments.Moment | None) -> HttpResponse:
    parts, asked = sections(answer), {"as_of": request.GET.get("as_of")}
    context = {
        "project": project,
        "standing": overview_text.standing(answer),
        "clear": overview_text.clear(answer),
        "gaps": _reasons(parts["gap"]),
        "conflicts": [_linked(one, "conflict") for one in parts["conflict"]],
        "decisions": [_linked(one) for one in parts["decision"]],
        "reached": overview_text.reached(answer),
        "requirements": [{**_linked(one), **_met(one)} for one in parts["requirement"]],
        "more": answer.counts["requirements"] - len(parts["requirement"]),
        "tree": _nested(parts["map"]),
        "changes": overview_text.days(parts["change"]),
        "truncated": answer.truncated,
        "moment": moment,
        "markdown": with_params(reverse("query-overview-md", args=[project.name]), asked),
        "json": with_params(reverse("query-overview", args=[project.name]), asked),
        "map_page": first_page(project, (("project-map", (), ""),)),
    }
    return render(request, "engineering/overview.html", context)


def _linked(one: Item, kind: str = "entity") -> dict[str, Any]:
    return {"item": one, "url": kinds.named(kind).url(one.id)}  # type: ignore[arg-type]  # an address is made of its text


def _met(one: Item) -> dict[str, str]:
    return {"satisfied": overview_text.met(one.group), "verified": overview_text.met(one.data["verified"])}


def _reasons(items: list[Item]) -> list[dict[str, Any]]:
    """Return the gaps under the reason they share."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in items:
        found.setdefault(one.group, []).append({**_linked(one), "because": overview_text.because(one)})
    return [{"reason": overview_text.REASONS.get(group, group), "gaps": rows} for group, rows in found.items()]


def _nested(items: list[Item]) -> list[dict[str, Any]]:
    """Return the map as lines of a nested list: what opens before each and closes after it."""
    lines = overview_text.nested(items)
    depths = [depth for depth, _ in lines] + [-1]
    return [
        {**_linked(one), "opens": depths[place + 1] > depth, "closes": range(max(0, depth - max(depths[place + 1], 0)))}
        for place, (depth, one) in enumerate(lines)
    ]
