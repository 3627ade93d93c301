"""The full scan: every slot of a project or of all, read in one go. It finds what detection on each mutation finds."""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from engineering.queries import facts
from engineering.queries.standing import Rows
from engineering.services.conflicts import subjects
from engineering.services.conflicts.settle import Outcome, program, settle
from engineering.slots.claims import claims
from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.models import Project
from memories.services._write import Batch, serialise


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
        subjects.rebuild(wanted)
        found = facts.whole(at, wanted)
        slots = claims(found)
        if wanted is not None:
            slots = {slot: said for slot, said in slots.items() if slot.project == wanted}
        return settle(batch, slots, Rows(None, project=wanted), found.replaced)


def _lock(project: UUID | None) -> None:
    projects: Iterable[UUID | None] = [project] if project else [None, *Project.objects.values_list("pk", flat=True)]
    for one in sorted(projects, key=str):
        serialise(f"conflicts {one}")
