"""What the prompt finds and what may not enter for its status: told to those who may see it."""

from typing import Any

from django.db.models import QuerySet

from engineering.context.gather import Asking
from engineering.context.sections import LeftOut
from memories import permissions
from memories.choices import Role, Status
from memories.kinds import kinds
from memories.models import SourceChunk
from memories.search import chunks, marks, words
from memories.search.ranked import Sought, ranked

#: As many as a person reads through.
MOST = 20
#: Words of the prompt that it is looked for by: those that say most.
TELLING = 6
_KINDS = ("memory", "entity", chunks.KIND)
_DETAIL = {
    Status.CANDIDATE: "it waits for a decision",
    Status.SUPERSEDED: "something replaced it",
    Status.INVALID: "it was rejected, withdrawn or ran out",
    Status.GRADUATED: "it became an entity, which stands for it",
}


def unwanted(asking: Asking) -> list[LeftOut]:
    """Return the records that the prompt finds under another status than active, best first.

    One look-up and one read a kind; none for readers, who see nothing but what is active.
    """
    if not asking.actor.principal.reaches(Role.AGENT):
        return []
    places = [project.pk if project else None for project in asking.projects]
    narrow = [*marks.within(_DETAIL, places), [marks.kind(kind) for kind in _KINDS]]
    found = ranked(Sought(words.sought(asking.asked.prompt, TELLING), narrow, MOST))
    rows: dict[Any, Any] = {}
    for kind in {row.kind for row in found}:
        ids = [row.record_id for row in found if row.kind == kind]
        rows |= {(kind, row.pk): row for row in permissions.for_principal(_read(kind).filter(pk__in=ids), asking.actor)}
    seen = [(hit.kind, rows[hit.kind, hit.record_id]) for hit in found if (hit.kind, hit.record_id) in rows]
    return [
        LeftOut(kind, row, "status", f"{_status(row)}: {_DETAIL[_status(row)]}")
        for kind, row in seen
        if _status(row) in _DETAIL
    ]


def _read(kind: str) -> "QuerySet[Any]":
    if kind == chunks.KIND:
        return SourceChunk.objects.select_related("document__project")
    return kinds.named(kind).model._base_manager.select_related("project")


def _status(row: Any) -> Status:
    return Status(row.document.status if isinstance(row, SourceChunk) else row.status)
