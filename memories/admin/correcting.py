"""Correcting a record: the change form calls one verb, and a refusal becomes a form error.

The page never saves a model. What somebody else changed meanwhile is shown, and what was typed is kept.
"""

from typing import Any, TypeVar, cast

from django.contrib import messages
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from memories import kinds as registry
from memories.admin.base import ReadAdmin
from memories.admin.changes import changes_of
from memories.admin.forms import CorrectionForm, NewRecordForm
from memories.adminsite import actor_of
from memories.choices import Role, Status
from memories.errors import DomainError, Forbidden, NotFound, Stale, StateConflict
from memories.queries import history
from memories.services import edit

M = TypeVar("M", bound=Model)

_STATUS = ((Forbidden, 403), (NotFound, 404), (StateConflict, 409))
_REFUSAL = "_atocore_refusal"
_UNCHANGED = "_atocore_unchanged"
_TWIN = "_atocore_twin"


def status_of(refusal: DomainError) -> int:
    """Return the HTTP status under which a form with this refusal is shown again."""
    return next((status for family, status in _STATUS if isinstance(refusal, family)), 422)


class Correcting(ReadAdmin[M]):
    """A model whose rows are corrected.

    Attributes:
        form: fields of a correction, declared on a CorrectionForm.
        add_form: fields of a new record; None where none is added here.
        corrected: names of the fields that a correction may change.
        added: names of the fields of a new record.
        facts: read-only columns shown below.
    """

    form = CorrectionForm
    add_form: type[NewRecordForm] | None = None
    corrected: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    save_on_top = False

    # -- the two verbs; subclasses of other than registered kinds put their own in place --
    def correct(self, request: HttpRequest, row: M, form: CorrectionForm) -> M:
        """Call the verb that corrects the record."""
        return cast(
            M,
            edit.update(
                cast(Any, row),
                form.given(),
                actor=actor_of(request),
                version=form.cleaned_data["seen_version"],
                note=form.cleaned_data["reason"],
            ),
        )

    def create(self, request: HttpRequest, form: CorrectionForm) -> M:
        """Call the verb that makes a new record."""
        data = form.cleaned_data
        made = edit.create(
            self.kind_name, form.given(), actor=actor_of(request), status=data["start_as"], note=data["reason"]
        )
        if not made.created:
            setattr(request, _TWIN, True)
        return cast(M, made.row)

    def project_id_of(self, row: M) -> Any:
        """Return the project whose role counts for a correction."""
        return registry.kinds.of(row).project_id_of(row)

    # -- who may --
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether a new record can be made here."""
        return self.add_form is not None and self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Tell whether the record can be corrected by the person.

        A dead record is shown read-only; a form sent for one that died meanwhile is taken, so that its refusal says
        who did what and the words are kept.
        """
        if obj is None:
            return self.has_view_permission(request)
        role = actor_of(request).principal.role_on(self.project_id_of(obj))
        if role is None or not role.includes(Role.REVIEWER):
            return False
        return request.method == "POST" or self.is_open(obj)

    def is_open(self, row: M) -> bool:
        """Tell whether the record stands where it can be corrected."""
        return registry.kinds.of(row).lifecycle.allowed("update", getattr(row, "status", Status.ACTIVE))

    # -- the form --
    def get_fieldsets(self, request: HttpRequest, obj: M | None = None) -> Any:
        """Lay out: what can be corrected, why, and what is read-only."""
        if obj is None:
            return [(None, {"fields": self.added}), ("Why", {"fields": ("start_as", "reason")})]
        facts = ("Where it stands", {"fields": self.facts})
        if not self.has_change_permission(request, obj):
            return [(None, {"fields": self.corrected}), facts]
        return [(None, {"fields": self.corrected}), ("Why", {"fields": ("reason", "seen_version")}), facts]

    def get_readonly_fields(self, request: HttpRequest, obj: M | None = None) -> tuple[str, ...]:
        """Return what is shown and never changed."""
        return self.facts if obj is not None else ()

    def get_form(self, request: HttpRequest, obj: M | None = None, change: bool = False, **options: Any) -> Any:
        """Return the form's class for this request: it knows who asks, and what was refused."""
        if not change and self.add_form:
            options |= {"form": self.add_form, "fields": flatten_fieldsets(self.get_fieldsets(request, None))}
        form = super().get_form(request, obj, change=change, **options)
        known = {"actor": actor_of(request), "refusal": getattr(request, _REFUSAL, None)}
        return type(form.__name__, (form,), known)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Any:
        """Call the verb. Raises DomainError, which changeform_view turns into form errors."""
        if not change:
            return self.create(request, form)
        seen = form.instance.version
        row = self.correct(request, form.instance, form)
        if getattr(row, "version", None) == seen:
            setattr(request, _UNCHANGED, True)
        return row

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the form, or take it. No transaction is held around it: the verb holds its own."""
        try:
            return self._answer(request, object_id, form_url, extra_context, 422)
        except DomainError as refusal:
            setattr(request, _REFUSAL, refusal)
            context = {**(extra_context or {})}
            if isinstance(refusal, Stale) and object_id:
                context["since"] = self._changed_since(request, object_id)
                _see(request, refusal)
            return self._answer(request, object_id, form_url, context, status_of(refusal))

    def _answer(
        self,
        request: HttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: dict[str, Any] | None,
        on_error: int,
    ) -> HttpResponse:
        page: HttpResponse = self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]  # django-stubs leave out the method inside changeform_view's transaction
        if isinstance(page, TemplateResponse) and (page.context_data or {}).get("errors"):
            page.status_code = on_error
        return page

    def _changed_since(self, request: HttpRequest, object_id: str) -> list[Any]:
        seen = request.POST.get("seen_version", "")
        newest = history.of_record(self.kind_name, object_id)[:20]
        after = [entry for entry in newest if entry.after_json.get("version", 0) > (int(seen) if seen.isdigit() else 0)]
        return [(entry, changes_of(entry)) for entry in after]

    # -- what is said afterwards --
    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: M | None = None,
    ) -> HttpResponse:
        """Offer two ways to save, not three: another record has no part in a correction."""
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, add, change, form_url, obj)

    def response_change(self, request: HttpRequest, obj: M) -> HttpResponse:
        """Say so where nothing was changed."""
        if getattr(request, _UNCHANGED, False):
            messages.info(request, "Nothing was changed, so nothing was written.")
            return redirect(request.get_full_path())
        return super().response_change(request, obj)

    def response_add(self, request: HttpRequest, obj: M, post_url_continue: str | None = None) -> HttpResponse:
        """Show the new record; where a live one says the same already, that one."""
        if getattr(request, _TWIN, False):
            messages.warning(request, "A live record says the same already. This is it; nothing was added.")
        else:
            messages.success(request, "Added.")
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", obj.pk)


def _see(request: HttpRequest, refusal: Stale) -> None:
    """Let the form shown again carry the version as it is now: the person has been told, and may save once more."""
    data: QueryDict = request.POST.copy()
    data["seen_version"] = str(refusal.data.get("version", ""))
    request.POST = data  # type: ignore[assignment]  # Django itself replaces it; the stubs say immutable
