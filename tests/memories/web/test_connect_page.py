"""The page that connects an assistant: what a token's maker and what everybody else sees of it."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from memories.assistants import PROGRAMS
from memories.choices import Role
from memories.models import ApiToken, User
from memories.services import tokens
from tests import factories, rest

pytestmark = pytest.mark.django_db


def signed_in(role: Role) -> tuple[Client, User]:
    """A browser of somebody with a role."""
    client, user = Client(), factories.user(role)
    client.force_login(user)
    return client, user


def configuration(answer: Any) -> dict[str, Any]:
    """The configuration on a page."""
    found = re.search(r'<pre id="entry"[^>]*>(.*?)</pre>', answer.content.decode(), re.DOTALL)
    assert found
    return dict(json.loads(html.unescape(found[1])))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_a_maintainer_makes_a_token_that_may_propose_and_is_shown_once(program: Any) -> None:
    client, user = signed_in(Role.MAINTAINER)
    answer = client.post("/connect/", {"program": program.name})
    entry = configuration(answer)[program.key]["atocore"]
    text = entry["env"]["ATOCORE_TOKEN"] if "env" in entry else entry["headers"]["Authorization"][7:]
    token = tokens.authenticate(text)
    assert token is not None
    assert (token.role, token.owner) == ("agent", user)
    assert "no-store" in answer["Cache-Control"]
    assert text not in client.get(f"/connect/?program={program.name}").content.decode()


def test_others_read_how_it_is_done_and_make_none() -> None:
    for role in (Role.READER, Role.AGENT, Role.REVIEWER):
        client, _ = signed_in(role)
        shown = client.get("/connect/?program=claude-desktop")
        assert "Make a token" not in shown.content.decode()
        assert "atc_…" in json.dumps(configuration(shown), ensure_ascii=False)
        assert "/" not in configuration(shown)["mcpServers"]["atocore"]["env"]["ATOCORE_DATA"]
        assert client.post("/connect/", {"program": "cursor"}).status_code == 403
    assert not ApiToken.objects.exists()


def test_it_says_when_a_token_was_last_used() -> None:
    client, user = signed_in(Role.REVIEWER)
    _, text = rest.token(Role.AGENT, "scribe", owner=user)
    rest.token(Role.AGENT, "of somebody else")
    part = client.get("/connect/", headers={"HX-Request": "true"}).content.decode()
    assert "scribe" in part
    assert "not yet" in part
    assert "somebody else" not in part
    assert "<html" not in part
    tokens.authenticate(text)
    later = client.get("/connect/", headers={"HX-Request": "true"}).content.decode()
    assert "not yet" not in later
    assert f"{timezone.now():%Y-%m-%d}" in later
    tokens.revoke(ApiToken.objects.get(name="scribe"), actor=rest.SYSTEM)
    assert "scribe" not in client.get("/connect/", headers={"HX-Request": "true"}).content.decode()


def test_an_administrator_sees_all() -> None:
    client, _ = signed_in(Role.ADMIN)
    rest.token(Role.AGENT, "of somebody else")
    assert "of somebody else" in client.get("/connect/").content.decode()


def test_a_program_that_nobody_knows_is_answered_with_those_there_are() -> None:
    client, _ = signed_in(Role.MAINTAINER)
    for answer in (client.get("/connect/?program=emacs"), client.post("/connect/", {"program": "emacs"})):
        assert answer.status_code == 404
        assert "claude-code" in answer.content.decode()
