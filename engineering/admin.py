"""The administration of the engineering floor: entities, relationships and conflicts, by their verbs."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from engineering.models import Conflict, ConflictMember, Entity, Relationship, SlotSubject, ValueAlias
from engineering.models.entity import TYPE_CHOICES
from engineering.models.relationship import TYPE_CHOICES as LINK_CHOICES
from engineering.services import relationships
from memories import permissions
from memories.actors import Actor
from memories.admin.base import ReadAdmin
from memories.admin.evidence import SystemAdmin
from memories.admin.fields import Json, Lines, LongText, Moment, OneLine, ProjectChoice
from memories.admin.filters import ProjectFilter, project_filter, time_filter
from memories.admin.forms import CorrectionForm, NewRecordForm
from memories.admin.record_verbs import RECORD_VERBS, plain
from memories.admin.records import BY, CREATED, RecordAdmin, link_to
from memories.choices import Role

_CONFIDENCE = "0 to 1"
_SOURCES = "memory:, entity:, interaction: or chunk: and an id, doc: and a path, or a URL; one a line."
_TIME = "2026-03-01T09:30:00Z, or a date."


class EntityForm(CorrectionForm):
    """An entity's correction."""

    name = OneLine()
    entity_type = forms.ChoiceField(choices=TYPE_CHOICES)
    project = ProjectChoice()
    description = LongText(rows=5, required=False)
    properties = Json(rows=8, required=False, help_text="A JSON object; what the type declares is in the ontology.")
    confidence = forms.FloatField(min_value=0, max_value=1, help_text=_CONFIDENCE)
    source_refs = Lines(rows=3, required=False, help_text=_SOURCES)
    valid_until = Moment(required=False, help_text=_TIME)
    proposed_supersedes = OneLine(required=False, help_text="Id of the entity it would replace.")


class NewEntityForm(NewRecordForm):
    """An entity that somebody adds by hand."""

    name = OneLine()
    entity_type = forms.ChoiceField(choices=TYPE_CHOICES)
    project = ProjectChoice()
    description = LongText(rows=5, required=False)
    properties = Json(rows=8, required=False, help_text="A JSON object; what the type declares is in the ontology.")
    confidence = forms.FloatField(min_value=0, max_value=1, initial=0.8, help_text=_CONFIDENCE)
    source_refs = Lines(rows=3, required=False, help_text=_SOURCES)
    external_ref = OneLine(required=False, help_text="Its id in the tool it came from.")


@admin.register(Entity)
class EntityAdmin(RecordAdmin[Entity]):
    """Entities."""

    kind_name = "entity"
    form = EntityForm
    add_form = NewEntityForm
    list_display = (
        "name",
        "entity_type",
        "project",
        "status",
        "external_ref",
        "confidence",
        "created_by",
        "created_at",
    )
    list_filter = ("status", "entity_type", ProjectFilter, BY, CREATED)
    list_select_related = ("project",)
    search_fields = ("name", "external_ref", "description")
    sortable_by = ("created_at", "name")
    corrected = (
        "name", "entity_type", "project", "description", "properties", "confidence", "source_refs", "valid_until",
        "proposed_supersedes",
    )  # fmt: skip
    added = (
        "name", "entity_type", "project", "description", "properties", "confidence", "source_refs", "external_ref",
    )  # fmt: skip
    facts = (
        "status", "version", "id", "external_ref", "created_by", "created_at", "updated_at", "graduated_from",
        "successor", "near_overlap", "rejected_before", "history",
    )  # fmt: skip

    @admin.display(description="Graduated from")
    def graduated_from(self, row: Entity) -> SafeString | str:
        """Link the memory it was made of."""
        return link_to(row.graduates_memory)


class RelationshipForm(CorrectionForm):
    """A relationship's correction; its ends and its type are what it is, and stay."""

    origin_role = OneLine(required=False, help_text="Its name in the tool it came from.")
    confidence = forms.FloatField(min_value=0, max_value=1, help_text=_CONFIDENCE)
    source_refs = Lines(rows=3, required=False, help_text=_SOURCES)


class NewRelationshipForm(NewRecordForm):
    """A relationship that somebody adds by hand."""

    source_entity = OneLine(help_text="Id of an entity.")
    relationship_type = forms.ChoiceField(choices=LINK_CHOICES)
    target_entity = OneLine(help_text="Id of an entity.")
    origin_role = OneLine(required=False, help_text="Its name in the tool it came from.")
    confidence = forms.FloatField(min_value=0, max_value=1, initial=0.8, help_text=_CONFIDENCE)
    source_refs = Lines(rows=3, required=False, help_text=_SOURCES)


