"""The preview of context packs: the exact text, what is in it, what is not and why; and the page of a kept one."""

import re
from html import unescape

import pytest
from django.test import Client

from engineering.context.asked import Asked, asked
from engineering.context.pack import build
from engineering.services import packs
from memories.choices import Role
from memories.models import ContextPack
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None) -> Client:
    """The browser of a reviewer."""
    client = Client()
    client.force_login(make.user(Role.REVIEWER))
    return client


ADDRESS = "/context/?prompt=grating+holder&project=p04&budget=300"


def test_the_preview_shows_the_exact_text_with_its_references_as_links(desk: Client) -> None:
    make.project()
    row = make.memory("The <b>grating</b> holder & co.", active=True)
    waiting = make.memory("The grating holder waits.")
    for number in range(30):
        make.memory(f"The grating holder was measured on day {number}, to {number} µm.", active=True)
    shown = desk.get(ADDRESS).content.decode()
    person = make.person()
    text = build(asked({"prompt": "grating holder", "project": "p04", "budget_tokens": 300}, person), person).text
    pack = re.search(r'id="pack">(.*?)</p>', shown, re.DOTALL)
    assert pack
    assert unescape(re.sub(r"<[^>]+>", "", pack[1])) == text.rstrip("\n")
    assert f'<a href="/memories/{row.pk}/">memory:{row.pk}</a>' in pack[1]
    assert "<b>" not in pack[1]
    beyond = shown.partition("<h2>Not in it</h2>")[2]
    assert f'href="/memories/{waiting.pk}/"' in beyond
    assert "it waits for a decision" in beyond
    assert "no room was left for it" in beyond
    assert not ContextPack.objects.exists()


def test_a_piece_of_a_document_is_led_to_where_it_stands(desk: Client) -> None:
    document = make.document("# Holder\n\nThe grating holder hums at 12 Hz.\n", "holder.md")
    chunk = document.chunks.get()
    shown = desk.get(ADDRESS).content.decode()
    place = f"/documents/{document.pk}/?chunk={chunk.pk}#chunk-{chunk.pk}"
    assert f'<a href="{place}">chunk:{chunk.pk}</a>]' in shown
    assert f'<a href="{place}">holder.md' in shown.partition("<h2>In it</h2>")[2]


def test_without_a_prompt_the_page_says_what_it_shows(desk: Client) -> None:
    assert "No model is asked" in desk.get("/context/").content.decode()


@pytest.mark.parametrize("query", ["colour=red", "prompt=a&budget=1", "prompt=a&budget=x", "prompt=a&project=p99"])
def test_what_is_not_taken_is_said(desk: Client, query: str) -> None:
    assert desk.get(f"/context/?{query}").status_code == 400


def test_a_kept_pack_has_a_page(desk: Client) -> None:
    make.project()
    row = make.memory("The grating holder hums.", active=True)
    _, kept = packs.make(Asked("grating holder"), actor=make.agent("scribe"))
    assert kept
    shown = desk.get(f"/context/{kept.pk}/").content.decode()
    assert f'<a href="/memories/{row.pk}/">' in shown
    assert "scribe" in shown
