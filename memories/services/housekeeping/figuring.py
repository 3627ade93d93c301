"""The step that writes the figures of the day that is over, one row a project and one for what belongs to none.

What was done (candidates that came, decisions) is counted over that whole day in UTC; what stands (records by status,
how long candidates wait) is counted now, and `measured_at` says when. A day is written once.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from memories.models import DailyFigures, Project
from memories.queries import reviewing
from memories.services.housekeeping.steps import Counts, Keeping, Step, steps


def write_day(keeping: Keeping) -> Counts:
    """Write the figures of yesterday where they are not written yet."""
    day = keeping.at.astimezone(UTC).date() - timedelta(days=1)
    held = set(DailyFigures.objects.filter(day=day).values_list("project_id", flat=True))
    places = [place for place in (None, *Project.objects.values_list("pk", flat=True)) if place not in held]
    if places and not keeping.dry_run:
        rows = _figures(day, places, keeping.at)
        with keeping.timed():
            DailyFigures.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return {"day_figures_written": len(places)}


def _figures(day: date, places: Collection[UUID | None], at: datetime) -> list[DailyFigures]:
    start = datetime.combine(day, time(), tzinfo=UTC)
    rows = reviewing.log(start, start + timedelta(days=1))
    parts: dict[str, dict[UUID | None, Any]] = {
        "decisions": reviewing.decisions(rows),
        "moves": reviewing.moves(rows),
        "sources": reviewing.accepted(rows),
        "standing": reviewing.standing(),
        "ages": reviewing.ages(at),
    }
    return [DailyFigures(day=day, project_id=place, figures=_of(place, parts), measured_at=at) for place in places]


def _of(place: UUID | None, parts: dict[str, dict[UUID | None, Any]]) -> dict[str, Any]:
    nothing = {"came": 0, "promoted": 0, "rejected": 0, "expired": 0}
    return {
        **parts["moves"].get(place, nothing),
        "decisions": parts["decisions"].get(place, 0),
        "sources": parts["sources"].get(place, {}),
        "records": parts["standing"].get(place, {}),
        "waiting_days": parts["ages"].get(place, {"median": None, "p90": None}),
    }


FIGURES = steps.register(Step("figures", "The day’s figures", 50, write_day))
