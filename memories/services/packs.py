"""Receipts of context packs: a pack that was handed out is kept, and an exchange says what it was given.

A pack is a read: it changes no record and leaves no audit row (a busy assistant asks for hundreds a day, and the
receipt itself says who asked for what and when). An exchange's own audit row holds what it was given.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.models import ContextPack, Interaction, PackItem, Project
from memories.queries import packs
from memories.queries.repeats import strings

#: Records of one exchange that are looked up later, at most.
MOST = 1_000
_REF = re.compile(
    r"(?:\b(?P<kind>[a-z]{1,32}):)?(?P<id>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?![0-9a-f-])", re.IGNORECASE
)


def keep(
    *,
    prompt: str,
    project: Project | None,
    text: str,
    digest: str,
    budget: int,
    in_chars: bool,
    items: Sequence[Mapping[str, Any]],
    actor: Actor,
) -> ContextPack:
    """Keep a pack as it is handed out.

    Raises:
        Forbidden: the actor may read nothing.
    """
    permissions.require_anywhere(actor, Role.READER)
    row = ContextPack(
        prompt=prompt,
        project=project,
        text=text,
        digest=digest,
        budget=budget,
        in_chars=in_chars,
        items=list(items),
        created_by=actor.label,
    )
    held = [PackItem(pack=row, kind=one["kind"], record_id=UUID(one["id"])) for one in items]
    with transaction.atomic():
        row.save(force_insert=True)
        PackItem.objects.bulk_create(held)
    return row


def given(pack: Any, actor: Actor) -> Any:
    """Return what an exchange was given: where it names a kept pack, `{"pack": id}`, that pack's text beside the id.

    A pack that is gone, or that the actor may not see, stays a mere name: the sender of an exchange cannot retry.
    """
    if not isinstance(pack, dict) or set(pack) != {"pack"}:
        return pack
    try:
        row = packs.visible(actor).filter(pk=UUID(str(pack["pack"]))).first()
    except ValueError:
        return pack
    return {"pack": str(row.pk), "text": row.text} if row else pack


def note_all(interactions: Sequence[Interaction]) -> None:
    """Note which records some exchanges were given; in the transaction that writes them."""
    PackItem.objects.bulk_create([one for interaction in interactions for one in relying(interaction)])


def relying(interaction: Interaction) -> list[PackItem]:
    """Return the rows that say which records an exchange was given, unsaved."""
    named = dict[UUID, str]()
    for kind, record_id in _named(interaction):
        named[record_id] = named.get(record_id) or kind
    return [PackItem(interaction=interaction, kind=kind, record_id=pk) for pk, kind in list(named.items())[:MOST]]


def _named(interaction: Interaction) -> Iterable[tuple[str, UUID]]:
    given_to = interaction.context_pack
    own = given_to.get("pack") if isinstance(given_to, dict) else None
    places = [("", strings(given_to)), ("memory", strings(interaction.memories_used))]
    for usual, texts in [*places, ("chunk", strings(interaction.chunks_used))]:
        for text in texts:
            for found in _REF.finditer(text):
                if found["id"] != own:
                    yield (found["kind"] or usual).lower(), UUID(found["id"])
