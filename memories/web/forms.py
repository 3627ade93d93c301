"""Forms that show a record's fields and give them back as doors spell them. They validate nothing a kind validates."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime

from memories.actors import Actor
from memories.choices import MemoryType
from memories.errors import FieldError
from memories.kinds import Row
from memories.queries import projects


class RecordForm(forms.Form):
    """Base of the edit forms.

    `changed()` is what `services.edit.update` takes: only fields that differ from the record, as doors spell them.
    """

    def __init__(self, data: Mapping[str, Any] | None = None, *, row: Row, actor: Actor) -> None:
        self.row, self.actor = row, actor
        super().__init__(data, initial=self.present(row), auto_id=f"edit-{row.pk}-%s")
        if "project" in self.fields:
            names = list(projects.visible(actor).order_by("name").values_list("name", flat=True))
            self.fields["project"].widget.choices = [("", "no project"), *((name, name) for name in names)]

    def present(self, row: Row) -> dict[str, Any]:
        """Return the record's values as the form shows them."""
        raise LookupError(f"{type(self).__name__} does not say what it shows")

    def spelled(self, name: str, value: Any) -> Any:
        """Return a field's value as doors spell it."""
        return value

    def changed(self) -> dict[str, Any]:
        """Return the fields that differ from the record."""
        return {name: self.spelled(name, self.cleaned_data[name]) for name in self.changed_data}

    def take_refusal(self, errors: tuple[FieldError, ...]) -> None:
        """Show the faults that the domain named, each beside its field."""
        for error in errors:
            name = error.pointer.strip("/").split("/")[0]
            self.add_error(name if name in self.fields else None, error.detail)


class ProjectField(forms.CharField):
    """A project by name; what names exist is filled in by the form."""

    widget = forms.Select


def text_of_tags(tags: list[str]) -> str:
    """Return tags as a person types them."""
    return ", ".join(tags)


def tags_of_text(text: str) -> list[str]:
    """Return the tags a person typed."""
    return [part.strip() for part in text.split(",") if part.strip()]


def day_of(moment: Any) -> str:
    """Return a point in time as the form shows it."""
    return moment.strftime("%Y-%m-%dT%H:%MZ") if moment else ""


class ConfidenceField(forms.FloatField):
    """A number from 0 to 1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=1, required=True, **options)


class MomentField(forms.CharField):
    """A date or a time with its zone; empty for none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, help_text="2026-03-01, or 2026-03-01T09:30Z; empty for no end", **options)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as points in time."""
        old, new = str(initial or ""), str(data or "").strip()
        return old != new and (_moment(old) is None or _moment(old) != _moment(new))


def _moment(text: str) -> Any:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


class MemoryForm(RecordForm):
    """Edit a memory."""

    content = forms.CharField(widget=forms.Textarea(attrs={"autofocus": True, "rows": 4}))
    memory_type = forms.ChoiceField(label="Type", choices=MemoryType.choices)
    project = ProjectField(required=False)
    confidence = ConfidenceField()
    domain_tags = forms.CharField(label="Tags", required=False, help_text="separated by commas")
    valid_until = MomentField()

    def present(self, row: Row) -> dict[str, Any]:
        """Return the memory's values."""
        return {
            "content": row.content,
            "memory_type": row.memory_type,
            "project": row.project.name if row.project else "",
            "confidence": round(row.confidence, 4),
            "domain_tags": text_of_tags(row.domain_tags),
            "valid_until": day_of(row.valid_until),
        }

    def spelled(self, name: str, value: Any) -> Any:
        """Return a value as doors spell it."""
        if name == "domain_tags":
            return tags_of_text(value)
        return value or None if name in ("project", "valid_until") else value


class DocumentForm(RecordForm):
    """Edit what is said about a document; its text comes from its file."""

    title = forms.CharField(widget=forms.TextInput(attrs={"autofocus": True}))
    tags = forms.CharField(required=False, help_text="separated by commas")

    def present(self, row: Row) -> dict[str, Any]:
        """Return the document's values."""
        return {"title": row.title, "tags": text_of_tags(row.tags)}

    def spelled(self, name: str, value: Any) -> Any:
        """Return a value as doors spell it."""
        return tags_of_text(value) if name == "tags" else value
