"""Verbs as buttons: each is a small form on the record's page, sent to one address that calls the one service.

A verb is declared once (`Verb`); which ones are offered follows from where the record stands and from the role. The
service decides; a refusal is shown on a page of its own with what was typed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from memories.actors import Actor
from memories.admin.base import ReadAdmin
from memories.admin.correcting import status_of
from memories.admin.fields import LongText, ProjectChoice
from memories.admin.forms import tell
from memories.adminsite import actor_of
from memories.errors import DomainError, Stale
from memories.queries import projects

M = TypeVar("M", bound=Model)


class VerbForm(forms.Form):
    """What every verb takes: a reason, and the version that was seen."""

    reason = LongText(rows=2, label="Reason")
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Any, actor: Actor, **options: Any) -> None:
        self.row, self.actor = row, actor
        super().__init__(*args, **options)
        if "seen_version" in self.fields:
            self.fields["seen_version"].initial = getattr(row, "version", None)
            self.fields["seen_version"].required = hasattr(row, "version")
        for choice in self.fields.values():
            if isinstance(choice, ProjectChoice):
                choice.queryset = projects.visible(actor)


class BareForm(VerbForm):
    """A verb that keeps no reason and asks for no version."""

    reason = None  # type: ignore[assignment]  # Django's way to take an inherited field out
    seen_version = None  # type: ignore[assignment]  # as above


@dataclass(frozen=True)
class Deed:
    """One verb as asked for: who, on which version, why, and what else was typed."""

    actor: Actor
    version: int | None
    note: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verb:
    """One verb of a model.

    Attributes:
        name: the verb; the same word as in the service and in the audit row.
        label: the button's words.
        run: calls the service.
        offered: tells whether it is offered for a row to an actor.
        form: what it asks for.
    """

    name: str
    label: str
    run: Callable[[Any, Deed], Any]
    offered: Callable[[Any, Actor], bool]
    form: type[VerbForm] = VerbForm


class WithVerbs(ReadAdmin[M]):
    """A model whose rows have verbs."""

    verbs: Sequence[Verb] = ()
    change_form_template = "admin/record.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the verbs."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_verb"
        view = self.admin_site.admin_view(self.verb_view)
        return [path("<path:object_id>/do/<slug:verb>/", view, name=name), *super().get_urls()]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: M | None = None,
    ) -> HttpResponse:
        """Offer the verbs beside the form."""
        if obj is not None:
            context["deeds"] = [self._deed(verb, obj, request) for verb in self._offered(obj, request)]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _offered(self, row: M, request: HttpRequest) -> list[Verb]:
        return [verb for verb in self.verbs if verb.offered(row, actor_of(request))]

    def _deed(self, verb: Verb, row: M, request: HttpRequest, data: Any = None) -> dict[str, Any]:
        form = verb.form(data, row=row, actor=actor_of(request), auto_id=f"{verb.name}_%s")
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_verb"
        return {"verb": verb, "form": form, "url": reverse(name, args=(quote(row.pk), verb.name))}

    def verb_view(self, request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        """Ask for what the verb needs (GET), or do it (POST)."""
        row = self.get_object(request, unquote(object_id))
        found = next((known for known in self.verbs if known.name == verb), None)
        if row is None or found is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        deed = self._deed(found, row, request, request.POST if request.method == "POST" else None)
        form = deed["form"]
        if request.method != "POST" or not form.is_valid():
            return self._page(request, row, deed, 422 if form.errors else 200)
        try:
            done = found.run(row, _asked(form, request))
        except DomainError as refusal:
            return self._refused(request, row, found, refusal)
        return self.done(request, row, found, done)

    def done(self, request: HttpRequest, row: M, verb: Verb, result: Any) -> HttpResponse:
        """Go back to the record."""
        messages.success(request, f"Done: {verb.label.lower()}.")
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row.pk)

    def _refused(self, request: HttpRequest, row: M, verb: Verb, refusal: DomainError) -> HttpResponse:
        data = request.POST.copy()
        if isinstance(refusal, Stale):
            data["seen_version"] = str(refusal.data.get("version", ""))
        fresh = self.get_object(request, str(row.pk)) or row
        deed = self._deed(verb, fresh, request, data)
        tell(deed["form"], refusal)
        return self._page(request, fresh, {**deed, "blockers": refusal.data.get("blockers", [])}, status_of(refusal))

    def _page(self, request: HttpRequest, row: M, deed: dict[str, Any], status: int) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": deed["verb"].label,
            "subtitle": str(row),
            "opts": self.opts,
            "original": row,
            "deed": deed,
        }
        return TemplateResponse(request, "admin/verb.html", context, status=status)


def _asked(form: VerbForm, request: HttpRequest) -> Deed:
    values = dict(form.cleaned_data)
    return Deed(actor_of(request), values.pop("seen_version", None), values.pop("reason", "") or "", values)
