"""What an imported entity remembers of its source, so that a re-import changes only what the source changed.

The mark stands in the property `origin`: which tool, and a short print of every field as the tool had it. A field whose
print is the same keeps what people made of it here; a field whose print differs takes the tool's new value.
"""

import hashlib
import json
from typing import Any

from engineering.importers.plan import PlannedEntity
from engineering.models import Entity
from engineering.services.properties import clean_properties
from memories.errors import Invalid

ORIGIN = "origin"
_FIELDS = {"type": "entity_type", "name": "name", "description": "description"}
_PROPERTY = "p."


def tool_of(entity: Entity) -> str:
    """Return the label of the source an entity came from, empty for none."""
    mark = entity.properties.get(ORIGIN)
    return str(mark.get("tool", "")) if isinstance(mark, dict) else ""


def vanished(entity: Entity) -> bool:
    """Tell whether the entity is marked as gone from its source."""
    mark = entity.properties.get(ORIGIN)
    return isinstance(mark, dict) and "vanished" in mark


def mark(planned: PlannedEntity, label: str) -> dict[str, Any]:
    """Return the mark of a planned entity."""
    prints = {short: _print(getattr(planned, name)) for short, name in _FIELDS.items()}
    prints |= {f"{_PROPERTY}{name}": _print(value) for name, value in planned.properties.items()}
    return {"tool": label, "prints": prints}


def _print(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def changes(entity: Entity, planned: PlannedEntity, label: str) -> dict[str, Any]:
    """Return the values to write to an entity that is here already, {} where the source did not change it.

    A field is taken from the source where the source changed it since the last import; a property that the source
    dropped goes; everything else stays as people left it.
    """
    new = mark(planned, label)
    known = entity.properties.get(ORIGIN)
    before: dict[str, str] = known.get("prints", {}) if isinstance(known, dict) and tool_of(entity) == label else {}
    if before == new["prints"] and not vanished(entity):
        return {}
    values: dict[str, Any] = {
        name: getattr(planned, name) for short, name in _FIELDS.items() if before.get(short) != new["prints"][short]
    }
    properties = {name: value for name, value in entity.properties.items() if name != ORIGIN}
    for name in before:
        if name.startswith(_PROPERTY) and name not in new["prints"]:
            properties.pop(name.removeprefix(_PROPERTY), None)
    for name, value in planned.properties.items():
        if before.get(f"{_PROPERTY}{name}") != new["prints"][f"{_PROPERTY}{name}"]:
            properties[name] = value
    return {**values, "properties": {**properties, ORIGIN: new}}


def fit(entity_type: str, properties: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return properties as the ontology takes them, and the names that had to move.

    A value that its declared property does not take (a word that is none of an enumeration, text for a number) is kept
    under `as_written`.

    Raises:
        Invalid: more than a record may carry.
    """
    try:
        return clean_properties(properties, entity_type), []
    except Invalid as error:
        wrong = {fault.pointer.split("/")[2] for fault in error.errors if fault.pointer.count("/") >= 2}
        moved = {name: value for name, value in properties.items() if name[:40] in wrong}
        if not moved:
            raise
        kept = {name: value for name, value in properties.items() if name not in moved}
        return clean_properties({**kept, "as_written": moved}, entity_type), sorted(moved)
