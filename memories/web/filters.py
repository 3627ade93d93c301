"""Filters of the triage queue, on top of those of the lists: bands and ages a person picks by name.

One class for every kind; it narrows what `queries.triage.queue` gives and decides no visibility.
"""

from datetime import timedelta
from typing import Any

import django_filters as df
from django.db.models import Q, QuerySet
from django.utils import timezone

from memories.filters import Filter, FlagFilter, contested

BANDS = {
    "high": Q(confidence__gte=0.75),
    "middle": Q(confidence__gte=0.5, confidence__lt=0.75),
    "low": Q(confidence__lt=0.5),
}
AGES = {"day": timedelta(days=1), "week": timedelta(days=7), "older": timedelta(days=7)}


class QueueFilter(Filter):
    """What every queue is filtered by."""

    project = df.CharFilter(method="of_project")
    created_by = df.CharFilter()
    age = df.ChoiceFilter(
        empty_label="any",
        method="of_age",
        choices=[("day", "last 24 hours"), ("week", "last 7 days"), ("older", "older")],
    )

    def of_age(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to rows proposed within a span of time."""
        since = timezone.now() - AGES[value]
        return queryset.filter(created_at__lt=since) if value == "older" else queryset.filter(created_at__gte=since)


class ConfidenceMixin(Filter):
    """For kinds that have a confidence."""

    band = df.ChoiceFilter(
        empty_label="any",
        method="of_band",
        choices=[("high", "75 % and more"), ("middle", "50 to 75 %"), ("low", "below 50 %")],
    )

    has_conflict = FlagFilter(empty_label="any", method="in_conflict")

    def in_conflict(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to rows that an open conflict concerns (or to those that none does)."""
        return contested(queryset, value)

    def of_band(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to a band of confidence."""
        return queryset.filter(BANDS[value])


class SubjectMixin(ConfidenceMixin):
    """For kinds that are compared with others of their kind."""

    has_similar = FlagFilter(empty_label="any", method="nearly_alike")
    proposes = FlagFilter(empty_label="any", field_name="proposed_supersedes", lookup_expr="isnull", exclude=True)
    rejected_before = FlagFilter(empty_label="any")

    NEAR = 0.6

    def nearly_alike(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to rows with (or without) a near duplicate."""
        return (
            queryset.filter(near_overlap__gte=self.NEAR)
            if value == "true"
            else queryset.filter(near_overlap__lt=self.NEAR)
        )


class DocumentQueueFilter(QueueFilter):
    """Filters of waiting documents."""
