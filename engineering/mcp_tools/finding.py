"""Entities as assistants name them: by an id, or by a name in a project."""

from typing import Annotated, cast

from pydantic import Field

from engineering.models import Entity
from memories.actors import Actor
from memories.errors import FieldError, Invalid, NotFound
from memories.ids import as_uuid
from memories.projects import closest
from memories.queries import projects, records
from memories.text import clean_text

Named = Annotated[str, Field(description="Id of the entity, or its name as it is written.", max_length=300)]
#: Names that are compared for the closest, and entities of one name that are told apart.
_MOST_NAMES, _MOST_ALIKE = 5_000, 10


def entity(text: str, actor: Actor, project: str | None = None, field: str = "entity") -> Entity:
    """Return the entity of an id or a name.

    Args:
        text: id or name.
        actor: who asks.
        project: where the name is looked up; None for everywhere.
        field: the argument's name, for a refusal.

    Raises:
        NotFound: none that the actor may see; names the closest.
        Invalid: several are called so; names their ids.
    """
    wanted = clean_text(text, field, most=300, single=True)
    if found := as_uuid(wanted.removeprefix("entity:")):
        return cast(Entity, records.get("entity", found, actor))
    place = projects.resolve(project, actor)
    seen = records.visible("entity", actor)
    rows = seen.filter(project=place) if place else seen
    alike = list(rows.filter(name__iexact=wanted).order_by("-status", "pk")[:_MOST_ALIKE])
    live = [row for row in alike if row.status == "active"] or alike
    if len(live) == 1:
        return cast(Entity, live[0])
    if live:
        raise _several(wanted, cast(list[Entity], live), field)
    names = rows.order_by().values_list("name", flat=True).distinct()[:_MOST_NAMES]
    near = closest(wanted, names)
    hint = f" Closest: {', '.join(near)}." if near else ""
    raise NotFound(f"No entity that you may see is called “{wanted[:80]}”.{hint}", closest=near)


def _several(name: str, rows: list[Entity], field: str) -> Invalid:
    listed = "; ".join(f"{row.pk} ({row.entity_type} of {row.project or 'no project'})" for row in rows)
    detail = f"Several entities are called “{name[:80]}”: {listed}. Name one by its id."
    return Invalid([FieldError(f"/{field}", "ambiguous", detail)])
