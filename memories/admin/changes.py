"""What an audit row changed, as a person reads it. Pure reading."""

import json
from typing import Any

from memories.models import AuditEntry
from memories.queries import history
from memories.queries.history import FieldChange


def changes_of(entry: AuditEntry) -> list[FieldChange]:
    """Return the fields that a row changed, with lists and objects written out."""
    return [FieldChange(change.name, _words(change.old), _words(change.new)) for change in history.diff(entry)]


def _words(value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
