"""Filters of the ground floor's lists: one FilterSet for page and API.

A filter narrows what the caller may see already. Every field of a model has a filter or stands in EXEMPT with its
reason (a test compares them).
"""

import json
from datetime import UTC, datetime
from typing import Any

import django_filters as df
from django import forms
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from memories.actors import Actor
from memories.choices import MemoryType, ProjectStatus, Role, Status
from memories.kinds import kinds
from memories.models import AuditEntry, Finding, Interaction, Memory, Project, SourceChunk, SourceDocument
from memories.queries import housekeeping, projects
from memories.queries.validity import in_time


class InstantField(forms.CharField):
    """An ISO 8601 time; without a zone it is UTC."""

    def to_python(self, value: Any) -> Any:
        """Return the time in UTC. Raises ValidationError for what is none."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            moment = parse_datetime(text) or datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as fault:
            raise forms.ValidationError("Enter a time such as 2026-03-01T12:00:00Z.", code="invalid") from fault


class InstantFilter(df.IsoDateTimeFilter):
    """Compares with a point in time."""

    field_class = InstantField


class FlagFilter(df.ChoiceFilter):
    """Yes or no, and nothing else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"choices": [("true", "yes"), ("false", "no")], **options})

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Narrow by the flag."""
        narrowed: QuerySet[Any] = super().filter(qs, {"true": True, "false": False}.get(value, value))
        return narrowed


class OneOf(df.MultipleChoiceFilter):
    """Any of the words given; the parameter may be repeated."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"distinct": False, **options})


class ShareFilter(df.NumberFilter):
    """Compares with a number from 0 to 1."""

    field_class = forms.FloatField

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 1, **options})

    def get_max_validator(self) -> None:
        """The field has its own bounds."""


