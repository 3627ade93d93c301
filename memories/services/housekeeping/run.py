"""A run of housekeeping: all steps in order, one run at a time, each run on record."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.models import HousekeepingRun
from memories.services.housekeeping.lock import alone
from memories.services.housekeeping.steps import Counts, Keeping, Tell, changed, silent, steps

logger = logging.getLogger(__name__)
RUNNING, DONE, FAILED, BROKEN_OFF, BUSY = "running", "done", "failed", "broken off", "busy"
#: Rows that each step changes at most when somebody waits for the answer.
MOST_IN_A_REQUEST = 1_000


@dataclass
class Report:
    """What a run did, or a dry run would do.

    Attributes:
        outcome: "done", "failed", or "busy" (another run was under way; nothing was done).
        counts: by the step's name, in order.
        errors: what failed, by the step's name.
        row: its row in the log; None for a dry run and for one that found another under way.
    """

    dry_run: bool
    outcome: str = DONE
    counts: dict[str, Counts] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    longest: float = 0.0
    row: HousekeepingRun | None = None

    @property
    def changed(self) -> int:
        """Return how many rows were changed in all."""
        return sum(changed(counts) for counts in self.counts.values())


def housekeep(*, actor: Actor, dry_run: bool = False, most: int | None = None, tell: Tell = silent) -> Report:
    """Run all steps, or say what they would do.

    What is written is written by the program (`cron`, `auto-triage`) under the actor's request id. A step that fails is
    put on record, and the others go on. Two runs at once: the second does nothing and says so.

    Args:
        actor: a maintainer of all projects.
        dry_run: change nothing and leave nothing on record.
        most: rows that each step may change; what is beyond stays for the next run.
        tell: told how far it is.
    """
    permissions.require(actor, Role.MAINTAINER, None)
    at = actor.clock or timezone.now()
    keeping = Keeping(at, actor.request_id, dry_run, actor.clock, most, tell)
    if dry_run:
        return _run(keeping, Report(dry_run))
    with alone() as held:
        if not held:
            return Report(dry_run, BUSY)
        return _recorded(keeping, actor, at)


def _recorded(keeping: Keeping, actor: Actor, at: datetime) -> Report:
    # Whoever holds the lock is alone: what still stands as running was killed.
    HousekeepingRun.objects.filter(outcome=RUNNING).update(outcome=BROKEN_OFF, finished_at=at)
    row = HousekeepingRun.objects.create(started_at=at, who=actor.label, request_id=actor.request_id)
    report = _run(keeping, Report(dry_run=False, row=row))
    row.outcome, row.finished_at = report.outcome, max(timezone.now(), at)
    row.counts = report.counts
    row.error = "\n".join(f"{name}: {words}" for name, words in report.errors.items())
    row.longest_ms = round(report.longest * 1000)
    row.save()
    return report


def _run(keeping: Keeping, report: Report) -> Report:
    for step in steps:
        try:
            report.counts[step.name] = step.act(keeping)
        except Exception as fault:  # the log keeps it, the others go on
            logger.exception("housekeeping: the step “%s” failed", step.name)
            report.errors[step.name] = f"{type(fault).__name__}: {fault}"[:1_000]
            report.outcome = FAILED
    report.longest = keeping.longest
    return report


def shown(report: Report) -> dict[str, Any]:
    """Return a report as JSON."""
    return {
        "dry_run": report.dry_run,
        "outcome": report.outcome,
        "steps": report.counts,
        "failed": report.errors,
        "longest_ms": round(report.longest * 1000),
        "run": str(report.row.pk) if report.row else None,
        "request_id": report.row.request_id if report.row else None,
    }
