"""The pages of the query catalogue: an index of the questions, and one page an answer. Reads only."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from engineering.models import Entity
from engineering.queries.catalogue import Choice, Query, Scope, Word
from engineering.web.questions import asked, surroundings
from engineering.web.questions.sheet import sheet_of
from engineering.web.questions.themes import of_entity, of_project
from memories.actors import Actor
from memories.errors import Invalid, NotFound
from memories.models import Project
from memories.queries import moments, projects, records
from memories.text import text_fault
from memories.web.door import page, wants_fragment

#: Answers whose table is special; every other one is shown by the first.
TABLES = "engineering/questions/_tables.html"
SPECIAL = {
    "Q-013": "engineering/questions/_changes.html",
    "Q-017": "engineering/questions/_chain.html",
    "Q-105": "engineering/questions/_coverage.html",
}


def project_named(name: str, actor: Actor) -> Project:
    """Return the project of a name in an address, or raise NotFound."""
    if text_fault(name, most=200):
        raise NotFound("No project has such a name.")
    return projects.get(name, actor)


@page("GET")
def project_index(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    """The questions one can ask about a project, in plain words."""
    project = project_named(name, actor)
    context = {"subject": project, "project": project, "themes": of_project(project), "heading": "Questions"}
    return render(request, "engineering/questions/index.html", context)


@page("GET")
def entity_index(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """The questions one can ask about an entity of its type."""
    entity: Entity = records.get("entity", pk, actor)
    context = {"subject": entity, "project": entity.project, "entity": entity, "themes": of_entity(entity)}
    return render(request, "engineering/questions/index.html", context)


@page("GET")
def project_query(request: HttpRequest, actor: Actor, name: str, query: str) -> HttpResponse:
    """One question about a project."""
    project, wanted = project_named(name, actor), asked.query_of(Scope.PROJECT, query)
    if wanted.id in asked.OWN_PAGES:
        return redirect(asked.with_params(asked.address(wanted, project), asked.given(request)))
    return _answered(request, actor, wanted, project, {"project": project})


@page("GET")
def entity_query(request: HttpRequest, actor: Actor, pk: UUID, query: str) -> HttpResponse:
    """One question about an entity."""
    entity: Entity = records.get("entity", pk, actor)
    about = {"project": entity.project, "entity": entity}
    return _answered(request, actor, asked.query_of(Scope.ENTITY, query), entity, about)


@page("GET")
def neighbourhood(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """What stands within one or two steps of an entity, drawn and as a table."""
    entity: Entity = records.get("entity", pk, actor)
    given = asked.given(request)
    for unknown in set(given) - {"depth"}:
        raise Invalid.field(unknown, f"A neighbourhood takes depth, not “{unknown[:60]}”.", "unknown_filter")
    found = surroundings.around(entity, actor, asked.whole(given, "depth", 1, 1, 2))
    context = {"entity": entity, "row": entity, "project": entity.project, "part": found}
    return render(request, "engineering/neighbourhood.html", context)


def _answered(
    request: HttpRequest, actor: Actor, query: Query, subject: Project | Entity, about: dict[str, Any]
) -> HttpResponse:
    given = asked.given(request)
    asked.check(query, given)
    limits, project = asked.limits_of(query, given), about["project"]
    of = project.pk if project else None
    moment = moments.moment_of(given["as_of"], project=of) if "as_of" in given else None
    with moments.looking_back(moment):
        answer = query.run(subject, actor, limits, **asked.chosen(query, given, actor))
        sheet = sheet_of(query, subject, answer, given, limits, actor)
        sheet.partial = moments.partial(moment, of)
    context = {**about, "sheet": sheet, "query": query, "fields": _fields(query, given), "offset": limits.offset}
    context |= {"table": SPECIAL.get(query.id, TABLES)}
    template = "_answer.html" if wants_fragment(request) else "query.html"
    return render(request, f"engineering/questions/{template}", context)


def _fields(query: Query, given: dict[str, str]) -> list[dict[str, Any]]:
    """Return what a person can choose of a question: its words and texts, and how far a walk goes."""
    found: list[dict[str, Any]] = []
    for param in query.params:
        held = given.get(param.name, "")
        if isinstance(param, Choice):
            found.append({"name": param.name, "meaning": param.meaning, "words": param.words, "value": held})
        elif isinstance(param, Word) and param.name != "cursor":
            found.append({"name": param.name, "meaning": param.meaning, "value": held})
    if query.depth:
        meaning = f"how many steps the walk goes; {query.depth} unless told otherwise"
        found.append({"name": "depth", "meaning": meaning, "value": given.get("depth", ""), "number": True})
    if query.looks_back:
        meaning = "a time, the number of an audit row or a baseline: the answer as it stood then"
        found.append({"name": "as_of", "meaning": meaning, "value": given.get("as_of", "")})
    return found
