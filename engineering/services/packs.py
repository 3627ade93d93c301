"""Handing out a context pack: made, and its receipt kept."""

from engineering.context.asked import Asked
from engineering.context.pack import Pack, build
from memories.actors import Actor
from memories.models import ContextPack
from memories.services import packs


def make(asked: Asked, *, actor: Actor, keep: bool = True) -> tuple[Pack, ContextPack | None]:
    """Make a pack, and keep its receipt unless it is a mere preview.

    Raises:
        Forbidden: the actor may read nothing.
    """
    pack = build(asked, actor)
    if not keep:
        return pack, None
    items = [
        {"kind": one.line.kind, "id": str(one.line.row.pk), "section": one.line.section, "line": one.number}
        for one in pack.items
    ]
    kept = packs.keep(
        prompt=asked.prompt,
        project=asked.project,
        text=pack.text,
        digest=pack.digest,
        budget=asked.budget,
        in_chars=asked.in_chars,
        items=items,
        actor=actor,
    )
    return pack, kept
