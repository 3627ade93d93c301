"""Form fields that speak as the verbs do: text with plain line ends, lists a line each, JSON, projects by name.

They judge form only; what a value may be, the verbs decide.
"""

import json
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from memories.models import Project


class LongText(forms.CharField):
    """Text of several lines. Browsers send CRLF; a record keeps LF."""

    def __init__(self, *, rows: int = 4, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "cols": 80, "class": "vLargeTextField"})
        super().__init__(widget=widget, **options)

    def to_python(self, value: Any) -> str:
        """Return the text with plain line ends."""
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class OneLine(forms.CharField):
    """Text of one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"class": "vTextField"}), **options)


class Lines(LongText):
    """A list of texts, one a line."""

    def prepare_value(self, value: Any) -> Any:
        """Return the lines of a list."""
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Return the lines that hold something."""
        text = super().to_python(self.prepare_value(value))
        return [line.strip() for line in text.split("\n") if line.strip()]


class Json(LongText):
    """A JSON object, written out."""

    def prepare_value(self, value: Any) -> Any:
        """Return the object as indented JSON; what was typed stays as typed."""
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        """Return the value. Raises ValidationError where it is no JSON, or nested beyond reason."""
        if not isinstance(value, str):
            return {} if value is None else value
        try:
            return json.loads(super().to_python(value) or "{}")
        except (ValueError, RecursionError) as fault:
            raise ValidationError(f"This is no JSON: {fault}") from fault


class Moment(OneLine):
    """A time as ISO 8601 text; to the microsecond, so that saving an untouched form changes nothing."""

    def prepare_value(self, value: Any) -> Any:
        """Return the time as text."""
        return value.isoformat() if isinstance(value, datetime | date) else value


class ProjectChoice(forms.ModelChoiceField[Project]):
    """One of the projects that the person sees (the form sets them), or none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Project.objects.none(), required=False, empty_label="no project", **options)
