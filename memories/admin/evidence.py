"""What is only read: interactions, pieces of documents, named moments, the search index, stored answers."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from memories import permissions
from memories.actors import Actor
from memories.admin.base import ReadAdmin
from memories.admin.filters import ProjectFilter, project_filter, time_filter, word_filter
from memories.choices import Role
from memories.models import (
    Baseline,
    ContextPack,
    DailyFigures,
    HousekeepingRun,
    IdempotencyKey,
    IndexRow,
    Interaction,
    PackItem,
    ReviewMark,
    SourceChunk,
    SourceText,
)


@admin.register(Interaction)
class InteractionAdmin(ReadAdmin[Interaction]):
    """What clients captured."""

    kind_name = "interaction"
    ordering = ("-created_at",)
    list_display = ("__str__", "client", "project", "project_text", "session_id", "created_by", "created_at")
    list_filter = (
        ProjectFilter,
        word_filter("client", "client"),
        word_filter("session_id", "session"),
        time_filter("created_at", "time of capture"),
    )
    list_select_related = ("project",)
    search_fields = ("prompt", "response", "external_ref", "session_id")
    sortable_by = ("created_at",)


@admin.register(SourceChunk)
class ChunkAdmin(ReadAdmin[SourceChunk]):
    """Pieces of documents."""

    ordering = ("document", "chunk_index")
    linked = ("document__id__exact",)
    list_display = ("__str__", "document", "chunk_index", "char_count", "removed_at")
    list_filter = (project_filter("document__project_id"), ("removed_at", admin.EmptyFieldListFilter))
    list_select_related = ("document",)
    search_fields = ("content", "heading_path", "document__title", "document__file_path")
    sortable_by = ()


@admin.register(SourceText)
class TextAdmin(ReadAdmin[SourceText]):
    """Texts of documents, as they were read."""

    ordering = ("document",)
    list_display = ("document", "__str__")
    list_filter = (project_filter("document__project_id"),)
    list_select_related = ("document",)
    search_fields = ("document__title", "document__file_path")
    sortable_by = ()


class SystemAdmin(ReadAdmin[Any]):
    """Tables of the program itself; administrators read them."""

    least_role = Role.ADMIN

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        """Show all of it: who may read it at all is an administrator."""
        return rows


@admin.register(Baseline)
class BaselineAdmin(ReadAdmin[Baseline]):
    """Moments of projects that people named."""

    ordering = ("-created_at",)
    list_display = ("name", "project", "at", "seq", "created_by", "created_at")
    list_filter = (ProjectFilter,)
    list_select_related = ("project",)
    search_fields = ("name", "note")
    sortable_by = ("created_at",)

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        """Narrow to moments of projects that the actor may read."""
        here = permissions.within("project", actor.principal, Role.READER)
        return rows if here is None else rows.filter(here)


@admin.register(ReviewMark)
class ReviewMarkAdmin(SystemAdmin):
    """How far each person has reviewed a project's changes."""

    ordering = ("-moved_at",)
    list_display = ("reviewer", "project", "seq", "moved_at")
    list_filter = (ProjectFilter,)
    list_select_related = ("project",)
    search_fields = ("reviewer",)
    sortable_by = ()


@admin.register(IndexRow)
class IndexAdmin(SystemAdmin):
    """What the search index holds of each record (derived; manage.py reindex makes it again)."""

    list_display = ("kind", "record_id", "text")
    list_filter = ("kind",)
    search_fields = ("text", "=record_id")
    sortable_by = ()


@admin.register(IdempotencyKey)
class IdempotencyAdmin(SystemAdmin):
    """Stored answers to repeated requests, kept a day."""

    ordering = ("-created_at",)
    list_display = ("key", "principal", "status_code", "created_at")
    list_filter = ("status_code", word_filter("principal", "client"))
    search_fields = ("key", "principal")
    sortable_by = ()


@admin.register(HousekeepingRun)
class HousekeepingRunAdmin(SystemAdmin):
    """What housekeeping did, run by run."""

    ordering = ("-started_at",)
    list_display = ("started_at", "outcome", "who", "error", "longest_ms")
    list_filter = ("outcome",)
    search_fields = ("error", "who", "request_id")
    sortable_by = ("started_at",)


@admin.register(DailyFigures)
class DailyFiguresAdmin(SystemAdmin):
    """The figures of each day."""

    ordering = ("-day", "pk")
    list_display = ("day", "project", "measured_at")
    list_filter = (ProjectFilter,)
    list_select_related = ("project",)
    search_fields = ("project__name",)
    sortable_by = ("day",)


@admin.register(ContextPack)
class ContextPackAdmin(SystemAdmin):
    """The texts that models were given."""

    ordering = ("-created_at", "-pk")
    list_display = ("prompt", "project", "created_by", "created_at")
    list_filter = (ProjectFilter,)
    list_select_related = ("project",)
    search_fields = ("prompt", "created_by", "digest")
    sortable_by = ("created_at",)


@admin.register(PackItem)
class PackItemAdmin(SystemAdmin):
    """Which records a text or an exchange relied on."""

    ordering = ("-pk",)
    list_display = ("kind", "record_id", "pack", "interaction")
    list_filter = ("kind",)
    list_select_related = ("pack", "interaction")
    search_fields = ("record_id",)
    sortable_by = ("kind",)
