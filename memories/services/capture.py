"""Capture: what a client sent to its model and what came back is kept as it came, and learnt from."""

from collections.abc import Mapping
from typing import Any

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Blocked, Invalid, Stale, UnknownProject
from memories.models import Interaction, Project
from memories.queries import projects, repeats
from memories.services import extraction, packs
from memories.services import fields as f
from memories.services._write import Batch
from memories.services.reinforcement import reinforce_in
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


def capture(fields: Mapping[str, Any], *, actor: Actor, learn: bool = True) -> Interaction:
    """Keep one exchange, count what its answer repeats, and propose what it states; one transaction.

    An unknown project name keeps the row all the same (`project_text` as sent): its sender cannot retry. Nothing is
    proposed from it before somebody assigns it. What an extractor cannot cope with never keeps an exchange out.

    Args:
        fields: as doors spell them.
        actor: who captures.
        learn: whether to look for candidates; the settings say by what.

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
    row.context_pack = packs.given(row.context_pack, actor)
    # Before the transaction: nobody waits for these reads.
    found, looked = repeats.repeated(row), extraction.first_look(row, actor) if learn else None
    with Batch(actor) as batch:
        row.created_at = batch.at
        row.save(force_insert=True)
        batch.log(row, "capture", kind_name="interaction")
        packs.note_all([row])
        reinforce_in(batch, row, found)
        if looked:
            extraction.keep(row, looked, actor=actor, within=batch)
        if learn:
            extraction.ask_later(row, actor)
    return row


def kept(fields: Mapping[str, Any], *, actor: Actor) -> Interaction | None:
    """Return the exchange that an actor captured with just these words in this session, or None.

    A capture keeps what is sent twice, for two turns may be alike; who reads a file again asks here first.

    Raises:
        Invalid: a field breaks a rule.
    """
    sent = f.clean_all(_FIELDS, fields, actor=actor, required=("prompt",))
    words = {name: sent.get(name, "") for name in ("session_id", "client", "prompt", "response", "project_text")}
    return Interaction.objects.filter(created_by=actor.label, **words).order_by("created_at").first()


def assign(interaction: Interaction, project: Project, *, actor: Actor, version: int | None = None) -> Interaction:
    """Give an exchange that was captured under an unknown name, or under none, its project.

    What it repeats there is counted, and what it states is proposed, as if it had been captured so.

    Raises:
        Forbidden: the actor is no reviewer of both places.
        Stale: `version` is not the row's.
        Blocked: it has a project already.
    """
    permissions.require(actor, Role.REVIEWER, interaction.project_id)
    permissions.require(actor, Role.REVIEWER, project.pk)
    if interaction.project_id is not None:
        raise Blocked(
            f"The exchange belongs to {interaction.project} already.", blockers=[str(interaction.pk)], status="assigned"
        )
    if version is not None and version != interaction.version:
        raise Stale(f"The exchange is at version {interaction.version} now.", version=interaction.version)
    interaction.project = project
    found, looked = repeats.repeated(interaction), extraction.first_look(interaction, actor)
    with Batch(actor) as batch:
        _move(interaction, project)
        batch.log(interaction, "assign", kind_name="interaction", before={"project": None})
        reinforce_in(batch, interaction, found)
        if looked:
            extraction.keep(interaction, looked, actor=actor, within=batch)
    return interaction


def _move(interaction: Interaction, project: Project) -> None:
    standing = Interaction.objects.filter(pk=interaction.pk, version=interaction.version, project__isnull=True)
    interaction.version += 1
    if not standing.update(project=project, version=interaction.version):
        raise Stale("Somebody assigned the exchange meanwhile.", id=str(interaction.pk))
