"""What the target of a merge takes: chosen fields, and the union of lists."""

from collections.abc import Mapping
from typing import Any

from memories.actors import Actor
from memories.errors import Invalid
from memories.kinds import Kind, Row


def merged_values(kind: Kind, source: Row, target: Row, chosen: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return the values the target takes, by attribute name.

    Raises:
        Invalid: a field that merge does not choose, or a choice that is not "source", "target" or {"value": …}.
    """
    values = {name: _union(getattr(target, name), getattr(source, name)) for name in kind.union}
    typed: dict[str, Any] = {}
    for name, choice in chosen.items():
        if name not in kind.choosable:
            raise Invalid.field(f"fields/{name}", f"Merge chooses among {', '.join(kind.choosable)}.", "unknown_field")
        if choice == "source":
            values[name] = getattr(source, name)
        elif isinstance(choice, Mapping) and set(choice) == {"value"}:
            typed[name] = choice["value"]
        elif choice != "target":
            raise Invalid.field(f"fields/{name}", "Choose “source”, “target” or {“value”: …}.", "invalid_choice")
    if typed:
        values |= kind.clean(typed, actor=actor, row=target)
    return values


def _union(one: list[Any], other: list[Any]) -> list[Any]:
    return [*one, *(item for item in other if item not in one)]
