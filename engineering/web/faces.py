"""The faces of this floor's kinds: how entities and relationships look in triage, in lists and on their pages."""

from typing import Any

import django_filters as df

from engineering.filters import LINKS, TYPES, EntityFilter, RelationshipFilter
from engineering.ontology import RELATIONSHIP_TYPES
from engineering.queries import links, reviewed
from engineering.services import relationships
from engineering.web import contested, entity_parts, graduation_notes, sections
from engineering.web.forms import EntityForm, RelationshipForm
from memories.actors import Actor
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


def beside_entity(row: Row, actor: Actor) -> dict[str, Any]:
    """Return what an entity's card shows further: its properties and the links that can be promoted with it."""
    return {"properties": entity_parts.properties(row), "links": links.waiting(row, actor)}


def page_of_entity(row: Row, actor: Actor) -> dict[str, Any]:
    """Return what an entity's page shows further: what it rests on that was superseded, and its sections."""
    return {"stale": links.rests_on_superseded(row, actor), "sections": list(sections.shown(row, actor))}


def page_of_link(row: Row, actor: Actor) -> dict[str, Any]:
    """Return what a link's page shows further."""
    spec = RELATIONSHIP_TYPES[row.relationship_type]
    return {"spec": spec, "suspect": reviewed.is_suspect(row)}


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
        sources=lambda row, actor, places: provenance.of_refs(
            row.source_refs, f"{row.name} {row.description}", actor, places
        ),
        beside=beside_entity,
        detail=page_of_entity,
        partner_kind="relationship",
        notices=[graduation_notes.made_of, contested.contested],
        news=[contested.contested],
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
        sources=lambda row, actor, places: provenance.of_refs(row.source_refs, words_of_link(row), actor, places),
        beside=page_of_link,
        detail=page_of_link,
        verbs={"confirm": relationships.confirm},
        notices=[contested.contested],
        news=[contested.contested],
    )
)
