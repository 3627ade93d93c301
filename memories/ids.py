"""Identifiers: UUIDv7, so that a primary key sorts by the time its row was made."""

import uuid

from uuid_utils.compat import uuid7 as _uuid7

#: uuid5 namespace for ids of older databases that are no UUIDs.
LEGACY_NAMESPACE = uuid.UUID("6f1c1ad5-6d0b-5b0e-9a3f-3a7f5d2c9e41")


def new_id() -> uuid.UUID:
    """Return a fresh UUIDv7 (RFC 9562, 48 bits of Unix milliseconds first)."""
    return _uuid7()


def adopt_id(text: str) -> uuid.UUID:
    """Return the UUID that an id of another database stands for.

    A text that is a UUID is kept; any other becomes uuid5 of it, so that the same
    id always maps to the same row.
    """
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid5(LEGACY_NAMESPACE, text)


def as_uuid(text: str) -> uuid.UUID | None:
    """Return the UUID a text spells, or None where it spells none."""
    try:
        return uuid.UUID(text.strip())
    except ValueError:
        return None
