"""What an entity is made of and what it must obey: parsing, derived columns, rules across rows."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from engineering import ontology
from engineering.models import Entity, Relationship
from engineering.services.properties import clean_properties
from memories.actors import Actor
from memories.choices import LIVE, Status
from memories.errors import Blocked, Invalid
from memories.kinds import IndexText
from memories.models import Memory
from memories.queries import triage
from memories.search import index, marks
from memories.services import fields as f
from memories.services.kinds_of_memory import digest, find_twin, refresh_nearness
from memories.text import normalise

#: Characters of an entity's type and values by which it is found.
_MOST_LEAD = 2_000

FIELDS: dict[str, tuple[str, f.Parser]] = {
    "entity_type": ("entity_type", f.choice(ontology.ENTITY_TYPES)),
    "name": ("name", f.text(300, single=True)),
    "project": ("project", f.project),
    "external_ref": ("external_ref", f.optional_text(300)),
    "description": ("description", f.text(50_000, blank=True)),
    "properties": ("properties", f.json_object),
    "confidence": ("confidence", f.confidence),
    "source_refs": ("source_refs", f.source_refs),
    "valid_until": ("valid_until", f.moment),
    "graduates_memory": ("graduates_memory_id", f.record("memory")),
    "proposed_supersedes": ("proposed_supersedes_id", f.record("entity")),
}


def clean(fields: Mapping[str, Any], *, actor: Actor, row: Entity | None) -> dict[str, Any]:
    """Parse an entity's fields; properties are checked against the (new) type."""
    values = f.clean_all(FIELDS, fields, actor=actor, required=() if row else ("entity_type", "name"))
    entity_type = values.get("entity_type") or (row.entity_type if row else "")
    if "properties" in values or (row and "entity_type" in values):
        values["properties"] = clean_properties(values.get("properties", row.properties if row else {}), entity_type)
    return f.by_id(values) if row else values


def key_of(row: Entity) -> str:
    """Return what is equal for entities of the same type, project, reference, name and properties."""
    parts = sorted((name, str(value)) for name, value in row.properties.items())
    return digest(row.entity_type, row.project_id or "", row.external_ref or "", normalise(row.name), parts)


def refresh(row: Entity) -> None:
    """Recompute an entity's derived columns."""
    key = key_of(row)
    if key != row.dedupe_key or not row.triage_rank:
        row.dedupe_key = key
        if row.status == Status.CANDIDATE:
            refresh_nearness(row)
    row.triage_rank = triage.rank(
        contested=row.proposed_supersedes_id is not None, near=row.near_overlap >= index.NEAR, confidence=row.confidence
    )


def index_text(row: Entity) -> IndexText:
    """Return the words by which an entity is found."""
    statement = row.properties.get("statement", "")
    parts = [row.name, row.external_ref or "", row.description, statement if isinstance(statement, str) else ""]
    said = sorted(row.properties.items())  # by name: PostgreSQL's jsonb forgets the order they were written in
    values = [f"{name.replace('_', ' ')} {value}" for name, value in said if _is_plain(name, value)]
    lead = ". ".join([row.entity_type.replace("_", " "), *values])[:_MOST_LEAD]
    return IndexText(
        " ".join(part for part in parts if part), lead=lead, marks=(marks.type_of("entity", row.entity_type),)
    )


def _is_plain(name: str, value: object) -> bool:
    return name != "statement" and isinstance(value, str | int | float) and not isinstance(value, bool)


def check(row: Entity, action: str) -> None:
    """Check the rules between an entity and others: its links must fit its type, its content be its own."""
    if row.proposed_supersedes_id is not None and row.proposed_supersedes_id == row.pk:
        raise Invalid.field("proposed_supersedes", "An entity cannot propose to replace itself.")
    if action in ("update", "undo"):
        _check_links_fit(row)
    if action in ("create", "update") and row.status == Status.CANDIDATE and row.graduates_memory:
        _check_home(row, row.graduates_memory)
    if action == "restore" and (twin := find_twin(row)):
        raise Blocked(
            f"A live entity with the same content exists: {twin.pk}.", blockers=[str(twin.pk)], status=row.status
        )


def _check_home(row: Entity, memory: Memory) -> None:
    if memory.project_id not in (None, row.project_id):
        raise Invalid.field("project", f"Its memory belongs to {memory.project}; it becomes an entity of that project.")


def _check_links_fit(row: Entity) -> None:
    links = Relationship.objects.filter(Q(source_entity=row) | Q(target_entity=row), status__in=LIVE)
    ends = links.values_list("pk", "relationship_type", "source_entity__entity_type", "target_entity__entity_type")
    unfit = [f"{kind} ({pk})" for pk, kind, source, target in ends if not ontology.ends_allowed(kind, source, target)]
    if unfit:
        raise Blocked(
            f"As {row.entity_type} it could not keep these links: {', '.join(unfit[:5])}.",
            blockers=unfit,
            status=row.status,
        )


def blockers(row: Entity) -> list[tuple[str, str]]:
    """Return the live records that rest on an active entity: links, rows it superseded, memories that became it."""
    links = Relationship.objects.filter(Q(source_entity=row) | Q(target_entity=row), status=Status.ACTIVE)
    found = [
        (str(pk), f"the active link {kind} ({pk})") for pk, kind in links.values_list("pk", "relationship_type")[:20]
    ]
    replaced = Entity.objects.filter(superseded_by=row, status=Status.SUPERSEDED).values_list("pk", flat=True)
    found += [(str(pk), f"entity {pk} was superseded by it") for pk in replaced]
    graduated = row.graduated_memories.values_list("pk", flat=True)
    return found + [(str(pk), f"memory {pk} graduated into it") for pk in graduated]
