"""The fingerprint of an entity's content, by which a link notices that its target changed (Doorstop's suspect links).

Pure: it reads an entity and touches no table.
"""

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engineering.models import Entity


def fingerprint(entity: "Entity") -> str:
    """Return a short digest of an entity's content, by which a change of a link's target is noticed."""
    content = [entity.entity_type, entity.name, entity.description, entity.properties]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]
