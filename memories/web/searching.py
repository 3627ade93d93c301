"""The search page: one box, one ranked list, and why each hit is in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from memories.actors import Actor
from memories.choices import Role
from memories.errors import Invalid
from memories.queries import projects, search, search_asked
from memories.web.door import page

_LIMIT = "30"


@page("GET")
def search_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the person may see that answers their words; without words, what may be asked."""
    unknown = sorted(set(request.GET) - set(search_asked.PARAMS))
    if unknown:
        raise Invalid.field(
            unknown[0],
            f"There is no parameter “{unknown[0][:60]}”. Known: {', '.join(search_asked.PARAMS)}.",
            "unknown_parameter",
        )
    given = {name: [value for value in values if value] for name, values in request.GET.lists()}
    text = (given.get("q") or [""])[0]
    found = search.find(search_asked.asked({"limit": [_LIMIT], **given}, actor), actor) if text.strip() else None
    context = {
        "q": text,
        "found": found,
        "given": {name: ", ".join(given.get(name, [])) for name in search_asked.PARAMS},
        "kinds": search.searched(),
        "projects": projects.visible(actor).order_by("name").values_list("name", flat=True),
        "sees_candidates": actor.principal.reaches(Role.AGENT),
    }
    return render(request, "memories/search.html", context)
