"""Capture: what a client sent to its model and what came back is kept as it came."""

from collections.abc import Mapping
from typing import Any

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Invalid, UnknownProject
from memories.models import Interaction
from memories.queries import projects
from memories.services import fields as f
from memories.services._write import Batch
from memories.text import clean_json, clean_text


def _ids(value: Any, name: str, actor: Actor) -> list[str]:
    if not isinstance(value, list) or len(value) > 1_000:
        raise Invalid.field(name, "A list of at most 1,000 ids is expected.", "not_a_list")
    return [clean_text(item, f"{name}/{place}", most=200, single=True) for place, item in enumerate(value)]


def _pack(value: Any, name: str, actor: Actor) -> Any:
    if not isinstance(value, dict | list | str):
        raise Invalid.field(name, "The context pack is text or a JSON object.", "not_an_object")
    return clean_json(value, name)


_FIELDS: dict[str, tuple[str, f.Parser]] = {
    "prompt": ("prompt", f.text(200_000)),
    "context_pack": ("context_pack", _pack),
    "response": ("response", f.text(200_000, blank=True)),
    "response_summary": ("response_summary", f.text(20_000, blank=True)),
    "memories_used": ("memories_used", _ids),
    "chunks_used": ("chunks_used", _ids),
    "client": ("client", f.text(200, blank=True, single=True)),
    "session_id": ("session_id", f.text(200, blank=True, single=True)),
    "project": ("project_text", f.text(200, blank=True, single=True)),
}


def capture(fields: Mapping[str, Any], *, actor: Actor) -> Interaction:
    """Keep one exchange.

    An unknown project name keeps the row all the same (`project_text` as sent): its sender cannot retry.

    Raises:
        Invalid: a field breaks a rule.
        Forbidden: the actor has not the role agent there.
    """
    permissions.require_anywhere(actor, Role.AGENT)
    row = Interaction(**f.clean_all(_FIELDS, fields, actor=actor, required=("prompt",)), created_by=actor.label)
    try:
        row.project = projects.resolve(row.project_text, actor)
    except UnknownProject:
        row.project = None
    if row.project:
        permissions.require(actor, Role.AGENT, row.project.pk)
    with Batch(actor) as batch:
        row.created_at = batch.at
        row.save(force_insert=True)
        batch.log(row, "capture", kind_name="interaction")
    return row
