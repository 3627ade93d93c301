"""What this floor adds to housekeeping: the scan for conflicts, and what memories are awaited by."""

from django.db.models import Exists, OuterRef, Q

from engineering.models import Conflict, Entity
from engineering.services.conflicts import scan
from memories.choices import ConflictStatus, Status
from memories.kinds import kinds
from memories.models import AuditEntry
from memories.services.housekeeping.steps import Counts, Keeping, Step, steps


def find_conflicts(keeping: Keeping) -> Counts:
    """Scan everything; count what the whole run opened and closed, the steps before it included."""
    if not keeping.dry_run:
        scan.sweep(actor=keeping.actor(), timed=keeping.timed)
        return _counted(keeping)
    if keeping.rehearsals:
        with keeping.rehearsal():
            scan.detect(actor=keeping.actor())
            return _counted(keeping)
    # What has run out claims nothing any more, whether it is expired by now or not: the scan finds what it will find.
    found = scan.sweep(actor=keeping.actor(), timed=keeping.timed, keep=False)
    return _counts(found.opened, found.closed, _open() + found.opened - found.closed)


def _counted(keeping: Keeping) -> Counts:
    own = AuditEntry.objects.filter(request_id=keeping.request_id, entity_kind="conflict")
    opened = closed = 0
    for status, before in own.values_list("status", "before_json").order_by().iterator():
        opened += status == ConflictStatus.OPEN and (not before or "status" in before)
        closed += status != ConflictStatus.OPEN and "status" in before
    return _counts(opened, closed, _open())


def _counts(opened: int, closed: int, standing: int) -> Counts:
    return {"conflicts_opened": opened, "conflicts_closed": closed, "conflicts_open": standing}


def _open() -> int:
    return Conflict.objects.filter(status=ConflictStatus.OPEN).count()


def _awaited() -> Q:
    return Q(Exists(Entity.objects.filter(graduates_memory=OuterRef("pk"), status=Status.CANDIDATE)))


CONFLICTS = steps.register(Step("conflicts", "Conflicts", 40, find_conflicts))
kinds.named("memory").conditions["awaited"] = _awaited
