"""The faces of this floor's kinds: how entities and relationships look in triage, in lists and on their pages."""

from typing import Any

import django_filters as df

from engineering.filters import LINKS, TYPES, EntityFilter, RelationshipFilter
from engineering.fingerprint import fingerprint
from engineering.ontology import RELATIONSHIP_TYPES, declared
from engineering.queries import links
from engineering.services import relationships
from engineering.web.forms import EntityForm, RelationshipForm
from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.kinds import Row, kinds
from memories.web import provenance
from memories.web.faces import Face, faces
from memories.web.filters import ConfidenceMixin, QueueFilter, SubjectMixin


class EntityQueueFilter(SubjectMixin, QueueFilter):
    """Filters of waiting entities."""

    type = df.ChoiceFilter(empty_label="any", field_name="entity_type", choices=TYPES)


class RelationshipQueueFilter(ConfidenceMixin, QueueFilter):
    """Filters of waiting links."""

    project_path = "source_entity__project"
    type = df.ChoiceFilter(empty_label="any", field_name="relationship_type", choices=LINKS)


def words_of_entity(row: Row) -> str:
    """Return an entity as text, one property a line, for comparing it with another."""
    lines = [
        row.name,
        row.description,
        *(_property_line(name, value) for name, value in sorted(row.properties.items())),
    ]
    return "\n".join(line for line in lines if line)


def _property_line(name: str, value: Any) -> str:
    shown = ", ".join(map(str, value)) if isinstance(value, list) else value
    return f"{name.replace('_', ' ')}: {shown}"


def words_of_link(row: Row) -> str:
    """Return a link as a sentence."""
    return f"{row.source_entity.name} {RELATIONSHIP_TYPES[row.relationship_type].label} {row.target_entity.name}"


def properties(row: Row) -> list[dict[str, Any]]:
    """Return an entity's properties, the declared ones first, each with whether its type declares it."""
    known = declared(row.entity_type)
    names = [name for name in known if name in row.properties] + [name for name in row.properties if name not in known]
    return [{"name": name, "value": row.properties[name], "declared": name in known} for name in names]


def beside_entity(row: Row, actor: Actor) -> dict[str, Any]:
    """Return what an entity's card shows further: its properties and the links that can be promoted with it."""
    return {"properties": properties(row), "links": links.waiting(row, actor)}


def page_of_entity(row: Row, actor: Actor) -> dict[str, Any]:
    """Return what an entity's page shows further."""
    found = [{"link": link, "suspect": suspect(link.row)} for link in links.of_entity(row, actor)]
    became = permissions.for_principal(row.graduated_memories.all(), actor)
    return {"properties": properties(row), "groups": _grouped(found), "became_from": list(became[:20])}


def _grouped(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    groups: dict[tuple[bool, str], list[dict[str, Any]]] = {}
    for one in found:
        groups.setdefault((one["link"].outgoing, one["link"].reads), []).append(one)
    return [{"outgoing": outgoing, "reads": reads, "links": rows} for (outgoing, reads), rows in groups.items()]


def suspect(row: Row) -> bool:
    """Tell whether an active link's target changed since a person last confirmed the link."""
    seen = row.reviewed_fingerprint
    return row.status == Status.ACTIVE and bool(seen) and seen != fingerprint(row.target_entity)


def page_of_link(row: Row, actor: Actor) -> dict[str, Any]:
    """Return what a link's page shows further."""
    spec = RELATIONSHIP_TYPES[row.relationship_type]
    return {"spec": spec, "suspect": suspect(row)}


ENTITY = faces.register(
    Face(
        kind=kinds.named("entity"),
        queue_filter=EntityQueueFilter,
        list_filter=EntityFilter,
        shown=("project", "status", "type", "name", "external_ref", "created_by"),
        page="engineering/entity.html",
        form=EntityForm,
        type_of=lambda row: str(row.entity_type),
        text=words_of_entity,
        sources=lambda row, actor: provenance.of_refs(row.source_refs, f"{row.name} {row.description}", actor),
        beside=beside_entity,
        detail=page_of_entity,
        partner_kind="relationship",
    )
)

RELATIONSHIP = faces.register(
    Face(
        kind=kinds.named("relationship"),
        queue_filter=RelationshipQueueFilter,
        list_filter=RelationshipFilter,
        shown=("project", "status", "type", "origin_role", "created_by"),
        page="engineering/relationship.html",
        form=RelationshipForm,
        type_of=lambda row: str(row.relationship_type),
        text=words_of_link,
        sources=lambda row, actor: provenance.of_refs(row.source_refs, words_of_link(row), actor),
        beside=page_of_link,
        detail=page_of_link,
        verbs={"confirm": relationships.confirm},
    )
)
