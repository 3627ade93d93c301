"""Memories and documents: corrected by their verbs. And what their change pages share with other floors' records."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from memories.admin.base import as_uuid, history_url
from memories.admin.correcting import Correcting
from memories.admin.fields import Lines, LongText, Moment, OneLine, ProjectChoice
from memories.admin.filters import ProjectFilter, time_filter, word_filter
from memories.admin.forms import CorrectionForm, NewRecordForm
from memories.admin.record_verbs import ANNOTATE, RECORD_VERBS, REJECT, UNDO, plain
from memories.admin.verbs import Verb, WithVerbs
from memories.choices import MemoryType, Status
from memories.kinds import kinds
from memories.models import Memory, SourceDocument
from memories.services import documents, lifecycle
from memories.text import shortened

M = TypeVar("M", bound=Model)

BY = word_filter("created_by", "maker", "user:anna")
CREATED = time_filter("created_at", "time of creation")


class RecordAdmin(WithVerbs[M], Correcting[M]):
    """A record with a lifecycle: corrected, moved by its verbs, never deleted."""

    verbs: Sequence[Verb] = RECORD_VERBS
    ordering = ("-created_at",)
    search_help_text = "Words, all of which must occur, or a whole id."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Search by words; a whole id finds its record without reading the table."""
        if wanted := as_uuid(search_term):
            return queryset.filter(pk=wanted), False
        return super().get_search_results(request, queryset, search_term)

    def get_view_on_site_url(self, obj: M | None = None) -> str | None:
        """Return the record's page in the web app."""
        return kinds.of(obj).url(obj.pk) if obj is not None else None

    @admin.display(description="Superseded by")
    def successor(self, row: Any) -> SafeString | str:
        """Link the record in its place."""
        return link_to(row.superseded_by)

    @admin.display(description="History")
    def history(self, row: Any) -> SafeString:
        """Link its audit rows."""
        return format_html('<a href="{}">Every change of it</a>', history_url(self.kind_name, row.pk))


def link_to(row: Any) -> SafeString | str:
    """Return a link to a record's page here, or a dash."""
    if row is None:
        return "-"
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=(row.pk,))
    return format_html('<a href="{}">{}</a>', url, str(row))


class MemoryForm(CorrectionForm):
    """A memory's correction."""

    content = LongText(rows=5)
    memory_type = forms.ChoiceField(choices=MemoryType.choices)
    project = ProjectChoice()
    confidence = forms.FloatField(min_value=0, max_value=1, help_text="0 to 1")
    domain_tags = Lines(rows=3, required=False, help_text="One a line.")
    entities = Lines(rows=3, required=False, help_text="Names of what it speaks of, one a line.")
    observed_at = Moment(required=False, help_text="2026-03-01T09:30:00Z, or a date.")
    valid_until = Moment(required=False, help_text="2026-03-01T09:30:00Z, or a date.")
    proposed_supersedes = OneLine(required=False, help_text="Id of the memory it would replace.")
    session_id = OneLine(required=False)
    position = forms.IntegerField(required=False, min_value=0, help_text="Place in the conversation.")


class NewMemoryForm(NewRecordForm):
    """A memory that somebody adds by hand."""

    content = LongText(rows=5)
    memory_type = forms.ChoiceField(choices=MemoryType.choices)
    project = ProjectChoice()
    confidence = forms.FloatField(min_value=0, max_value=1, initial=0.8, help_text="0 to 1")
    domain_tags = Lines(rows=3, required=False, help_text="One a line.")
    valid_until = Moment(required=False, help_text="2026-03-01T09:30:00Z, or a date.")


@admin.register(Memory)
class MemoryAdmin(RecordAdmin[Memory]):
    """Memories."""

    kind_name = "memory"
    form = MemoryForm
    add_form = NewMemoryForm
    list_display = ("short", "memory_type", "project", "status", "confidence", "created_by", "created_at")
    list_filter = ("status", "memory_type", ProjectFilter, BY, CREATED)
    list_select_related = ("project",)
    search_fields = ("content", "external_ref", "session_id")
    sortable_by = ("created_at",)
    corrected = (
        "content", "memory_type", "project", "confidence", "domain_tags", "entities", "observed_at", "valid_until",
        "proposed_supersedes", "session_id", "position",
    )  # fmt: skip
    added = ("content", "memory_type", "project", "confidence", "domain_tags", "valid_until")
    facts = (
        "status", "version", "id", "created_by", "created_at", "updated_at", "source", "successor", "became",
        "external_ref", "reference_count", "last_referenced_at", "near_overlap", "rejected_before", "history",
    )  # fmt: skip

    @admin.display(description="Memory")
    def short(self, row: Memory) -> str:
        """Return its first words."""
        return shortened(row.content)

    @admin.display(description="Source")
    def source(self, row: Memory) -> SafeString | str:
        """Link what it was read from."""
        return link_to(row.source_chunk or row.source_interaction)

    @admin.display(description="Became")
    def became(self, row: Memory) -> SafeString | str:
        """Link what it graduated to."""
        return link_to(row.graduated_to_entity)


class DocumentForm(CorrectionForm):
    """A document's correction: how it is filed; its text is evidence and stays."""

    title = OneLine(required=False)
    doc_type = OneLine()
    tags = Lines(rows=3, required=False, help_text="One a line.")


@admin.register(SourceDocument)
class DocumentAdmin(RecordAdmin[SourceDocument]):
    """Documents."""

    kind_name = "document"
    form = DocumentForm
    verbs = (
        plain("promote", "Promote", lifecycle.promote),
        REJECT,
        plain("remove", "Remove", documents.remove),
        ANNOTATE,
        UNDO,
    )
    ordering = ("-ingested_at",)
    list_display = ("__str__", "doc_type", "project", "status", "created_by", "ingested_at")
    list_filter = ("status", ProjectFilter, BY, time_filter("ingested_at", "time of arrival"))
    list_select_related = ("project",)
    search_fields = ("title", "file_path")
    sortable_by = ("ingested_at",)
    corrected = ("title", "doc_type", "tags")
    facts = (
        "status", "version", "id", "project", "file_path", "file_hash", "created_by", "ingested_at", "updated_at",
        "removed_at", "chunks", "history",
    )  # fmt: skip

    def is_open(self, row: SourceDocument) -> bool:
        """Tell whether it is neither rejected nor removed."""
        return row.status in (Status.CANDIDATE, Status.ACTIVE) and row.removed_at is None

    @admin.display(description="Chunks")
    def chunks(self, row: SourceDocument) -> SafeString:
        """Link its pieces."""
        url = reverse("admin:memories_sourcechunk_changelist")
        return format_html('<a href="{}?document__id__exact={}">Its pieces</a>', url, row.pk)
