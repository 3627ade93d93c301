"""The fingerprint of an entity's content, by which a link notices that its target changed (Doorstop's suspect links).

Pure: it reads an entity and touches no table.
"""

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engineering.models import Entity


#: What of an entity its links rest on.
CONTENT = ("entity_type", "name", "description", "properties")


def digest(entity_type: str, name: str, description: str, properties: dict[str, Any]) -> str:
    """Return a short digest of an entity's content, given as values."""
    content = [entity_type, name, description, properties]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


def fingerprint(entity: "Entity") -> str:
    """Return a short digest of an entity's content, by which a change of a link's target is noticed."""
    return digest(entity.entity_type, entity.name, entity.description, entity.properties)
