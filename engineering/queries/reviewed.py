"""What changed since a link was reviewed: the suspect links of one entity, and the story of each out of the audit log.

An audit row holds the full record, so the row whose content has the link's fingerprint is what the reviewer saw.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engineering.fingerprint import CONTENT, digest, fingerprint
from engineering.models import Entity, Relationship
from engineering.propagation import SILENT
from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.models import AuditEntry
from memories.queries.history import FieldChange

#: Suspect links that an entity's page explains; outgoing links that are looked at; audit rows read for them.
SHOWN = 20
MOST_LINKS = 1_000
MOST_ROWS = 1_000
_ENDS = ("source_entity__project", "target_entity__project")


@dataclass(frozen=True)
class Suspect:
    """A suspect link, and what happened to its target since.

    Attributes:
        row: the link, with both ends.
        seen: the target's fingerprint as it is shown here; a confirmation that carries it confirms nothing else.
        changes: what differs from what was reviewed; empty where the log does not hold that.
        last: the last audit row that changed the target, or None where it may not be read.
    """

    row: Relationship
    seen: str
    changes: tuple[FieldChange, ...]
    last: AuditEntry | None


@dataclass(frozen=True)
class Suspects:
    """The suspect links of an entity: the first ones explained, and how many there are."""

    shown: list[Suspect]
    total: int


def is_suspect(row: Relationship) -> bool:
    """Tell whether an active link's target changed since a person last confirmed the link."""
    if row.relationship_type in SILENT or row.status != Status.ACTIVE or not row.reviewed_fingerprint:
        return False
    alive = row.source_entity.status == row.target_entity.status == Status.ACTIVE
    return alive and row.reviewed_fingerprint != fingerprint(row.target_entity)


def of_entity(entity: Entity, actor: Actor) -> Suspects:
    """Return the suspect links at either end of an entity; at most four queries."""
    if entity.status != Status.ACTIVE:
        return Suspects([], 0)
    alive = {"source_entity__status": Status.ACTIVE, "target_entity__status": Status.ACTIVE}
    seen = permissions.for_principal(Relationship.objects.filter(status=Status.ACTIVE, **alive), actor)
    rows = seen.exclude(relationship_type__in=SILENT).exclude(reviewed_fingerprint="").select_related(*_ENDS)
    out = [row for row in rows.filter(source_entity=entity).order_by("pk")[:MOST_LINKS] if is_suspect(row)]
    into = rows.filter(target_entity=entity).exclude(reviewed_fingerprint=fingerprint(entity)).order_by("pk")
    first = [*out, *into[: max(0, SHOWN - len(out))]][:SHOWN]
    full = len(out) + len(into[:SHOWN]) > SHOWN
    return Suspects(explained(first, actor), len(out) + into.count() if full else len(first))


def explained(rows: Sequence[Relationship], actor: Actor) -> list[Suspect]:
    """Return suspect links with what happened to their targets. One query."""
    past = _pasts({str(row.target_entity_id) for row in rows}, actor)
    return [_explained(row, past.get(str(row.target_entity_id), [])) for row in rows]


def _pasts(ids: Iterable[str], actor: Actor) -> dict[str, list[AuditEntry]]:
    found: dict[str, list[AuditEntry]] = {}
    wanted = sorted(ids)
    if wanted:
        rows = AuditEntry.objects.filter(entity_kind="entity", record_id__in=wanted).order_by("-seq")
        for entry in permissions.for_principal(rows, actor)[:MOST_ROWS]:
            found.setdefault(entry.record_id, []).append(entry)
    return found


def _explained(row: Relationship, past: list[AuditEntry]) -> Suspect:
    target = row.target_entity
    reviewed = next((entry for entry in past if _digest(entry) == row.reviewed_fingerprint), None)
    touched = (entry for entry in past if set(CONTENT) & set(entry.before_json))
    changes = tuple(_changes(reviewed.after_json, target)) if reviewed else ()
    return Suspect(row, fingerprint(target), changes, next(touched, None))


def _digest(entry: AuditEntry) -> str:
    held = entry.after_json
    return digest(*(held.get(name) for name in CONTENT)) if set(CONTENT) <= set(held) else ""


def _changes(then: dict[str, Any], now: Entity) -> Iterable[FieldChange]:
    for name in CONTENT:
        old, new = then[name], getattr(now, name)
        if name == "properties":
            keys = [*new, *(key for key in old if key not in new)]
            yield from (FieldChange(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key))
        elif old != new:
            yield FieldChange(name, old, new)
