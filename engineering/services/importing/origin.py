"""What an imported entity's source last said of it, so that a re-import changes only what the source changed.

The property `origin` names the source. What it said is read from the audit log: the import's own rows hold it, and what
people changed in between stands in rows of theirs.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from engineering.importers.plan import PlannedEntity
from engineering.models import Entity
from engineering.services.importing.world import chunks
from engineering.services.properties import clean_properties
from memories.errors import Invalid
from memories.models import AuditEntry

ORIGIN = "origin"
VANISHED = "origin_vanished"
OWN = (ORIGIN, VANISHED)
_FIELDS = ("entity_type", "name", "description")
Image = dict[str, Any]  # the fields and properties as the source last had them


def tool_of(entity: Entity) -> str:
    """Return the label of the source an entity came from, empty for none."""
    return str(entity.properties.get(ORIGIN, ""))


def vanished(entity: Entity) -> bool:
    """Tell whether the entity is marked as gone from its source."""
    return VANISHED in entity.properties


def changed_in(label: str) -> str:
    """Return the note of an update by an import."""
    return f"changed in {label}"


def images(entities: Iterable[Entity], label: str) -> dict[str, Image]:
    """Return what the source last said of entities, by id; nothing for one that it never wrote."""
    found: dict[str, Image] = {}
    by_import = Q(action="import") | Q(action="update", note=changed_in(label))
    for some in chunks(str(entity.pk) for entity in entities):
        rows = AuditEntry.objects.filter(by_import, entity_kind="entity", record_id__in=some).order_by("seq")
        for record_id, action, before, after in rows.values_list("record_id", "action", "before_json", "after_json"):
            image = found.setdefault(record_id, {"properties": {}})
            _take(image, after if action == "import" else before, before, after)
    return found


def _take(image: Image, changed: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> None:
    """Bring an image up to date with one row: of the properties, those that differ are what the import wrote."""
    image |= {name: after[name] for name in _FIELDS if name in changed and name in after}
    was, now = before.get("properties", {}), after.get("properties", {})
    if "properties" in changed:
        image["properties"] |= {name: value for name, value in now.items() if name not in was or was[name] != value}
        for name in was.keys() - now.keys():
            image["properties"].pop(name, None)


def changes(entity: Entity, planned: PlannedEntity, image: Image | None, label: str) -> dict[str, Any]:
    """Return the values to write to an entity that is here already, {} where the source did not change it.

    A field is taken from the source where the source changed it since the last import; a property that the source
    dropped goes; everything else stays as people left it.
    """
    said = image or {"properties": {}}
    values = {name: getattr(planned, name) for name in _FIELDS if said.get(name) != getattr(planned, name)}
    properties = {name: value for name, value in entity.properties.items() if name != VANISHED}
    for name in said["properties"].keys() - planned.properties.keys() - set(OWN):
        properties.pop(name, None)
    for name, value in planned.properties.items():
        if name not in said["properties"] or said["properties"][name] != value:
            properties[name] = value
    values["properties"] = {**properties, ORIGIN: label}
    return {name: value for name, value in values.items() if getattr(entity, name) != value}


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