@admin.register(Relationship)
class RelationshipAdmin(RecordAdmin[Relationship]):
    """Relationships."""

    kind_name = "relationship"
    form = RelationshipForm
    add_form = NewRelationshipForm
    verbs = (*RECORD_VERBS, plain("confirm", "Confirm that it still holds", relationships.confirm))
    list_display = ("sentence", "relationship_type", "status", "confidence", "created_by", "created_at")
    list_filter = ("status", "relationship_type", project_filter("source_entity__project_id"), BY, CREATED)
    list_select_related = ("source_entity", "target_entity")
    search_fields = ("source_entity__name", "target_entity__name", "origin_role")
    sortable_by = ("created_at",)
    corrected = ("origin_role", "confidence", "source_refs")
    added = ("source_entity", "relationship_type", "target_entity", "origin_role", "confidence", "source_refs")
    facts = (
        "source", "relationship_type", "target", "status", "version", "id", "created_by", "created_at", "updated_at",
        "reviewed_fingerprint", "successor", "history",
    )  # fmt: skip

    @admin.display(description="Relationship")
    def sentence(self, row: Relationship) -> str:
        """Return it as a sentence."""
        return f"{row.source_entity.name} {row.get_relationship_type_display()} {row.target_entity.name}"

    @admin.display(description="From")
    def source(self, row: Relationship) -> SafeString | str:
        """Link its source."""
        return link_to(row.source_entity)

    @admin.display(description="To")
    def target(self, row: Relationship) -> SafeString | str:
        """Link its target."""
        return link_to(row.target_entity)


@admin.register(Conflict)
class ConflictAdmin(ReadAdmin[Conflict]):
    """Conflicts, as detection found them."""

    kind_name = "conflict"
    ordering = ("-detected_at",)
    list_display = ("slot_kind", "slot_key", "project", "severity", "status", "detected_at", "resolved_by")
    list_filter = ("status", "severity", ProjectFilter, time_filter("detected_at", "time of detection"))
    list_select_related = ("project",)
    search_fields = ("slot_kind", "slot_key", "note")
    sortable_by = ("detected_at",)
    fields = (
        "slot_kind", "slot_key", "project", "severity", "status", "claims", "note", "detected_at", "resolution",
        "resolved_at", "resolved_by", "version", "id",
    )  # fmt: skip

    @admin.display(description="Claims")
    def claims(self, row: Conflict) -> SafeString | str:
        """Return what is claimed, a line each."""
        lines = ((each.member_kind, each.member_id, each.value_snapshot) for each in row.members.all())
        return format_html_join("", "<div>{} {}: {}</div>", lines) or format_html("{}", "-")


@admin.register(ConflictMember)
class ConflictMemberAdmin(ReadAdmin[ConflictMember]):
    """The claims of conflicts."""

    list_display = ("conflict", "member_kind", "member_id", "value_snapshot")
    list_filter = ("member_kind", project_filter("conflict__project_id"))
    list_select_related = ("conflict",)
    search_fields = ("value_snapshot", "=member_id")
    sortable_by = ()

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        """Narrow to claims of the conflicts the actor sees."""
        return rows.filter(conflict__in=permissions.for_principal(Conflict.objects.all(), actor))


@admin.register(ValueAlias)
class ValueAliasAdmin(ReadAdmin[ValueAlias]):
    """Texts that mean one value where values are compared."""

    ordering = ("text",)
    list_display = ("text", "stands_for", "project", "created_by", "created_at", "removed_at")
    list_filter = (ProjectFilter, ("removed_at", admin.EmptyFieldListFilter))
    list_select_related = ("project",)
    search_fields = ("text", "stands_for")
    sortable_by = ()

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        """Narrow to aliases of projects that the actor may read, and those of all."""
        here = permissions.within("project", actor.principal, Role.READER)
        return rows if here is None else rows.filter(here)


@admin.register(SlotSubject)
class SlotSubjectAdmin(SystemAdmin):
    """Under which names records make claims (derived; the full scan for conflicts makes it again)."""

    list_display = ("name", "member_kind", "member_id")
    list_filter = ("member_kind",)
    search_fields = ("name", "=member_id")
    sortable_by = ()
