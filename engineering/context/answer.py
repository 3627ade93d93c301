"""A pack as JSON: what REST answers and the command prints."""

from typing import Any

from engineering.context.pack import Item, Pack
from engineering.context.sections import LeftOut, named


def as_json(pack: Pack) -> dict[str, Any]:
    """Return a pack as JSON."""
    asked = pack.asked
    return {
        "digest": pack.digest,
        "project": asked.project.name if asked.project else None,
        "text": pack.text,
        "sections": [{**one.section._asdict(), "budget": one.budget, "used": one.used} for one in pack.sections],
        "items": [_item(one) for one in pack.items],
        "left_out": [_left_out(one) for one in pack.left_out],
        "conflicts": [str(one) for one in pack.conflicts],
        "tokens": {"budget": None if asked.in_chars else asked.budget, "used": pack.tokens, "estimated": True},
        "chars": {"budget": asked.budget if asked.in_chars else None, "used": len(pack.text)},
    }


def _item(item: Item) -> dict[str, Any]:
    line = item.line
    return {
        **_named(line.kind, line.row),
        "section": line.section,
        "line": item.number,
        "why": line.why,
        "conflicts": [str(one) for one in item.conflicts],
    }


def _left_out(one: LeftOut) -> dict[str, Any]:
    return {**_named(one.kind, one.row), "reason": one.reason, "detail": one.detail}


def _named(kind: str, row: Any) -> dict[str, Any]:
    name = named(kind, row)
    return {
        "kind": kind,
        "id": str(row.pk),
        "external_ref": getattr(row, "external_ref", None),
        "project": name.project.name if name.project else None,
        "title": name.title,
        "url": name.url,
    }
