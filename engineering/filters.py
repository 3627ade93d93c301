"""Filters of the engineering floor's lists: one FilterSet for page and API (see memories.filters)."""

from typing import Any
from uuid import UUID

import django_filters as df
from django.db.models import Exists, OuterRef, Q, QuerySet

from engineering.models import Conflict, ConflictMember, Entity, Relationship
from engineering.ontology import ENTITY_TYPES, RELATIONSHIP_TYPES
from memories.choices import ConflictSeverity, ConflictStatus, Status
from memories.filters import (
    OF_KIND,
    Filter,
    FlagFilter,
    InstantFilter,
    OneOf,
    RecordFilter,
    SubjectFilter,
    contested,
    has_item,
)
from memories.queries import projects

TYPES = [(name, name.replace("_", " ")) for name in ENTITY_TYPES]
LINKS = [(name, spec.label) for name, spec in RELATIONSHIP_TYPES.items()]
STATUSES = [choice for choice in Status.choices if choice[0] != Status.GRADUATED]


class EntityFilter(SubjectFilter):
    """Filters of entities."""

    status = OneOf(choices=STATUSES)
    type = OneOf(field_name="entity_type", choices=TYPES, label="as entity_type; the tab's short word")
    entity_type = OneOf(choices=TYPES)
    name = df.CharFilter(label="the exact name")
    source_ref = df.CharFilter(method="sourced", label="one of its sources, such as memory:<id>")
    graduates_memory = df.UUIDFilter(field_name="graduates_memory_id")

    class Meta:
        model = Entity
        fields: list[str] = []

    def sourced(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to rows with a source."""
        return queryset.filter(has_item("source_refs", value))


class RelationshipFilter(RecordFilter):
    """Filters of relationships; a link is of the projects of both its ends."""

    status = OneOf(choices=STATUSES)
    type = OneOf(field_name="relationship_type", choices=LINKS, label="as relationship_type; the tab's short word")
    relationship_type = OneOf(choices=LINKS)
    source_entity = df.UUIDFilter(field_name="source_entity_id")
    target_entity = df.UUIDFilter(field_name="target_entity_id")
    entity = df.UUIDFilter(method="touching", label="an entity at either end")
    origin_role = df.CharFilter(label="its name in the tool it came from")
    source_ref = df.CharFilter(method="sourced", label="one of its sources, such as memory:<id>")
    superseded_by = df.UUIDFilter(field_name="superseded_by_id")
    has_conflict = FlagFilter(method="in_conflict", label="it, or an end of a candidate, stands in an open conflict")

    class Meta:
        model = Relationship
        fields: list[str] = []

    def of_project(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to links with an end in a project, by name or alias. Raises UnknownProject."""
        if self.actor is None:
            raise LookupError("a filter by project needs to know who asks")
        project = projects.resolve(value, self.actor)
        either = Q(source_entity__project=project) | Q(target_entity__project=project)
        return queryset.filter(either) if project else queryset

    def touching(self, queryset: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Narrow to links of one entity, in either direction."""
        return queryset.filter(Q(source_entity_id=value) | Q(target_entity_id=value))

    def sourced(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to rows with a source."""
        return queryset.filter(has_item("source_refs", value))

    def in_conflict(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow by open conflicts."""
        return contested(queryset, value)


class ConflictFilter(Filter):
    """Filters of conflicts."""

    project = df.CharFilter(method="of_project", label="project, by name or alias")
    without_project = FlagFilter(field_name="project", lookup_expr="isnull", label="conflicts of no project")
    status = OneOf(choices=ConflictStatus.choices)
    severity = OneOf(choices=ConflictSeverity.choices)
    slot_kind = df.CharFilter()
    slot_key = df.CharFilter()
    resolution = df.CharFilter()
    resolved_by = df.CharFilter()
    detected_after = InstantFilter(field_name="detected_at", lookup_expr="gte")
    detected_before = InstantFilter(field_name="detected_at", lookup_expr="lt")
    resolved_after = InstantFilter(field_name="resolved_at", lookup_expr="gte")
    resolved_before = InstantFilter(field_name="resolved_at", lookup_expr="lt")
    member = df.UUIDFilter(method="with_member", label="a record that is one of its claims")

    class Meta:
        model = Conflict
        fields: list[str] = []

    def with_member(self, queryset: QuerySet[Any], name: str, value: UUID) -> QuerySet[Any]:
        """Narrow to conflicts that a record stands in."""
        return queryset.filter(
            Exists(ConflictMember.objects.filter(conflict=OuterRef("pk"), member_id=value, left_at__isnull=True))
        )


OF_KIND.update(entity=EntityFilter, relationship=RelationshipFilter)

#: Model fields without a filter of their own, each with the reason.
EXEMPT: dict[str, dict[str, str]] = {
    "Entity": {
        "id": "is the address of the row",
        "description": "is found by search",
        "properties": "is found by search and by the queries of the engineering layer",
        "version": "is the ETag",
        "triage_rank": "is an ordering",
        "dedupe_key": "is derived; nobody knows it",
    },
    "Relationship": {
        "id": "is the address of the row",
        "canonical_key": "is derived; nobody knows it",
        "reviewed_fingerprint": "is derived; nobody knows it",
        "version": "is the ETag",
        "triage_rank": "is an ordering",
    },
    "Conflict": {
        "id": "is the address of the row",
        "note": "is read with its row",
        "version": "is the ETag",
        "fingerprint": "is derived; nobody knows it",
        "settled": "is derived; nobody knows it",
        "updated_at": "is read with its history; lists go by detected_at and resolved_at",
    },
}
