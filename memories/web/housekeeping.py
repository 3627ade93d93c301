"""The page of housekeeping: its runs and what each did, what comes due, what has gone cold; for maintainers of all.

A run may be started here: each of its steps is bounded, so that the page answers; what is beyond is left to cron.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Invalid
from memories.kinds import kinds
from memories.models import HousekeepingRun, Memory
from memories.queries import housekeeping as reads
from memories.services.housekeeping.run import BUSY, FAILED, MOST_IN_A_REQUEST, RUNNING, Report, housekeep
from memories.services.housekeeping.steps import counted, steps
from memories.web import cards, paging
from memories.web.door import page
from memories.web.lists import next_address

SIZE, COLD = 20, 5
NEWEST = paging.Order("newest", "newest", ("-started_at", "-pk"))
#: Days ahead for which the page says what will expire.
AHEAD = (1, 7, 30)
ACTS = ("look", "run")


@page("GET", "POST")
def desk(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The run log; posting `act` looks what a run would do, or runs."""
    permissions.require(actor, Role.MAINTAINER, None)
    if request.method != "POST":
        return _shown(request, actor)
    act = request.POST.get("act", "")
    if act not in ACTS:
        raise Invalid.field("act", f"act is one of {', '.join(ACTS)}.", "invalid_choice")
    report = housekeep(actor=actor, dry_run=act == "look", most=None if act == "look" else MOST_IN_A_REQUEST)
    if act == "look":
        return _shown(request, actor, report)
    _say(request, report)
    return redirect("housekeeping")


def _say(request: HttpRequest, report: Report) -> None:
    if report.outcome == BUSY:
        messages.warning(request, "Housekeeping is under way already; nothing was done.")
    elif report.outcome == FAILED:
        messages.error(request, "A step failed; the others were done. The newest run below says which.")
    else:
        messages.success(request, f"Done: {report.changed:,} row{'' if report.changed == 1 else 's'} changed.")


def _shown(request: HttpRequest, actor: Actor, report: Report | None = None) -> HttpResponse:
    now = timezone.now()
    listed = paging.page(reads.runs(), NEWEST, after=request.GET.get("after", ""), size=SIZE)
    context = {
        "runs": [_run(row) for row in listed.rows],
        "next": next_address(request, listed.after),
        "foreseen": _told(report.counts, report.errors) if report else [],
        "looked": report is not None,
        "due": _due(now),
        "cold": _cold(actor, now),
        "most": MOST_IN_A_REQUEST,
        "cold_days": settings.ATOCORE_COLD_DAYS,
    }
    return render(request, "memories/housekeeping.html", context)


def _run(row: HousekeepingRun) -> dict[str, Any]:
    errors = dict(line.split(": ", 1) for line in row.error.splitlines() if ": " in line)
    return {
        "row": row,
        "told": _told(row.counts, errors),
        "seconds": (row.finished_at - row.started_at).total_seconds() if row.finished_at else None,
        "running": row.outcome == RUNNING,
    }


def _told(counts: Mapping[str, Mapping[str, int]], errors: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the steps that did or found something, or failed: {title, counts, error}."""
    names = [*counts, *(name for name in errors if name not in counts)]
    found = []
    for name in names:
        step = steps.named(name)
        said = [(counted(word, number), number) for word, number in counts.get(name, {}).items() if number]
        if said or name in errors:
            found.append({"title": step.title if step else name, "counts": said, "error": errors.get(name, "")})
    return found


def _due(now: datetime) -> list[dict[str, Any]]:
    return [
        {"days": days, "rows": list(reads.due(now, days).items()), "stale": reads.stale_by(now, days)} for days in AHEAD
    ]


def _cold(actor: Actor, now: datetime) -> dict[str, Any]:
    kind = kinds.named("memory")
    seen = permissions.for_principal(Memory.objects.filter(reads.cold(now)), actor)
    rows = seen.select_related(*kind.select).order_by("created_at", "pk")
    return {"number": seen.count(), "items": [cards.row_of(kind, row) for row in rows[:COLD]]}
