"""Forms of corrections: what a person typed becomes the fields of a verb, and a refusal stands beside its field.

A form never touches its instance and never saves: the page hands `given()` to the verb.
"""

from collections.abc import Mapping
from typing import Any

from django import forms

from memories.actors import NOBODY, Actor
from memories.admin.fields import LongText, ProjectChoice
from memories.errors import DomainError, Invalid
from memories.models import Project
from memories.queries import projects


def tell(form: forms.BaseForm, refusal: DomainError) -> None:
    """Put a refusal beside the fields it names, the rest above the form."""
    faults = [(fault.pointer, fault.detail) for fault in refusal.errors] if isinstance(refusal, Invalid) else []
    for pointer, detail in faults or [("", refusal.message)]:
        name = pointer.strip("/").split("/")[0]
        name = "reason" if name == "note" else name
        form.add_error(name if name in form.fields else None, detail)


class CorrectionForm(forms.ModelForm[Any]):
    """The form of one record.

    The page's class for a request sets `actor` and, when the verb refused, `refusal`. Every field carries what the
    person saw (show_hidden_initial), so that only what they changed is sent, also after somebody else changed the rest.
    """

    actor: Actor = Actor("", NOBODY)
    refusal: DomainError | None = None
    #: fields of the form that are no fields of the record
    own = frozenset({"reason", "seen_version", "start_as"})

    reason = LongText(rows=2, label="Reason", help_text="Why it is corrected; kept in the history for good.")
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "seen_version" in self.fields:
            self.fields["seen_version"].initial = getattr(self.instance, "version", None)
        for name, field in self.fields.items():
            if isinstance(field, ProjectChoice):
                field.queryset = projects.visible(self.actor)
            field.show_hidden_initial = name not in self.own and not self.instance._state.adding

    def _post_clean(self) -> None:
        # Django would copy the input into the instance here and judge it by the model; our verbs judge, and need the
        # row as it was read.
        if self.refusal:
            tell(self, self.refusal)

    def validate_unique(self) -> None:
        """Leave it to the verb."""

    def given(self) -> dict[str, Any]:
        """Return what was changed (of a new record: what was filled in), as verbs take it."""
        chosen: Mapping[str, Any] = self.cleaned_data
        names = [name for name in self.fields if name not in self.own and name in chosen]
        if self.instance._state.adding:
            names = [name for name in names if chosen[name] not in (None, "", [], {})]
        else:
            names = [name for name in names if name in self.changed_data]
        return {name: _plain(chosen[name]) for name in names}


def _plain(value: Any) -> Any:
    return value.name if isinstance(value, Project) else value


START = [("candidate", "candidate: it waits in triage"), ("active", "active: true from now on")]


class NewRecordForm(CorrectionForm):
    """The form of a new record: the reason may be missing, and it says where the record starts."""

    reason = LongText(rows=2, label="Reason", required=False, help_text="Why it is added; kept in the history.")
    start_as = forms.ChoiceField(label="Starts as", choices=START)
    seen_version = None  # type: ignore[assignment]  # Django's way to take an inherited field out
