"""How reviewing goes: what became of each source's proposals, decisions a day, and the figures of a day for good."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engineering.queries.dashboard import dashboard
from memories.actors import Actor
from memories.choices import Role
from memories.models import DailyFigures, Memory
from memories.queries import reviewing
from memories.services import lifecycle
from memories.services.capture import capture
from memories.services.housekeeping.run import housekeep
from tests import factories as make
from tests.rest import client_of

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
TODAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)


def at(by: Actor, moment: datetime) -> Actor:
    return replace(by, clock=moment)


def proposed(by: Actor, number: int, moment: datetime = NOW) -> list[Memory]:
    return [make.memory(by=at(by, moment)) for _ in range(number)]


def keep(moment: datetime, **options: Any) -> dict[str, Any]:
    return dict(housekeep(actor=Actor.system("cron", clock=moment), **options).counts["figures"])


def test_the_share_of_each_source_and_the_decisions_a_day() -> None:
    scribe, probe, ada = make.agent("scribe"), make.agent("probe"), make.person(name="ada")
    good, bad = proposed(scribe, 3), proposed(probe, 2)
    for row in good:
        lifecycle.promote(row, actor=ada)
    lifecycle.reject(bad[0], actor=ada)
    lifecycle.promote(bad[1], actor=at(ada, NOW - 40 * DAY))
    other = make.project("p05-other", ())
    lifecycle.reject(make.memory(project=other.name, by=scribe), actor=ada)
    found = reviewing.reviewing(make.project(), ada)
    assert found is not None
    assert (found["decisions"], found["per_day"]) == (4, 0.1)
    assert found["sources"] == [
        {"proposed_by": "agent:scribe", "promoted": 3, "rejected": 0, "share": 1.0},
        {"proposed_by": "agent:probe", "promoted": 1, "rejected": 1, "share": 0.5},
    ]


def test_the_share_of_each_extractor() -> None:
    make.project()
    scribe, ada = make.agent("scribe"), make.person(name="ada")
    words = "The detector cooler draws 22 W at full power.\n\nThe fibre head weighs 310 g with its cover."
    capture({"prompt": "And?", "response": words, "project": "p04", "session_id": "s"}, actor=scribe)
    first, second = Memory.objects.order_by("pk")
    lifecycle.promote(first, actor=ada)
    lifecycle.reject(second, actor=ada)
    lifecycle.promote(proposed(scribe, 1)[0], actor=ada)
    found = reviewing.reviewing(make.project(), ada)
    assert found is not None
    assert found["extractors"] == [{"proposed_by": "rules", "promoted": 1, "rejected": 1, "share": 0.5}]


def test_who_does_not_review_is_not_told() -> None:
    assert reviewing.reviewing(make.project(), make.person(Role.READER)) is None
    assert dashboard(make.project(), make.agent())["reviewing"] is None


def test_the_dashboard_shows_it_as_page_and_over_rest() -> None:
    ada = make.person(name="ada")
    lifecycle.promote(proposed(make.agent("scribe"), 1)[0], actor=ada)
    answer = client_of(Role.REVIEWER).get("/api/v1/projects/p04/dashboard").json()
    assert answer["reviewing"]["sources"] == [
        {"proposed_by": "agent:scribe", "promoted": 1, "rejected": 0, "share": 1.0}
    ]
    assert client_of(Role.READER).get("/api/v1/projects/p04/dashboard").json()["reviewing"] is None


def test_the_figures_of_a_day_are_of_that_day_and_written_once() -> None:
    """One minute before midnight belongs to yesterday, midnight itself to today."""
    scribe, ada = make.agent("scribe"), make.person(name="ada")
    first, second, today = (
        proposed(scribe, 1, moment)[0] for moment in (TODAY - DAY, TODAY - timedelta(minutes=1), TODAY)
    )
    lifecycle.promote(first, actor=at(ada, TODAY - timedelta(hours=2)))
    lifecycle.reject(today, actor=at(ada, TODAY))
    assert keep(TODAY, dry_run=True) == keep(TODAY) == {"day_figures_written": 2}
    row = DailyFigures.objects.get(project=make.project())
    assert row.day == (TODAY - DAY).date()
    told = {word: row.figures[word] for word in ("came", "promoted", "rejected", "expired", "decisions")}
    assert told == {"came": 2, "promoted": 1, "rejected": 0, "expired": 0, "decisions": 1}
    assert row.figures["sources"] == {"agent:scribe": {"promoted": 1, "rejected": 0}}
    assert row.figures["records"]["memories"] == {"active": 1, "candidate": 1, "invalid": 1}
    assert second.fresh().status == "candidate"
    lifecycle.reject(second, actor=at(ada, TODAY - timedelta(minutes=1)))
    assert keep(TODAY) == keep(TODAY + timedelta(hours=23)) == {"day_figures_written": 0}
    row.refresh_from_db()
    assert row.figures["rejected"] == 0
    assert keep(TODAY + DAY) == {"day_figures_written": 2}


def test_how_long_candidates_wait() -> None:
    for days in range(10):
        proposed(make.agent(), 1, NOW - days * DAY)
    keep(NOW)
    assert DailyFigures.objects.get(project=make.project()).figures["waiting_days"] == {"median": 5.0, "p90": 9.0}


def test_a_reviewer_reads_them_day_by_day() -> None:
    make.memory()
    for back in range(3):
        keep(NOW - back * DAY)
    client = client_of(Role.REVIEWER)
    answer = client.get("/api/v1/projects/p04/daily-figures", {"limit": 2}).json()
    assert [one["day"] for one in answer["results"]] == [(NOW - back * DAY).date().isoformat() for back in (1, 2)]
    rest = client.get(answer["next"]).json()["results"]
    assert [one["day"] for one in rest] == [(NOW - 3 * DAY).date().isoformat()]
    assert client_of(Role.AGENT).get("/api/v1/projects/p04/daily-figures").status_code == 403
