"""The identifiers of a ReqIF file: XML takes letters, digits, `_`, `.` and `-`, and no two alike in a file."""

import json
import re
from collections.abc import Iterable
from uuid import NAMESPACE_URL, UUID, uuid5

from engineering.models import Entity

#: What identifiers of the file's own types and parts begin with.
OURS = "_atocore."
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def identifiers(entities: Iterable[Entity]) -> dict[UUID, str]:
    """Return an identifier for each: that of the tool it came from, else its external_ref, else one that is made."""
    found, taken = {}, set()
    for entity in entities:
        wanted = foreign(entity) or entity.external_ref or ""
        good = _IDENTIFIER.fullmatch(wanted) and not wanted.startswith(OURS) and wanted not in taken
        known = wanted if good else made(entity.external_ref) if entity.external_ref else f"_{entity.pk}"
        while known in taken:
            known = made(known, str(entity.pk))
        found[entity.pk] = known
        taken.add(known)
    return found


def foreign(entity: Entity) -> str:
    """Return the identifier that a record had in the file it came from, where its external_ref is another."""
    known = entity.properties.get("reqif_id")
    return known if isinstance(known, str) and entity.external_ref not in (None, known) else ""


def made(*parts: str) -> str:
    """Return an identifier made from what it stands for, so that it is the same from every database."""
    return f"_{uuid5(NAMESPACE_URL, json.dumps(parts))}"
