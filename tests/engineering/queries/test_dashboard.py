"""The dashboard: every figure is that of the query it names, and none is older than the last write it depends on."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from engineering.models import Entity
from engineering.queries.dashboard import CARDS, dashboard
from memories.choices import Role
from memories.queries import figures, pulse
from memories.services import edit, lifecycle
from tests import factories
from tests.engineering.queries.drawing import Drawing
from tests.rest import API, client_of


@pytest.fixture(autouse=True)
def _forget() -> None:
    caches["figures"].clear()


def card(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in found["cards"] if one["name"] == name)


def count(sheet: Drawing, name: str) -> int:
    """A card's figure now."""
    return int(card(dashboard(sheet.project, sheet.actor), name)["count"])


def asks(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen)


def messy(sheet: Drawing) -> None:
    """
    req1 satisfied and verified; req2, req3 orphans, unverified; dec1 rests on a dead assumption, dec2 on nothing;
    claim1 has a result, claim2 nothing; c1 -> c2 -> c1 a ring; c1's link to req1 is suspect
    """
    sheet.draw("c1 satisfies req1", "req1 validated_by res1", "dec1 based_on_assumption asm1", "res1 supports claim1")
    sheet.draw("c1 depends_on c2", "c2 depends_on c1")
    for name in ("req2", "req3", "dec2", "claim2"):
        sheet.put(name)
    sheet.put("c3", source_refs=["https://example.org/c3"])
    sheet.put("c4", active=False)
    sheet.end("asm1")
    edit.update(Entity.objects.get(pk=sheet.at["req1"].pk), {"description": "Lighter."}, actor=sheet.actor)


def test_every_figure_is_that_of_the_query_it_names(sheet: Drawing) -> None:
    messy(sheet)
    client = client_of(Role.REVIEWER)
    answer = client.get(f"{API}/projects/p04/dashboard").json()
    counts = {one["name"]: (one["count"], one["of"]) for one in answer["cards"]}
    assert counts == {
        "orphan-requirements": (2, 3),
        "risky-decisions": (1, 2),
        "unsupported-claims": (1, 2),
        "unverified-requirements": (2, 3),
        "suspect-links": (1, 5),
        "open-conflicts": (0, 11),
        "graph-health": (9, 11),
        "without-provenance": (10, 11),
    }
    assert set(counts) == set(CARDS)
    for one in answer["cards"]:
        bodies = [client.get(address).json() for address in one["queries"]]
        listed = sum(len(body.get("items", body.get("results"))) for body in bodies)
        assert listed == one["count"], one["name"]
        assert len(one["items"]) == min(5, one["count"])
    assert [one["name"] for one in card(answer, "orphan-requirements")["items"]] == ["req2", "req3"]
    assert "which is invalid" in card(answer, "risky-decisions")["items"][0]["note"]
    shares = {one["name"]: (one["numerator"], one["denominator"]) for one in answer["coverage"]}
    coverage = client.get(f"{API}/queries/projects/p04/coverage").json()["items"]
    assert shares == {
        one["id"].replace(".", "_"): (one["data"]["numerator"], one["data"]["denominator"]) for one in coverage
    }
    assert answer["waiting"]["waiting"] == client.get(f"{API}/stats?project=p04").json()["triage"]["waiting"] == 1


def test_it_asks_once_while_nothing_moves_and_anew_after_every_write(sheet: Drawing) -> None:
    messy(sheet)
    show = partial(dashboard, sheet.project, sheet.actor)
    assert asks(show) > 10
    assert asks(show) == 1
    sheet.draw("c2 satisfies req2")
    assert count(sheet, "orphan-requirements") == 1
    candidate = factories.memory("The lid is heavy.")
    assert show()["waiting"]["waiting"] == 2
    lifecycle.reject(candidate, actor=sheet.actor)
    assert show()["waiting"]["waiting"] == 1
    assert asks(show) == 1


def test_making_it_asks_as_often_however_many_rows_there_are(sheet: Drawing) -> None:
    messy(sheet)
    few = asks(lambda: dashboard(sheet.project, sheet.actor))
    for place in range(20, 30):
        sheet.draw(
            f"c{place} satisfies req{place}", f"dec{place} based_on_assumption asm2", f"res{place} supports claim1"
        )
        factories.memory()
    caches["figures"].clear()
    assert asks(lambda: dashboard(sheet.project, sheet.actor)) == few <= 42


