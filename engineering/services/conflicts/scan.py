"""The full scan: every slot of a project or of all, read in one go. It finds what detection on each mutation finds."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from engineering.queries import facts
from engineering.queries.standing import Rows
from engineering.services.conflicts import subjects
from engineering.services.conflicts.settle import Judged, Outcome, contested, program, settle
from engineering.slots.claims import Claims, claims
from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.models import Project
from memories.queries import figures
from memories.services._write import Batch, serialise

#: How often `sweep` looks without the lock before it looks with it.
_TRIES = 3


class _Seen(NamedTuple):
    said: Claims
    judged: Judged
    names: subjects.Differences


def detect(project: Project | None = None, *, actor: Actor) -> Outcome:
    """Scan everything, or one project, and bring its conflicts in line.

    Args:
        project: the project; None for all, and for what belongs to none.
        actor: a reviewer of what is scanned.

    Returns:
        What was done. A second scan of the same rows does nothing.
    """
    wanted = project.pk if project else None
    permissions.require(actor, Role.REVIEWER, wanted)
    at = actor.clock or timezone.now()
    with Batch(program(actor, at)) as batch:
        _lock(wanted)
        return _write(batch, _look(at, wanted), wanted)


def sweep(
    *, actor: Actor, timed: Callable[[], AbstractContextManager[None]] = nullcontext, keep: bool = True
) -> Outcome:
    """Scan everything as `detect` does, but look before the lock is taken, so that nobody waits while it reads.

    What was seen holds where no row of the log was written meanwhile; else it looks again, at last under the lock.

    Args:
        actor: a reviewer of everything.
        timed: measures the transactions.
        keep: whether what is found is kept; False takes it back.
    """
    permissions.require(actor, Role.REVIEWER, None)
    at = actor.clock or timezone.now()
    for _ in range(_TRIES):
        last = figures.newest()
        seen = _look(at, None) if figures.at_rest() else None
        with timed(), _taken_back_unless(keep), Batch(program(actor, at)) as batch:
            # Whoever is in the middle of a write checks its slots when it closes, and waits for this lock until then.
            _lock(None)
            if seen and figures.newest() == last:
                return _write(batch, seen, None)
    with timed(), _taken_back_unless(keep):
        return detect(actor=actor)


@contextmanager
def _taken_back_unless(keep: bool) -> Iterator[None]:
    with transaction.atomic():
        yield
        if not keep:
            transaction.set_rollback(True)


def _look(at: datetime, wanted: UUID | None) -> _Seen:
    found = facts.whole(at, wanted)
    said = claims(found)
    if wanted is not None:
        said = {slot: some for slot, some in said.items() if slot.project == wanted}
    return _Seen(said, contested(said, found.replaced), subjects.differences(wanted))


def _write(batch: Batch, seen: _Seen, wanted: UUID | None) -> Outcome:
    subjects.mend(seen.names)
    return settle(batch, seen.said, Rows(None, project=wanted), seen.judged)


def _lock(project: UUID | None) -> None:
    projects: Iterable[UUID | None] = [project] if project else [None, *Project.objects.values_list("pk", flat=True)]
    for one in sorted(projects, key=str):
        serialise(f"conflicts {one}")
