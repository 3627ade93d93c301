"""Steps that end records: what is past its date, and candidates of assistants that nobody repeated."""

import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from memories.errors import DomainError
from memories.kinds import Kind, kinds
from memories.queries import housekeeping as wanted
from memories.services._write import Batch
from memories.services.housekeeping.steps import BATCH, PAUSE, Counts, Keeping, Step, steps
from memories.services.lifecycle import move

#: Does one thing to one row of an open batch.
Act = Callable[[Batch, Any], None]


def in_batches(keeping: Keeping, kind: Kind, condition: Q, act: Act, *, word: str = "expired") -> Counts:
    """Do one thing to all rows of a kind that meet a condition, in transactions of BATCH rows.

    A row that was decided or changed meanwhile is left alone: each is read again in its transaction, where it must meet
    the condition still, and written only at the version read.

    Returns:
        {<plural>_<word>: rows done, or to be done in a dry run; left: what is beyond the bound of the run}.
    """
    rows = kind.model._base_manager.filter(condition).order_by("pk").values_list("pk", flat=True)
    found, name = rows.count(), f"{kind.plural}_{word}"
    most = found if keeping.most is None else min(found, keeping.most)
    counts = {name: most} | ({"left": found - most} if found > most else {})
    if keeping.dry_run or not most:
        return counts
    ids, done = list(rows[:most].iterator()), 0
    for start in range(0, len(ids), BATCH):
        if start:
            time.sleep(PAUSE)
        done += _batch(keeping, kind, ids[start : start + BATCH], condition, act)
        keeping.tell(name, min(start + BATCH, len(ids)), len(ids))
    return {**counts, name: done}


def _batch(keeping: Keeping, kind: Kind, ids: Sequence[UUID], condition: Q, act: Act) -> int:
    done = 0
    with keeping.timed(), Batch(keeping.actor()) as batch:
        # In the order of ids, as bulk decisions are: two that meet wait for one another and never deadlock.
        rows = kind.model._base_manager.filter(condition, pk__in=ids).select_related(*kind.select).order_by("pk")
        for row in rows:
            try:
                with batch.decision(savepoint=True):
                    act(batch, row)
                done += 1
            except DomainError:
                continue
    return done


def added(*parts: Counts) -> dict[str, int]:
    """Return counts added up by their words."""
    total: dict[str, int] = {}
    for part in parts:
        for word, number in part.items():
            total[word] = total.get(word, 0) + number
    return total


def _expired(batch: Batch, row: Any) -> None:
    move(batch, row, "expire", version=row.version, note=f"valid until {row.valid_until:%Y-%m-%d %H:%M} UTC")


def expire(keeping: Keeping) -> Counts:
    """End candidates and active rows whose valid_until has passed."""
    condition = wanted.past_date(keeping.at)
    return added(*(in_batches(keeping, kind, condition, _expired) for kind in wanted.expiring()))


def _forgotten(batch: Batch, row: Any) -> None:
    note = f"waited more than {settings.ATOCORE_STALE_DAYS} days and nothing repeated it"
    move(batch, row, "expire", version=row.version, note=note)


def expire_stale(keeping: Keeping) -> Counts:
    """End memories that an assistant proposed and nothing repeated; count what else waits as long, and leave it."""
    condition = wanted.stale(keeping.at)
    done = in_batches(keeping, kinds.named("memory"), condition, _forgotten)
    left = {}
    for kind in kinds.triaged():
        waiting = wanted.waiting_long(kind, keeping.at).exclude(pk__in=keeping.leaving)
        if kind in wanted.expiring():
            waiting = waiting.exclude(wanted.past_date(keeping.at))
        if kind.name == "memory":
            waiting = waiting.exclude(condition)
        left[f"{kind.plural}_waiting"] = waiting.count()
    return {**done, **left}


EXPIRE = steps.register(Step("expire", "Past their date", 20, expire))
STALE = steps.register(Step("stale", "Waited in vain", 30, expire_stale))
