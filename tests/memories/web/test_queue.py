"""The triage queue: what waits, in what order, narrowed how; its deck and its further rows."""

import re
from html import unescape

import pytest
from django.test import Client

from memories.choices import Role
from memories.models import Memory
from memories.services import lifecycle
from tests import factories
from tests.memories.web.conftest import signed_in, words


def listed(client: Client, query: str = "") -> list[str]:
    """The contents of the queue's rows, in order."""
    rows = client.get(f"/triage/{query}").context["rows"]
    return [row.row.content for row in rows]


def test_a_candidate_that_replaces_one_comes_first_then_the_surest(reviewer: Client) -> None:
    active = factories.memory("Mirror mass is 5.1 kg.", active=True)
    factories.memory("Cable length is four metres.", confidence=0.4)
    factories.memory("The dome opens to the east.", confidence=0.8)
    factories.memory("Mirror mass equals 5.4 kg.", confidence=0.3, proposed_supersedes=str(active.pk))
    assert listed(reviewer) == [
        "Mirror mass equals 5.4 kg.",
        "The dome opens to the east.",
        "Cable length is four metres.",
    ]
    assert listed(reviewer, "?sort=unsure")[0] == "Mirror mass equals 5.4 kg."
    assert listed(reviewer, "?sort=newest")[-1] == "Cable length is four metres."


def test_filters_narrow_and_stand_in_the_address(reviewer: Client) -> None:
    factories.memory("Surely so.", confidence=0.9)
    factories.memory("Perhaps so.", confidence=0.2)
    page = reviewer.get("/triage/?tab=memories&band=high&project=p04")
    assert [row.row.content for row in page.context["rows"]] == ["Surely so."]
    assert "band=high" in page.context["here"]


@pytest.mark.parametrize("query", ["?statsu=active", "?band=huge", "?sort=colour", "?project=p99"])
def test_what_the_queue_does_not_know_is_refused_in_words(reviewer: Client, query: str) -> None:
    factories.memory()
    answer = reviewer.get(f"/triage/{query}")
    assert answer.status_code == 400
    assert "Request id" in words(answer.content)


def test_an_unknown_tab_is_not_found(reviewer: Client) -> None:
    assert reviewer.get("/triage/?tab=wishes").status_code == 404


def test_a_card_can_be_chosen_by_its_address(reviewer: Client) -> None:
    factories.memory(confidence=0.9)
    wanted = factories.memory("The one that was asked for.", confidence=0.1)
    item = reviewer.get(f"/triage/?card={wanted.pk}").context["item"]
    assert item.row == wanted


def test_the_deck_leaves_out_what_was_decided_meanwhile(reviewer: Client) -> None:
    waiting, gone = factories.memory(), factories.memory()
    lifecycle.reject(gone, actor=factories.person())
    answer = reviewer.get(f"/triage/deck/?tab=memories&id={waiting.pk}&id={gone.pk}", headers={"HX-Request": "true"})
    assert f"item-{waiting.pk}" in answer.content.decode()
    assert str(gone.pk) not in answer.content.decode()


def test_further_rows_follow_without_a_gap_or_a_repeat(reviewer: Client) -> None:
    for number in range(70):
        factories.memory(f"Fact number {number} of many, all alike in rank.", confidence=0.5)
    first = reviewer.get("/triage/?sort=oldest")
    rest = reviewer.get(f"/triage/more/?sort=oldest&after={first.context['after']}")
    seen = [row.row.pk for row in first.context["rows"]] + [row.row.pk for row in rest.context["rows"]]
    assert seen == list(Memory.objects.order_by("created_at", "pk").values_list("pk", flat=True))


def test_a_card_beyond_the_first_rows_is_shown_first_and_comes_once(reviewer: Client) -> None:
    made = [factories.memory(f"Fact number {number} of many, all alike in rank.").pk for number in range(70)]
    first = reviewer.get(f"/triage/?sort=oldest&card={made[-1]}")
    assert (first.context["item"].row.pk, first.context["place"], first.context["following"]) == (made[-1], 1, made[0])
    assert [row.row.pk for row in first.context["rows"]] == [made[-1], *made[:50]]
    (address,) = re.findall(r'hx-get="(/triage/more/[^"]*)"', first.content.decode())
    rest = reviewer.get(unescape(address))
    assert [row.row.pk for row in rest.context["rows"]] == made[50:-1]


def test_the_card_says_where_a_memory_came_from_and_what_resembles_it(reviewer: Client) -> None:
    factories.memory("The primary mirror weighs 5.1 kg without its cell.", active=True)
    factories.memory("The primary mirror weighs 5.4 kg without its cell.")
    page = reviewer.get("/triage/")
    assert "No source recorded" in words(page.content)
    pk = page.context["item"].row.pk
    for path in (f"/triage/deck/?tab=memories&similar={pk}", f"/triage/?card={pk}&similar=1"):
        shown = reviewer.get(path).content.decode()
        assert "<del>5.1</del>" in shown
        assert "<ins>5.4</ins>" in shown
    assert reviewer.get("/triage/deck/?tab=memories&similar=nonsense").status_code == 404


def test_an_empty_queue_says_how_candidates_arrive_and_later_that_all_is_done(reviewer: Client) -> None:
    assert "create_token" in words(reviewer.get("/triage/").content)
    lifecycle.reject(factories.memory(), actor=factories.person())
    assert "Nothing to review" in words(reviewer.get("/triage/").content)


def test_a_reviewer_of_one_project_sees_only_its_candidates(db: None) -> None:
    home = factories.project("p05-interferometer", aliases=())
    mine = factories.memory("Fringes drift by night.", project="p05-interferometer")
    factories.memory("Somebody else's.")
    page = signed_in(factories.user(Role.REVIEWER, on=home)).get("/triage/")
    assert [row.row for row in page.context["rows"]] == [mine]
    assert page.context["counts"]["memories"] == 1


def test_how_many_are_left_today_never_shows_more_than_there_were(reviewer: Client) -> None:
    rows = [factories.memory() for _ in range(3)]
    assert reviewer.get("/triage/").context["today"].most == 3
    reviewer.post(f"/memories/{rows[0].pk}/reject/", {"version": 1})
    figures = reviewer.get("/triage/").context["today"]
    assert (figures.left, figures.most, figures.decided) == (2, 3, 1)
    factories.memory()
    figures = reviewer.get("/triage/").context["today"]
    assert (figures.left, figures.most, figures.done) == (3, 4, 1)


def test_a_forged_progress_cookie_is_ignored(reviewer: Client) -> None:
    factories.memory()
    reviewer.cookies["atocore_today"] = "nonsense"
    reviewer.cookies["atocore_tz"] = "../../etc/passwd"
    assert reviewer.get("/triage/").context["today"].most == 1
