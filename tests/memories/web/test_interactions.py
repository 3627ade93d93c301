"""The pages of captured exchanges: what was asked, given, answered, learnt and repeated, with links both ways."""

from typing import Any

import pytest
from django.test import Client

from engineering.models import Entity
from memories.choices import Role
from memories.models import ExtractionRun, Interaction, Memory
from memories.services.capture import capture
from tests import factories as make
from tests.memories.capture.model_server import item, says, serving, status

pytestmark = pytest.mark.django_db
FACT = "The detector cooler draws 22 W at full power."
SAID = f"<b>Bold</b> & so.\n\n{FACT}\n\nDecision: take two <i>packs</i> along."


def exchange(**fields: Any) -> Interaction:
    make.project()
    sent = {"prompt": "How much <script>alert(1)</script>?", "response": SAID, "session_id": "s1", "project": "p04"}
    return capture({**sent, **fields}, actor=make.agent("scribe"))


def text(client: Client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, page.content[:300]
    return page.content.decode()


def test_the_page_marks_what_was_learnt_and_leads_both_ways(reviewer: Client) -> None:
    said = exchange()
    memory, entity = Memory.objects.get(), Entity.objects.get()
    shown = text(reviewer, f"/interactions/{said.pk}/")
    places = {found.record_id: found.pk for found in said.findings.all()}
    assert f'<mark id="found-{places[memory.pk]}">{FACT}</mark><sup><a href="#learnt-1"' in shown
    assert f'<mark id="found-{places[entity.pk]}">take two &lt;i&gt;packs&lt;/i&gt; along.</mark>' in shown
    assert f'href="/memories/{memory.pk}/"' in shown
    assert f'href="/entities/{entity.pk}/"' in shown
    assert "<script>alert" not in shown
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; so." in shown
    for path, pk in ((f"/memories/{memory.pk}/", memory.pk), (f"/entities/{entity.pk}/", entity.pk)):
        assert f'href="/interactions/{said.pk}/#found-{places[pk]}"' in text(reviewer, path)


def test_triage_marks_the_very_words_in_the_exchange(reviewer: Client) -> None:
    said = exchange(response=f"{FACT.replace('22', '20')} No.\n{FACT} {FACT.replace('22', '24')}")
    row = Memory.objects.get(content=FACT)
    shown = text(reviewer, f"/triage/?tab=memories&card={row.pk}")
    assert f"<mark>{FACT}</mark>" in shown
    assert f"/interactions/{said.pk}/#found-" in shown


def test_the_pack_is_shown_with_its_lines_leading_to_the_records(reviewer: Client) -> None:
    known = make.memory("The bench is made of aluminium plates.", active=True)
    said = exchange(context_pack=f"Known:\n- <u>bench</u> [memory:{known.pk}]", memories_used=[str(known.pk), "x"])
    shown = text(reviewer, f"/interactions/{said.pk}/")
    assert f'- &lt;u&gt;bench&lt;/u&gt; [<a href="/memories/{known.pk}/">memory:{known.pk}</a>]' in shown
    assert known.content in shown
    other = exchange(context_pack={"items": [{"id": "7"}]})
    assert "&quot;items&quot;" in text(reviewer, f"/interactions/{other.pk}/")


def test_a_piece_in_the_pack_leads_to_its_place_for_those_who_may_see_it(reviewer: Client, client: Client) -> None:
    local = make.project("p05-other", ())
    chunk = make.document("# Bench\n\nIts plates are bolted.\n").chunks.get()
    said = exchange(project="p05-other", context_pack=f"Known:\n- Bolted. [chunk:{chunk.pk}]")
    linked = f'[<a href="/documents/{chunk.document_id}/?chunk={chunk.pk}#chunk-{chunk.pk}">chunk:{chunk.pk}</a>]'
    assert linked in text(reviewer, f"/interactions/{said.pk}/")
    client.force_login(make.user(Role.REVIEWER, "confined", on=local))
    shown = text(client, f"/interactions/{said.pk}/")
    assert f"[chunk:{chunk.pk}]" in shown
    assert str(chunk.document_id) not in shown


def test_what_it_repeats_is_shown_here_and_there(reviewer: Client) -> None:
    known = make.memory(FACT, active=True)
    said = exchange()
    assert known.content in text(reviewer, f"/interactions/{said.pk}/").split("What it repeats")[1]
    shown = text(reviewer, f"/memories/{known.pk}/")
    assert f'<a href="/interactions/{said.pk}/">' in shown.split("Reinforced by")[1]
    assert "1 independent session of others" in " ".join(shown.split())


def test_records_of_a_place_one_may_not_see_are_not_named(client: Client) -> None:
    local = make.project("p05-other", ())
    secret = make.memory(FACT, project=None)
    said = exchange(project="p05-other")
    assert said.findings.filter(record_id=secret.pk).exists()
    client.force_login(make.user(Role.REVIEWER, "confined", on=local))
    shown = text(client, f"/interactions/{said.pk}/")
    assert f"/memories/{secret.pk}/" not in shown
    assert "A memory that you may not see" in shown


def test_the_list_is_narrowed(reviewer: Client) -> None:
    taught, silent = exchange(), exchange(response="Nothing.", session_id="s2", client="bench-cli")
    for query, wanted in (
        ("learned=true", taught),
        ("learned=false", silent),
        ("client=bench-cli", silent),
        ("session_id=s1", taught),
        ("project=p04&learned=true", taught),
    ):
        shown = text(reviewer, f"/interactions/?{query}")
        assert f"/interactions/{wanted.pk}/" in shown
        assert shown.count("/interactions/01") == 1, query
    assert reviewer.get("/interactions/?lerned=true").status_code == 400


def test_looking_again_by_button_says_what_it_found(reviewer: Client) -> None:
    said = exchange()
    answer = reviewer.post(f"/interactions/{said.pk}/extract/", {"extractor": "rules"}, follow=True)
    assert "Found 2, of which 0 new." in answer.content.decode()
    assert said.extraction_runs.count() == 2


def test_a_model_that_fails_is_said_on_the_page(reviewer: Client, settings: Any) -> None:
    said = exchange()
    with serving(status(500), says({"items": [item("take two")]})) as server:
        settings.ATOCORE_LLM_URL, settings.ATOCORE_LLM_MODEL, settings.ATOCORE_LLM_RETRIES = server.url, "tiny", 0
        shown = text(reviewer, f"/interactions/{said.pk}/")
        assert "Ask tiny" in shown
        failed = reviewer.post(f"/interactions/{said.pk}/extract/", {"extractor": "llm"}, follow=True)
    assert "Nothing was taken from it: The model&#x27;s server answered 500" in failed.content.decode()
    assert ExtractionRun.objects.get(extractor="llm").outcome == "failed"
    assert "failed. The model" in text(reviewer, f"/interactions/{said.pk}/")


def test_an_exchange_of_an_unknown_name_is_given_a_project(reviewer: Client) -> None:
    said = exchange(project="Heron 2")
    at = f"/interactions/{said.pk}/"
    shown = text(reviewer, at)
    assert "Heron 2 (unknown name)" in shown
    assert "Look again" not in shown
    assert reviewer.post(f"{at}assign/", {"project": "p04", "version": "7"}).status_code == 409
    assert reviewer.post(f"{at}assign/", {"project": "", "version": "1"}).status_code == 400
    done = reviewer.post(f"{at}assign/", {"project": "p04", "version": "1"}, follow=True).content.decode()
    assert "It belongs to p04-gigabit now." in done
    assert "Give it a project" not in done
    assert Memory.objects.filter(source_interaction=said).count() == 1


def test_an_agent_sees_its_own_and_no_buttons(client: Client) -> None:
    user = make.user(Role.AGENT, "helper")
    from memories.permissions import actor_for_user

    make.project()
    own = capture({"prompt": "Why?", "response": FACT, "project": "p04"}, actor=actor_for_user(user))
    client.force_login(user)
    shown = text(client, f"/interactions/{own.pk}/")
    assert FACT in shown
    assert "Look again" not in shown
    assert client.get(f"/interactions/{exchange().pk}/").status_code == 404
