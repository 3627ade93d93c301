"""What was learnt from interactions, only read: repeats that were counted, passes of extractors, what they found."""

from typing import Any

from django.contrib import admin

from memories.admin.base import ReadAdmin
from memories.admin.filters import project_filter, time_filter
from memories.models import ExtractionRun, Finding, Reinforcement


@admin.register(Reinforcement)
class ReinforcementAdmin(ReadAdmin[Reinforcement]):
    """Which answer repeated which memory."""

    ordering = ("-created_at",)
    list_display = ("memory", "interaction", "principal", "session_id", "share", "created_at")
    list_filter = (project_filter("memory__project_id"), time_filter("created_at", "time"))
    list_select_related = ("memory", "interaction")
    search_fields = ("principal", "session_id", "memory__content")
    sortable_by = ("created_at",)


class _OfExchange(ReadAdmin[Any]):
    """What stands beside an interaction."""

    ordering = ("-created_at",)
    list_select_related = ("interaction",)
    sortable_by = ("created_at",)


@admin.register(ExtractionRun)
class ExtractionRunAdmin(_OfExchange):
    """Passes of extractors over interactions."""

    list_display = ("interaction", "extractor", "outcome", "found", "proposed", "error", "created_by", "created_at")
    list_filter = ("extractor", "outcome", project_filter("interaction__project_id"))
    search_fields = ("error", "llm_model", "created_by")


@admin.register(Finding)
class FindingAdmin(_OfExchange):
    """Statements of interactions, and the records that they are."""

    list_display = ("__str__", "outcome", "rule", "created_at")
    list_filter = ("outcome", "record_kind", project_filter("interaction__project_id"))
    search_fields = ("rule", "=record_id")