def test_a_write_elsewhere_counts_where_links_lead_there(sheet: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    """p06 is told by no link; p05 by one, and p07 by one of p05."""
    for name in ("p05", "p06", "p07"):
        factories.project(name, ())
    sheet.put("res1", project="p05")
    sheet.put("asm7", project="p07")
    sheet.put("dec5", project="p05")
    sheet.draw("res1 supports claim1", "dec5 based_on_assumption asm7", "dec1 depends_on dec5")
    show = partial(dashboard, sheet.project, sheet.actor)
    assert (count(sheet, "unsupported-claims"), count(sheet, "risky-decisions")) == (0, 0)
    factories.memory("Of no interest here.", project="p06")
    assert asks(show) == 2
    monkeypatch.setattr(figures, "FAR_BEHIND", 0)
    show()  # is brought up to date
    assert asks(show) == 1
    sheet.end("asm7")
    assert count(sheet, "risky-decisions") == 1
    sheet.end("res1")
    assert count(sheet, "unsupported-claims") == 1


def test_what_moves_in_or_out_is_noticed(sheet: Drawing) -> None:
    factories.project("p06", ())
    part = sheet.put("c1", project="p06")
    sheet.put("req1")
    assert count(sheet, "orphan-requirements") == 1
    factories.relationship(part, "satisfies", sheet.at["req1"])
    assert count(sheet, "orphan-requirements") == 0
    memory = factories.memory("Somebody else's.")
    assert dashboard(sheet.project, sheet.actor)["waiting"]["waiting"] == 1
    edit.update(memory, {"project": "p06"}, actor=sheet.actor)
    assert dashboard(sheet.project, sheet.actor)["waiting"]["waiting"] == 0


def test_time_alone_makes_it_anew(sheet: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    sheet.put("asm1", valid_until=(now + timedelta(hours=1)).isoformat())
    sheet.draw("dec1 based_on_assumption asm1")
    assert count(sheet, "risky-decisions") == 0
    monkeypatch.setattr("django.utils.timezone.now", lambda: now + timedelta(hours=2))
    assert count(sheet, "risky-decisions") == 1


def test_figures_made_while_somebody_writes_are_not_kept(sheet: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "at_rest", lambda: False)
    sheet.put("req1")
    show = partial(dashboard, sheet.project, sheet.actor)
    assert asks(show) > 10
    assert asks(show) > 10


def test_each_reads_their_own(sheet: Drawing) -> None:
    """A reader of this project alone sees no candidate, and nothing of what a link leads to."""
    factories.project("p05", ())
    sheet.put("c9", project="p05")
    sheet.draw("c9 satisfies req1")
    factories.memory("Waits.")
    everywhere, here = sheet.actor, factories.person(Role.READER, on=sheet.project)
    mine, theirs = dashboard(sheet.project, everywhere), dashboard(sheet.project, here)
    assert (card(mine, "orphan-requirements")["count"], card(theirs, "orphan-requirements")["count"]) == (0, 1)
    assert (mine["waiting"]["waiting"], theirs["waiting"]["waiting"], theirs["waiting"]["seen"]) == (1, 0, False)
    assert theirs["trends"][-1]["came"] is None
    assert "'c9'" not in str(theirs)  # ids may hold the letters


def test_twelve_weeks(sheet: Drawing) -> None:
    """Two came, one was promoted, one rejected; of three active entities one is gone again."""
    for verb in ("promote", "reject"):
        getattr(lifecycle, verb)(factories.memory(), actor=sheet.actor)
    for name in ("c1", "c2", "c3"):
        sheet.put(name)
    sheet.end("c2")
    weeks = dashboard(sheet.project, sheet.actor)["trends"]
    assert len(weeks) == pulse.WEEKS
    assert weeks[-1] == {"week": pulse.week_of(timezone.now()), "came": 2, "promoted": 1, "rejected": 1, "active": 2}
    assert {(week["came"], week["active"]) for week in weeks[:-1]} == {(0, 0)}


def test_a_stranger_does_not_learn_that_it_exists(sheet: Drawing) -> None:
    stranger = client_of(Role.READER, on=factories.project("p05", ()))
    assert stranger.get(f"{API}/projects/p04/dashboard").status_code == 404
    assert APIClient().get(f"{API}/projects/p04/dashboard").status_code == 401
