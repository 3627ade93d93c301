"""What a relationship must obey: known type, allowed ends, no self-loop, no cycle, written once from either side."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from engineering import ontology
from engineering.fingerprint import fingerprint
from engineering.models import Entity, Relationship
from engineering.queries import structure
from memories.actors import Actor
from memories.choices import LIVE, Status
from memories.errors import Blocked, FieldError, Invalid
from memories.queries import triage
from memories.services import fields as f
from memories.services._write import lock_number

FIELDS: dict[str, tuple[str, f.Parser]] = {
    "source_entity": ("source_entity_id", f.record("entity")),
    "relationship_type": ("relationship_type", f.choice(tuple(ontology.RELATIONSHIP_TYPES))),
    "target_entity": ("target_entity_id", f.record("entity")),
    "origin_role": ("origin_role", f.text(120, blank=True, single=True)),
    "confidence": ("confidence", f.confidence),
    "source_refs": ("source_refs", f.source_refs),
}
_GUARDED = frozenset({"create", "promote", "restore", "undo"})


def clean(fields: Mapping[str, Any], *, actor: Actor, row: Relationship | None) -> dict[str, Any]:
    """Parse a relationship's fields and check its ends against the ontology."""
    required = () if row else ("source_entity", "relationship_type", "target_entity")
    values = f.clean_all(FIELDS, fields, actor=actor, required=required)
    if row is None:
        _check_ends(values)
    return values


def _check_ends(values: Mapping[str, Any]) -> None:
    if not values["source_entity_id"] or not values["target_entity_id"]:
        name = "target_entity" if values["source_entity_id"] else "source_entity"
        raise Invalid.field(name, "A relationship needs both ends.", "required")
    if values["source_entity_id"] == values["target_entity_id"]:
        raise Invalid.field("target_entity", "A relationship joins two different entities.", "self_loop")
    ids = (values["source_entity_id"], values["target_entity_id"])
    types = dict(Entity.objects.filter(pk__in=ids).values_list("pk", "entity_type"))
    source, target = types[ids[0]], types[ids[1]]
    if not ontology.ends_allowed(values["relationship_type"], source, target):
        raise Invalid([_ends_fault(values["relationship_type"], source, target)])


def _ends_fault(relationship_type: str, source: str, target: str) -> FieldError:
    spec = ontology.RELATIONSHIP_TYPES[relationship_type]
    between = ", ".join(ontology.types_between(source, target))
    detail = (
        f"“{source} {spec.label} {target}” is not in the ontology. "
        f"{spec.label} joins {ontology.allowed_ends(spec.sources)} to "
        f"{'the same type' if spec.same_type else ontology.allowed_ends(spec.targets)}; "
        f"between {source} and {target} there may be {between}."
    )
    return FieldError("/relationship_type", "ends_not_allowed", detail)


def canonical_key(row: Relationship) -> str:
    """Return the key that a pair has from either side; the foreign role tells `refers_to` links apart."""
    name, source, target = ontology.canonical_edge(
        row.relationship_type, row.source_entity_id.hex, row.target_entity_id.hex
    )
    key = f"{name}:{source}:{target}"
    return key if name != "refers_to" or not row.origin_role else f"{key}:{row.origin_role}"[:200]


def refresh(row: Relationship) -> None:
    """Recompute a relationship's derived columns; one that starts active is confirmed as it stands."""
    row.canonical_key = canonical_key(row)
    if row.status == Status.ACTIVE and not row.reviewed_fingerprint:
        row.reviewed_fingerprint = fingerprint(row.target_entity)
    row.triage_rank = triage.rank(contested=False, near=False, confidence=row.confidence)


def find_twin(row: Relationship) -> Relationship | None:
    """Return the live relationship that says the same, or None."""
    return Relationship.objects.filter(canonical_key=row.canonical_key, status__in=LIVE).exclude(pk=row.pk).first()


def check(row: Relationship, action: str) -> None:
    """Check the rules across rows: ends alive at promotion, no cycle, no second live copy."""
    if action not in _GUARDED or (action == "undo" and row.status not in LIVE):
        return
    if action == "restore" and (twin := find_twin(row)):
        raise Blocked(f"A live relationship says the same: {twin.pk}.", blockers=[str(twin.pk)], status=row.status)
    starts = action == "promote" or (action == "create" and row.status == Status.ACTIVE)
    _check_graph(row, (row.source_entity_id, row.target_entity_id) if starts else ())


def _check_graph(row: Relationship, ends: Sequence[UUID]) -> None:
    """Refuse a link whose ends (where they are asked for) are not active, and one that would close a cycle."""
    group = ontology.acyclic_group(row.relationship_type)
    if not group:
        waiting = Entity.objects.filter(pk__in=ends).exclude(status=Status.ACTIVE) if ends else Entity.objects.none()
        _refuse_ends(row, list(waiting.values_list("name", "status")))
        return
    start, goal = (row.target_entity_id, row.source_entity_id)
    if row.relationship_type == "contains":
        start, goal = goal, start
    lock = lock_number(f"acyclic {group[0]}")
    closes, inactive = structure.reaches(start, goal, group, inactive=ends, lock=lock)
    _refuse_ends(row, inactive)
    if closes:
        _refuse_cycle(start, goal, group)


def _refuse_ends(row: Relationship, inactive: Sequence[tuple[str, str]]) -> None:
    names = [f"{name} ({status})" for name, status in inactive]
    if names:
        raise Blocked(
            f"A link is promoted when both its ends are active; waiting: {', '.join(names)}.",
            blockers=names,
            status=row.status,
        )


def _refuse_cycle(start: UUID, goal: UUID, group: Sequence[str]) -> None:
    nodes = structure.path(start, goal, group)
    names = dict(Entity.objects.filter(pk__in=nodes).values_list("pk", "name"))
    walk = " → ".join(names.get(node, str(node)) for node in nodes)
    detail = f"This would close a cycle: {walk} → {names.get(start, start)}."
    refusal = Invalid([FieldError("/target_entity", "cycle", detail)])
    refusal.data["path"] = [{"id": str(node), "name": names.get(node, str(node))} for node in [*nodes, start]]
    raise refusal


def effects(row: Relationship, action: str) -> dict[str, Any]:
    """Return what else a verb writes: to promote or to confirm a link is to review its target as it stands now."""
    reviews = action in ("promote", "auto_promote", "confirm")
    return {"reviewed_fingerprint": fingerprint(row.target_entity)} if reviews else {}


def title(row: Relationship) -> str:
    """Return the relationship as a sentence."""
    return (
        f"{row.source_entity.name} {ontology.RELATIONSHIP_TYPES[row.relationship_type].label} {row.target_entity.name}"
    )
