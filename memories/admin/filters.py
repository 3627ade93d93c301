"""Filters of the lists: by project as far as the person may see them, and by a word typed in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from memories.adminsite import actor_of
from memories.queries import projects

NO_PROJECT = "none"
_SHOWN = 200


class ProjectFilter(admin.SimpleListFilter):
    """Rows of one project among those that the person sees, or of none. `path` is the column."""

    title = "project"
    parameter_name = "project"
    path = "project_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the projects by name (one query)."""
        known = projects.visible(actor_of(request)).order_by("name").values_list("pk", "name")[:_SHOWN]
        return [*((str(pk), name) for pk, name in known), (NO_PROJECT, "no project")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the rows."""
        value = self.value()
        if value is None:
            return queryset
        if value == NO_PROJECT:
            return queryset.filter(**{f"{self.path}__isnull": True})
        known = {key for key, _ in self.lookup_choices}
        return queryset.filter(**{self.path: value}) if value in known else queryset.none()


def project_filter(path: str) -> type[ProjectFilter]:
    """Return a project filter on another column."""
    return type("ProjectFilter", (ProjectFilter,), {"path": path})


class TimeFilter(admin.SimpleListFilter):
    """Rows of the last days. `column` is the time."""

    column = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer some spans."""
        return [("1", "past 24 hours"), ("7", "past 7 days"), ("30", "past 30 days"), ("365", "past 365 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the rows."""
        value = self.value()
        if value not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(**{f"{self.column}__gte": timezone.now() - timedelta(days=int(value))})


def time_filter(column: str, title: str) -> type[TimeFilter]:
    """Return a filter by a time column."""
    return type("TimeFilter", (TimeFilter,), {"column": column, "title": title, "parameter_name": f"{column}_within"})


class WordFilter(admin.SimpleListFilter):
    """Rows whose column equals what is typed: for columns with too many values to list."""

    template = "admin/word_filter.html"
    column = ""
    hint = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer one dummy: Django shows no filter without choices."""
        return [("", "")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the rows."""
        value = (self.value() or "").strip()
        return queryset.filter(**self.condition(value[:200])) if value else queryset

    def condition(self, value: str) -> dict[str, Any]:
        """Return what a row must fulfil."""
        return {self.column: value}

    def choices(self, changelist: ChangeList) -> Any:
        """Hand the template what else is asked for, so that its form keeps it."""
        others = [
            (name, value) for name, value in changelist.get_filters_params().items() if name != self.parameter_name
        ]
        kept = [(name, part) for name, value in others for part in (value if isinstance(value, list) else [value])]
        yield {
            "name": self.parameter_name,
            "value": self.value() or "",
            "hint": self.hint,
            "kept": [*kept, ("q", changelist.query)] if changelist.query else kept,
            "clear": changelist.get_query_string(remove=[str(self.parameter_name)]),
        }


class DayFilter(WordFilter):
    """Rows of one day, UTC, whose date is typed; none where that is no date."""

    title = "day"
    parameter_name = "day"
    hint = "2026-03-01"

    def condition(self, value: str) -> dict[str, Any]:
        """Return the bounds of the day."""
        try:
            start = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
            return {f"{self.column}__gte": start, f"{self.column}__lt": start + timedelta(days=1)}
        except (ValueError, OverflowError):
            return {"pk__in": ()}


def day_filter(column: str) -> type[DayFilter]:
    """Return a filter by the day of a time column."""
    return type("DayFilter", (DayFilter,), {"column": column})


def word_filter(column: str, title: str, hint: str = "") -> type[WordFilter]:
    """Return a filter by a typed value of a column."""
    names = {"title": title, "parameter_name": column, "column": column, "hint": hint}
    return type("WordFilter", (WordFilter,), names)
