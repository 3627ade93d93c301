"""The page that connects an assistant: its program's configuration, a token for who may make one, who came when."""

import sys
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from memories import assistants, permissions
from memories.actors import Actor
from memories.assistants import HTTP, PROGRAMS, Program
from memories.choices import Role
from memories.errors import NotFound
from memories.models import User
from memories.queries import access
from memories.services import tokens
from memories.web.door import page, wants_fragment

#: Stands where a token goes, as long as there is none.
NO_TOKEN = "atc_…"  # noqa: S105 - it is none
_MOST = 20


@never_cache
@page("GET", "POST")
def connect(request: HttpRequest, actor: Actor) -> HttpResponse:
    """How a program is connected; posting makes a token and shows it this once."""
    program = _program(request)
    if request.method == "POST":
        return render(request, "memories/connect.html", _made(request, actor, program))
    if wants_fragment(request):
        return render(request, "memories/_seen.html", _seen(request, actor))
    return render(request, "memories/connect.html", _context(request, actor, program, NO_TOKEN))


def _program(request: HttpRequest) -> Program:
    asked = request.POST if request.method == "POST" else request.GET
    name = asked.get("program", PROGRAMS[0].name)
    found = assistants.named(name)
    if found is None:
        raise NotFound(f"There is no program “{name[:60]}”; known are {', '.join(assistants.NAMES)}.")
    return found


def _made(request: HttpRequest, actor: Actor, program: Program) -> dict[str, Any]:
    permissions.require_anywhere(actor, Role.MAINTAINER)
    owner = cast(User, request.user)
    name = tokens.free_name(f"{owner.get_username()[:50]} {program.name}")
    token, text = tokens.create_token(name, role=Role.AGENT.value, actor=actor, owner=owner)
    return {**_context(request, actor, program, text), "made": token}


def _context(request: HttpRequest, actor: Actor, program: Program, token: str) -> dict[str, Any]:
    may_make = actor.principal.reaches(Role.MAINTAINER)
    entry = _entry(request, program, token, shows_paths=may_make)
    return {
        **_seen(request, actor),
        "programs": PROGRAMS,
        "program": program,
        "configuration": assistants.shown(assistants.configuration(program, entry)),
        "may_make": may_make,
        "starts": HTTP not in program.ways,
    }


def _entry(request: HttpRequest, program: Program, token: str, *, shows_paths: bool) -> dict[str, Any]:
    if HTTP in program.ways:
        return assistants.over_http(program, request.build_absolute_uri("/"), token)
    if not shows_paths:
        return assistants.over_stdio(program, [".venv/bin/python", "manage.py"], token, {"ATOCORE_DATA": "data"})
    environment = {"ATOCORE_DATA": str(settings.ATOCORE_DATA)}
    if settings.DATABASE_URL:
        environment["DATABASE_URL"] = "postgres://…"  # its password is nobody's who reads a page
    return assistants.over_stdio(program, [sys.executable, str(settings.BASE_DIR / "manage.py")], token, environment)


def _seen(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    return {"tokens": access.live_tokens(cast(User, request.user), actor)[:_MOST]}
