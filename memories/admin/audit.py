"""The audit log: read-only, what each row changed, and the undo of a decision."""

from datetime import UTC
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from memories import permissions
from memories.actors import Actor
from memories.admin.base import as_uuid
from memories.admin.changes import changes_of
from memories.admin.filters import ProjectFilter, day_filter, time_filter, word_filter
from memories.admin.record_verbs import UndoForm
from memories.admin.verbs import Deed, Verb, WithVerbs
from memories.adminsite import actor_of
from memories.choices import Role
from memories.kinds import kinds
from memories.models import ApiToken, AuditEntry, ExtractionRun, Interaction, Membership, Project, User
from memories.queries import history
from memories.services import undo as undoing

_OTHERS = {
    "project": Project,
    "user": User,
    "membership": Membership,
    "token": ApiToken,
    "interaction": Interaction,
    "extraction": ExtractionRun,
}
_MOST = 50
_MOST_FOUND = 1_000


class UndoEntryForm(UndoForm):
    """A decision is undone by its row; there is no version to see."""

    seen_version = None  # type: ignore[assignment]  # Django's way to take an inherited field out


def _undo(entry: AuditEntry, deed: Deed) -> Any:
    return undoing.undo(entry, actor=deed.actor, note=deed.note)


def _may_undo(entry: AuditEntry, actor: Actor) -> bool:
    role = actor.principal.role_on(entry.project_id)
    return history.is_decision(entry) and role is not None and role.includes(Role.REVIEWER)


def record_url(entry: AuditEntry) -> str:
    """Return the address of the record's page here, or "" where there is none."""
    model = kinds.named(entry.entity_kind).model if entry.entity_kind in kinds else _OTHERS.get(entry.entity_kind)
    if model is None:
        return ""
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=(entry.record_id,))
    except NoReverseMatch:
        return ""


def _rows_of(wanted: UUID) -> set[int]:
    """Return the numbers of rows that carry an id: three short reads by index, where one with OR would walk the log."""
    rows = AuditEntry.objects.order_by("-seq")
    found: set[int] = set()
    for condition in ({"record_id": str(wanted)}, {"request_id": str(wanted)}, {"decision_id": wanted}):
        found.update(rows.filter(**condition).values_list("pk", flat=True)[:_MOST_FOUND])
    return found


class KindFilter(admin.SimpleListFilter):
    """Rows of one kind of record."""

    title = "kind"
    parameter_name = "entity_kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the kinds, and what else is audited."""
        return [(name, name) for name in (*(kind.name for kind in kinds), *_OTHERS)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Narrow the rows."""
        return queryset.filter(entity_kind=self.value()) if self.value() else queryset


class ActionFilter(admin.SimpleListFilter):
    """Rows of one verb."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer the lifecycle's verbs and what else is done."""
        verbs = dict.fromkeys(verb.action for kind in kinds for verb in kind.lifecycle)
        return [(name, name) for name in ("create", "import", "capture", *verbs)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Narrow the rows."""
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditAdmin(WithVerbs[AuditEntry]):
    """The audit log."""

    change_form_template = "admin/audit.html"
    list_display = ("seq", "when", "actor", "action", "entity_kind", "title", "project_name", "note")
    list_filter = (
        KindFilter,
        ActionFilter,
        word_filter("actor", "actor", "user:anna"),
        ProjectFilter,
        word_filter("request_id", "request"),
        time_filter("timestamp", "time"),
        day_filter("timestamp"),
    )
    linked = ("record_id",)
    search_fields = ("title", "note")
    search_help_text = "Words of title or reason, or a record's, request's or decision's whole id."
    ordering = ("-seq",)
    sortable_by = ("seq",)
    fields = (
        "seq", "when", "actor", "action", "entity_kind", "record_id", "title", "project_name", "note",
        "request_id", "decision_id", "external_ref",
    )  # fmt: skip
    readonly_fields = ("when",)
    verbs = (Verb("undo", "Undo this decision", _undo, _may_undo, UndoEntryForm),)

    @admin.display(description="Time (UTC)", ordering="seq")
    def when(self, entry: AuditEntry) -> str:
        """Return when it was done, to the second."""
        return entry.timestamp.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        """Return the rows that the person may see; a list does without the records they hold."""
        rows = super().get_queryset(request)
        return rows.defer("before_json", "after_json") if self._is_list(request) else rows

    def _is_list(self, request: HttpRequest) -> bool:
        match = request.resolver_match
        return match is not None and str(match.url_name).endswith("_changelist")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """Search by words; a whole id finds its rows by the index."""
        if wanted := as_uuid(search_term):
            return queryset.filter(pk__in=_rows_of(wanted)), False
        return super().get_search_results(request, queryset, search_term)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: AuditEntry | None = None,
    ) -> HttpResponse:
        """Show what the row changed, its record, and what was written with it."""
        if obj is not None:
            context |= {"changes": changes_of(obj), "record_url": record_url(obj), **self._company(request, obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _company(self, request: HttpRequest, entry: AuditEntry) -> dict[str, list[AuditEntry]]:
        seen = permissions.for_principal(AuditEntry.objects.defer("before_json", "after_json"), actor_of(request))
        others = seen.exclude(pk=entry.pk).order_by("seq")
        in_request = others.filter(request_id=entry.request_id) if entry.request_id else others.none()
        return {
            "in_decision": list(others.filter(decision_id=entry.decision_id)[:_MOST]),
            "in_request": list(in_request.exclude(decision_id=entry.decision_id)[:_MOST]),
        }