class Filter(df.FilterSet):
    """A FilterSet that knows who asks: a project is found by any of its names, among those the actor may see."""

    project_path = "project"

    def __init__(self, data: Any = None, queryset: Any = None, *, actor: Actor | None = None, **options: Any) -> None:
        super().__init__(data, queryset, **options)
        self.actor = actor

    @classmethod
    def repeatable(cls) -> set[str]:
        """Return the names of filters that may be given several times."""
        return {name for name, made in cls.base_filters.items() if isinstance(made, df.MultipleChoiceFilter)}

    def of_project(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to a project by name or alias. Raises UnknownProject."""
        if self.actor is None:
            raise LookupError("a filter by project needs to know who asks")
        project = projects.resolve(value, self.actor)
        return queryset.filter(**{self.project_path: project.pk}) if project else queryset


def contested(queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
    """Narrow to rows that an open conflict concerns (or to those that none does)."""
    kind = next(kind for kind in kinds if kind.model is queryset.model)
    tell = kind.conditions.get("in_conflict")
    condition = tell() if tell else Q(pk__in=[])
    return queryset.filter(condition if value in ("true", True) else ~condition)


class RecordFilter(Filter):
    """What every record with a lifecycle is filtered by."""

    project = df.CharFilter(method="of_project", label="project, by name or alias")
    status = OneOf(choices=Status.choices)
    created_by = df.CharFilter(label="actor who made it, such as agent:scribe")
    confidence_min = ShareFilter(field_name="confidence", lookup_expr="gte")
    confidence_max = ShareFilter(field_name="confidence", lookup_expr="lte")
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt")
    updated_after = InstantFilter(field_name="updated_at", lookup_expr="gte")
    updated_before = InstantFilter(field_name="updated_at", lookup_expr="lt")


class SubjectFilter(RecordFilter):
    """What memories and entities share beyond that.

    Who does not review, and asks for no status and no validity, gets no active row that is past its time.
    """

    without_project = FlagFilter(field_name="project", lookup_expr="isnull", label="rows of no project")
    external_ref = df.CharFilter()
    valid_until_after = InstantFilter(field_name="valid_until", lookup_expr="gte")
    valid_until_before = InstantFilter(field_name="valid_until", lookup_expr="lt")
    superseded_by = df.UUIDFilter(field_name="superseded_by_id")
    proposed_supersedes = df.UUIDFilter(field_name="proposed_supersedes_id")
    has_similar = FlagFilter(method="nearly_alike", label="has a near duplicate")
    rejected_before = FlagFilter()
    has_conflict = FlagFilter(method="in_conflict", label="it, or what it would replace, stands in an open conflict")
    without_source = FlagFilter(method="of_no_source", label="no source is recorded")

    #: Overlap from which a row counts as a near duplicate.
    NEAR = 0.6

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow by what was asked for, and by what goes without saying."""
        asked = {"status", "valid_until_after", "valid_until_before"} & set(self.data or ())
        if not (asked or self.actor is None or self.actor.principal.reaches(Role.REVIEWER)):
            queryset = queryset.filter(in_time() | ~Q(status=Status.ACTIVE))
        narrowed: QuerySet[Any] = super().filter_queryset(queryset)
        return narrowed

    def nearly_alike(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to rows with (or without) a near duplicate."""
        word = "gte" if value in ("true", True) else "lt"
        return queryset.filter(**{f"near_overlap__{word}": self.NEAR})

    def in_conflict(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow by open conflicts."""
        return contested(queryset, value)

    def of_no_source(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to rows without (or with) a source."""
        bare = next(kind.unsourced for kind in kinds if kind.model is queryset.model)
        return queryset.filter(bare if value in ("true", True) else ~bare)


class MemoryFilter(SubjectFilter):
    """Filters of memories."""

    type = OneOf(field_name="memory_type", choices=MemoryType.choices, label="as memory_type; the tab's short word")
    memory_type = OneOf(choices=MemoryType.choices)
    tag = df.CharFilter(method="tagged", label="one of its domain tags")
    entity = df.CharFilter(method="naming", label="one of the names of what it speaks of, as it is written")
    source_chunk = df.UUIDFilter(field_name="source_chunk_id")
    source_interaction = df.UUIDFilter(field_name="source_interaction_id")
    session_id = df.CharFilter()
    observed_after = InstantFilter(field_name="observed_at", lookup_expr="gte")
    observed_before = InstantFilter(field_name="observed_at", lookup_expr="lt")
    last_referenced_after = InstantFilter(field_name="last_referenced_at", lookup_expr="gte")
    last_referenced_before = InstantFilter(field_name="last_referenced_at", lookup_expr="lt")
    references_min = df.NumberFilter(field_name="reference_count", lookup_expr="gte", min_value=0, max_value=10**9)
    graduated_to_entity = df.UUIDFilter(field_name="graduated_to_entity_id")
    cold = FlagFilter(method="gone_cold", label="active, and used or touched by nobody for ATOCORE_COLD_DAYS")

    class Meta:
        model = Memory
        fields: list[str] = []

    def gone_cold(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to memories gone cold, or to all others."""
        cold = housekeeping.cold(timezone.now())
        return queryset.filter(cold if value in ("true", True) else ~cold)

    def tagged(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to rows with a tag."""
        return queryset.filter(has_item("domain_tags", value.strip().casefold()))

    def naming(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to rows that speak of an entity by this name."""
        return queryset.filter(has_item("entities", value.strip()))


def has_item(column: str, value: str) -> Any:
    """Return the condition that a JSON list of strings holds a string, on both databases."""
    if connection.features.supports_json_field_contains:
        return Q(**{f"{column}__contains": [value]})
    return Q(**{f"{column}__icontains": json.dumps(value)})


class InteractionFilter(Filter):
    """Filters of captured interactions."""

    project = df.CharFilter(method="of_project", label="project, by name or alias")
    without_project = FlagFilter(field_name="project", lookup_expr="isnull", label="captured under an unknown name")
    project_text = df.CharFilter(label="the project's name as it was sent")
    external_ref = df.CharFilter()
    client = df.CharFilter()
    session_id = df.CharFilter()
    created_by = df.CharFilter()
    learned = FlagFilter(method="taught", empty_label="any", label="candidates came out of it")
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Interaction
        fields: list[str] = []

    def taught(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to exchanges from which something was proposed (or nothing was)."""
        proposed = Exists(Finding.objects.filter(interaction=OuterRef("pk"), outcome=Finding.Outcome.PROPOSED))
        return queryset.filter(proposed if value in ("true", True) else ~proposed)


class ProjectFilter(Filter):
    """Filters of projects."""

    status = OneOf(choices=ProjectStatus.choices)
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt")
    updated_after = InstantFilter(field_name="updated_at", lookup_expr="gte")
    updated_before = InstantFilter(field_name="updated_at", lookup_expr="lt")

    class Meta:
        model = Project
        fields: list[str] = []


class AuditFilter(Filter):
    """Filters of the audit log."""

    project_path = "project_id"  # kept without a foreign key
    kind = df.CharFilter(field_name="entity_kind", label="kind of record, such as memory")
    record = df.CharFilter(field_name="record_id", label="id of the record")
    action = df.CharFilter()
    actor = df.CharFilter(label="such as user:ada or agent:scribe")
    project = df.CharFilter(method="of_project", label="project, by name or alias")
    request = df.CharFilter(field_name="request_id", label="X-Request-ID of the request that wrote it")
    status = df.CharFilter(label="the record's status afterwards")
    decision = df.UUIDFilter(field_name="decision_id", label="groups the rows that one decision changed")
    since = InstantFilter(field_name="timestamp", lookup_expr="gte")
    until = InstantFilter(field_name="timestamp", lookup_expr="lt")

    class Meta:
        model = AuditEntry
        fields: list[str] = []


class DocumentFilter(Filter):
    """Filters of documents."""

    project = df.CharFilter(method="of_project", label="project, by name or alias")
    without_project = FlagFilter(field_name="project", lookup_expr="isnull", label="documents of no project")
    status = OneOf(choices=[(word.value, word.label) for word in (Status.CANDIDATE, Status.ACTIVE, Status.INVALID)])
    created_by = df.CharFilter()
    file_path = df.CharFilter()
    file_hash = df.CharFilter()
    title = df.CharFilter(lookup_expr="icontains")
    doc_type = df.CharFilter()
    tag = df.CharFilter(method="tagged", label="one of its tags")
    origin = df.CharFilter(label="the tree it is read from")
    dated_after = df.DateFilter(field_name="dated", lookup_expr="gte")
    dated_before = df.DateFilter(field_name="dated", lookup_expr="lt")
    removed = FlagFilter(field_name="removed_at", lookup_expr="isnull", exclude=True)
    ingested_after = InstantFilter(field_name="ingested_at", lookup_expr="gte")
    ingested_before = InstantFilter(field_name="ingested_at", lookup_expr="lt")
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt")
    updated_after = InstantFilter(field_name="updated_at", lookup_expr="gte")
    updated_before = InstantFilter(field_name="updated_at", lookup_expr="lt")

    class Meta:
        model = SourceDocument
        fields: list[str] = []

    def tagged(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to documents with a tag."""
        return queryset.filter(has_item("tags", value.strip().casefold()))


class ChunkFilter(Filter):
    """Filters of a document's pieces."""

    removed = FlagFilter(field_name="removed_at", lookup_expr="isnull", exclude=True, label="gone from the text")

    class Meta:
        model = SourceChunk
        fields: list[str] = []


#: The FilterSet of each kind; engineering adds its own.
OF_KIND: dict[str, type[Filter]] = {"memory": MemoryFilter, "document": DocumentFilter}


def of_kind(name: str) -> type[Filter]:
    """Return the FilterSet of a kind. Raises KeyError."""
    return OF_KIND[name]


#: Model fields without a filter of their own, each with the reason.
EXEMPT: dict[str, dict[str, str]] = {
    "Memory": {
        "id": "is the address of the row",
        "content": "is found by search",
        "version": "is the ETag",
        "triage_rank": "is an ordering",
        "position": "is the order inside session_id",
        "dedupe_key": "is derived; nobody knows it",
    },
    "SourceDocument": {
        "id": "is the address of the row",
        "version": "is the ETag",
        "triage_rank": "is an ordering",
    },
    "Interaction": {
        "id": "is the address of the row",
        "prompt": "is found by search",
        "response": "is found by search",
        "response_summary": "is found by search",
        "context_pack": "is read with its row",
        "memories_used": "is read with its row",
        "chunks_used": "is read with its row",
        "version": "is the ETag",
    },
    "Project": {
        "id": "is internal: names address projects",
        "name": "is the address of the row",
        "description": "is found by search",
        "version": "is the ETag",
    },
    "AuditEntry": {
        "seq": "is the address and the ordering",
        "title": "is a copy for reading",
        "project_name": "is a copy for reading; project filters by id",
        "other_project_id": "is read by the rules of visibility; project filters by the first",
        "before_json": "is read with its row",
        "after_json": "is read with its row",
        "note": "is read with its row",
        "external_ref": "is read with its row",
    },
}
