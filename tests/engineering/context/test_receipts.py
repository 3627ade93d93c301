"""Receipts: what was handed out is kept, and what relied on a record is found by it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from engineering.queries.uses import uses
from memories.choices import Role
from memories.models import ContextPack, PackItem, Project
from memories.queries import packs
from memories.services import lifecycle
from memories.services.capture import capture
from memories.services.housekeeping.run import housekeep
from tests import factories as make
from tests.rest import API, client_of, is_problem

pytestmark = pytest.mark.django_db
ASKED = {"prompt": "What does the etalon sit on?", "project": "p04"}


def handed(agent: APIClient, **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = agent.post(f"{API}/context", {**ASKED, **more}, "json").json()
    return body


def test_a_pack_is_kept_unless_it_is_a_preview(agent: APIClient, p04: Project) -> None:
    row = make.memory("The etalon sits on Invar feet.", active=True)
    body = handed(agent)
    kept = agent.get(f"{API}/context/{body['id']}").json()
    assert (kept["text"], kept["digest"], kept["prompt"]) == (body["text"], body["digest"], ASKED["prompt"])
    assert [(one["kind"], one["id"], one["line"]) for one in kept["items"]] == [("memory", str(row.pk), 5)]
    assert handed(agent, keep=False)["id"] is None
    assert ContextPack.objects.count() == 1
    is_problem(agent.post(f"{API}/context", {**ASKED, "keep": "no"}, "json"), 400)


def test_a_pack_is_seen_by_who_asked_and_by_reviewers(agent: APIClient, p04: Project) -> None:
    address = f"{API}/context/{handed(agent)['id']}"
    assert client_of(Role.REVIEWER).get(address).status_code == 200
    for stranger in (client_of(Role.AGENT, "other"), client_of(Role.READER)):
        is_problem(stranger.get(address), 404)


def test_an_exchange_names_its_pack_and_keeps_its_text(agent: APIClient, p04: Project) -> None:
    row = make.memory("The etalon sits on Invar feet.", active=True)
    body = handed(agent)
    said = {**ASKED, "response": "The etalon sits on Invar feet.", "context_pack": {"pack": body["id"]}}
    captured = agent.post(f"{API}/interactions", said, "json").json()
    assert captured["context_pack"] == {"pack": body["id"], "text": body["text"]}
    assert captured["reinforced"] == []  # what the pack had fed counts for nothing
    relied = packs.relied_on(row.pk, make.person())
    assert [str(one.pk) for one in relied.answers] == [captured["id"]]
    assert [str(one.pk) for one in relied.packs] == [body["id"]]


def test_a_pack_that_is_not_ones_own_stays_a_name(agent: APIClient, p04: Project) -> None:
    body = handed(client_of(Role.AGENT, "other"))
    for name in (body["id"], "0190aaaa-0000-7000-8000-000000000001", "x"):
        said = agent.post(f"{API}/interactions", {**ASKED, "context_pack": {"pack": name}}, "json")
        assert (said.status_code, said.json()["context_pack"]) == (201, {"pack": name})


def test_who_relied_on_a_record_is_told_when_it_is_withdrawn(p04: Project, client: Client) -> None:
    part, row = make.entity("Etalon"), make.memory("The etalon hums.", active=True)
    scribe = make.agent("scribe")
    given = {"prompt": "How loud?", "project": "p04", "context_pack": f"- Etalon [entity:{part.pk}]"}
    answer = capture({**given, "memories_used": [str(row.pk)]}, actor=scribe)
    for gone in (part, row):
        lifecycle.invalidate(gone, actor=make.SETUP)
    found = uses(part, make.person())
    assert [(one.id, one.group) for one in found.items] == [(str(answer.pk), "answer")]
    client.force_login(make.user(Role.REVIEWER))
    shown = client.get(f"/memories/{row.pk}/").content.decode()
    assert f'href="/interactions/{answer.pk}/"' in shown.partition('id="relied"')[2]
    assert not packs.relied_on(row.pk, make.person(Role.READER)).answers


def test_old_receipts_are_thrown_away_and_exchanges_keep_their_text(agent: APIClient, p04: Project) -> None:
    row = make.memory("The etalon sits on Invar feet.", active=True)
    old, new = handed(agent), handed(agent)
    answer = agent.post(f"{API}/interactions", {**ASKED, "context_pack": {"pack": old["id"]}}, "json").json()
    ContextPack.objects.filter(pk=old["id"]).update(created_at=timezone.now() - timedelta(days=91))
    housekeep(actor=make.SETUP)
    assert [str(pk) for pk in ContextPack.objects.values_list("pk", flat=True)] == [new["id"]]
    relied = packs.relied_on(row.pk, make.person())
    assert ([str(one.pk) for one in relied.answers], len(relied.packs)) == ([answer["id"]], 1)
    assert old["text"] in relied.answers[0].context_pack["text"]
    assert PackItem.objects.filter(pack=old["id"]).count() == 0
