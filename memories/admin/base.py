"""What every model's administration shares: it shows what the person may see, and writes nothing.

Subclasses that correct records add `correcting.Correcting`; subclasses with verbs add `verbs.WithVerbs`.
"""

from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin import ShowFacets
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property

from memories import permissions
from memories.actors import Actor
from memories.adminsite import actor_of
from memories.choices import Role

M = TypeVar("M", bound=Model)

#: Above this many rows a list is narrowed by filters, not paged through: counting further would read the whole table.
MOST_COUNTED = 10_000
_LONGEST_SEARCH = 200


class CappedPaginator(Paginator[Any]):
    """Pages of a list that stops counting at MOST_COUNTED rows."""

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most MOST_COUNTED + 1."""
        rows = self.object_list
        if isinstance(rows, QuerySet):
            return rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
        return len(rows)

    @property
    def words(self) -> str:
        """Return the number as a person reads it."""
        return f"more than {MOST_COUNTED:,}" if self.count > MOST_COUNTED else f"{self.count:,}"


class ReadAdmin(admin.ModelAdmin[M]):
    """A model that is read: listed, filtered, searched, shown; never added, changed or deleted from here.

    Attributes:
        least_role: role that reads it, on any project; ADMIN means on all projects.
        kind_name: word of its audit rows, for the link to its history.
        linked: further lookups that our own links ask for.
    """

    least_role = Role.MAINTAINER
    kind_name = ""
    linked: tuple[str, ...] = ()
    actions = None
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = CappedPaginator
    view_on_site = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Tell whether a list may be asked this: what its filters offer, and nothing else.

        Django would take any lookup on any column: regular expressions, other people's password digests, years that no
        database knows.
        """
        return lookup in self.linked or any(lookup in _asked_by(each) for each in self.get_list_filter(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Search by words, as many as a person types."""
        return super().get_search_results(request, queryset, search_term[:_LONGEST_SEARCH])

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """Return the rows that the person may see."""
        return self.visible(super().get_queryset(request), actor_of(request))

    def visible(self, rows: QuerySet[M], actor: Actor) -> QuerySet[M]:
        """Narrow rows to what the actor may see."""
        return permissions.for_principal(rows, actor)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the model is listed for the person."""
        return self._reads(actor_of(request))

    def has_view_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Tell whether the person may read it (single rows: by the queryset)."""
        return self._reads(actor_of(request))

    def _reads(self, actor: Actor) -> bool:
        if self.least_role is Role.ADMIN:
            return actor.principal.everywhere is Role.ADMIN
        return actor.principal.reaches(self.least_role)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: there is no verb for it."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Refuse: there is no verb for it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Refuse: nothing is deleted."""
        return False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write no log of Django's own: the audit log is the record."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write no log of Django's own: the audit log is the record."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write nothing: verbs do."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Write nothing: verbs do."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list. A filter with a character that no text may hold is dropped, not handed to the database."""
        if any("\x00" in value for values in request.GET.lists() for value in (values[0], *values[1])):
            messages.warning(request, "The filter held a character that no text has; it was dropped.")
            return redirect(request.path)
        return super().changelist_view(
            request, {"title": str(self.opts.verbose_name_plural).capitalize(), **(extra_context or {})}
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send to the record's audit rows."""
        return redirect(history_url(self.kind_name, object_id))


def _asked_by(filter_: Any) -> tuple[str, ...]:
    """Return the parameters by which a list filter is used."""
    column = filter_[0] if isinstance(filter_, tuple) else filter_
    if isinstance(column, str):
        return (column, *(f"{column}__{way}" for way in ("exact", "in", "isnull", "isempty")))
    return (str(column.parameter_name),)


def history_url(kind_name: str, record_id: object) -> str:
    """Return the address of a record's audit rows."""
    query = urlencode({"entity_kind": kind_name, "record_id": str(record_id)})
    return f"{reverse('admin:memories_auditentry_changelist')}?{query}"


def as_uuid(text: str) -> UUID | None:
    """Return the id that a text is, or None."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None
