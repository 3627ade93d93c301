"""One section of an entity's page at its own address: a fragment for a script, a page of its own without."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from engineering.web import sections
from memories.actors import Actor
from memories.choices import Role
from memories.errors import NotFound
from memories.kinds import Row, kinds
from memories.queries import records
from memories.queries.moments import looking_back
from memories.web.door import page, wants_fragment
from memories.web.lists import moment_of


@page("GET")
def part(request: HttpRequest, actor: Actor, pk: UUID, name: str) -> HttpResponse:
    """Show one section of an entity."""
    section = sections.named(name)
    if section is None:
        raise NotFound(f"An entity's page has no section “{name[:40]}”.")
    moment = moment_of(request, actor, kinds.named("entity"), pk)
    with looking_back(moment):
        row = records.get("entity", pk, actor)
        decides = moment is None and may_decide(row, actor)
        part_of_row = section.read(row, actor)
        context = {"row": row, "section": section, "part": part_of_row, "may_decide": decides, "moment": moment}
        return render(request, section.template if wants_fragment(request) else "engineering/part.html", context)


def may_decide(row: Row, actor: Actor) -> bool:
    """Tell whether the actor decides about an entity."""
    role = actor.principal.role_on(row.project_id)
    return role is not None and role.includes(Role.REVIEWER)
