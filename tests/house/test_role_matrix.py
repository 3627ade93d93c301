"""Every route of the site, with every method, as every role: the table of role_matrix.py says what is answered."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.contrib.admindocs.views import simplify_regex
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import DjangoDbBlocker

from engineering.context.asked import Asked
from engineering.models import Conflict
from engineering.services import packs
from engineering.services.conflicts import aliases, resolve
from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.models import AuditEntry
from memories.services import capture, lifecycle
from tests import factories
from tests.house.role_matrix import METHODS, ROLES, Row, row_of
from tests.rest import bearer, token

Samples = dict[str, str]
pytestmark = pytest.mark.django_db


def routes() -> list[str]:
    """Return every route of the URLconf in a readable form: /api/v1/memories/<id>/promote."""
    return sorted({_readable(pattern) for pattern in _patterns(get_resolver(), "")})


def _patterns(resolver: URLResolver, before: str) -> Iterator[str]:
    for found in resolver.url_patterns:
        pattern = before + str(found.pattern)
        if isinstance(found, URLPattern):
            yield pattern
        else:
            yield from _patterns(found, pattern)


def _readable(pattern: str) -> str:
    simple = re.sub(r"<\w+:(\w+)>", r"<\1>", simplify_regex(pattern))
    return simple.rstrip("/") if simple.startswith("/api/") else simple


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[dict[str, Any], Samples]]:
    """Clients of every role (tokens for REST, sessions for the rest) and records to act on; rolled back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        clients: dict[str, Any] = {"anonymous": Client()}
        for role in Role:
            made, text = token(role, f"matrix-{role.value}")
            clients[f"token:{role.value}"] = bearer(text)
            clients[role.value] = Client()
            clients[role.value].force_login(factories.user(role, f"matrix.{role.value}"))
            if role is Role.AGENT:
                proposer = permissions.actor_for_token(made)
        for client in clients.values():
            client.raise_request_exception = False
        yield clients, samples(proposer)
        transaction.set_rollback(True)


def samples(proposer: Actor) -> Samples:
    """Make one record of each sort that the table speaks of; candidates are the agent's own."""
    project = factories.project("p05-other", ("p05",))
    part, whole = factories.entity("Spindle bearing"), factories.entity("Polishing head", "subsystem")
    link = factories.relationship(part, "part_of", whole)
    waiting = factories.relationship(part, "depends_on", whole, by=proposer, active=False)
    dead_link = factories.relationship(part, "interfaces_with", whole)
    dead = factories.memory("Coolant is changed once a year.", active=True)
    gone = factories.entity("Old spindle")
    for row in (dead, gone, dead_link):
        lifecycle.invalidate(row, actor=factories.SETUP)
    decided = lifecycle.promote(factories.memory("The shutter closes in 4 ms."), actor=factories.SETUP)
    made: dict[str, Any] = {
        "candidate": factories.memory("The primary mirror weighs 12.7 kg.", by=proposer),
        "active": factories.memory("The tower is 30 m high.", active=True),
        "other": factories.memory("The dome turns in two minutes.", active=True),
        "dead": dead,
        "entity candidate": factories.entity("Tip bearing", by=proposer, active=False),
        "entity": part,
        "entity other": factories.entity("Hexapod strut"),
        "entity dead": gone,
        "link": link,
        "link candidate": waiting,
        "link dead": dead_link,
        "document": factories.document(by=proposer),
        "pack": packs.make(Asked("What does M1 weigh?"), actor=proposer)[1],
        "interaction": capture.capture({"prompt": "What does M1 weigh?"}, actor=proposer),
    }
    factories.entity("Chuck", properties={"mass": "2 kg", "length": "80 mm"})
    said = [factories.memory(f"Chuck {words}.", active=True) for words in ("mass is 3 kg", "length is 81 mm")]
    conflicts = [Conflict.objects.get(members__member_id=memory.pk) for memory in said]
    dismissed = resolve.dismiss(conflicts[1], actor=factories.SETUP, note="two temperatures")
    alias = aliases.add_alias("Alu", "aluminium", actor=factories.SETUP, project=project)
    made |= {"conflict": conflicts[0], "conflict dismissed": dismissed, "value alias": alias}
    someone, pass_word = factories.user(Role.READER, "matrix.someone"), token(Role.READER, "matrix-someone")[0]
    made |= {"project row": project, "user": someone, "membership": someone.memberships.get(), "token": pass_word}
    found = {name: str(row.pk) for name, row in made.items()}
    of_active = AuditEntry.objects.filter(record_id=str(decided.pk)).latest("seq")
    return {**found, "seq": str(of_active.seq), "project": "p05-other", "alias": "p05", "nothing": "x"}


def ask(client: Any, method: str, address: str, row: Row, made: Samples) -> int:
    """Send one request and take back whatever it wrote; returns the status."""
    body = {name: _filled(value, made) for name, value in row.body.items()}
    options: dict[str, Any] = {}
    if address.startswith("/api/"):
        # Nothing but the role may decide: all types are accepted, so that 406 comes of no header.
        options = {"headers": {"accept": "*/*"}, "content_type": "application/json"}
        data: Any = json.dumps(body) if method not in ("GET", "HEAD", "OPTIONS") else ""
        with transaction.atomic():
            status = client.generic(method, address, data, **options).status_code
            transaction.set_rollback(True)
        return int(status)
    cache.clear()  # attempts to sign in are counted
    kept = client.cookies.copy()
    with transaction.atomic():
        send = getattr(client, method.lower())
        status = send(address, body if method == "POST" else None).status_code
        transaction.set_rollback(True)
    client.cookies = kept  # one of the addresses signs out
    return int(status)


def _filled(value: Any, made: Samples) -> Any:
    if isinstance(value, str) and value.startswith("@"):
        name, mark, rest = value[1:].partition(":")
        return made[name] + mark + rest
    if isinstance(value, list):
        return [_filled(item, made) for item in value]
    return {name: _filled(item, made) for name, item in value.items()} if isinstance(value, Mapping) else value


def answers(route: str, row: Row, clients: Mapping[str, Any], made: Samples, method: str) -> tuple[int, ...]:
    """Return what each role gets."""
    address = re.sub(r"<(\w+)>", lambda part: made.get(row.at.get(part[1], ""), row.at.get(part[1], "x")), route)
    if method in ("GET", "HEAD"):
        address += row.query
    rest = route.startswith("/api/")
    names = [f"token:{role}" if rest and role != "anonymous" else role for role in ROLES]
    return tuple(ask(clients[name], method, address, row, made) for name in names)


@pytest.mark.parametrize("route", routes())
def test_every_cell(route: str, scene: tuple[dict[str, Any], Samples]) -> None:
    row = row_of(route)
    assert row is not None, f"{route} has no row in tests/house/role_matrix*.py: say there who gets what"
    wrong = {
        method: f"{got} instead of {expected}"
        for method in METHODS
        if (got := answers(route, row, *scene, method)) != (expected := row.expected(method))
    }
    assert not wrong


def test_no_row_speaks_of_a_route_that_is_gone() -> None:
    from tests.house.role_matrix import _table

    known = set(routes())
    gone = [pattern for pattern in _table() if "*" not in pattern and pattern not in known]
    assert not gone
