"""Edit forms of entities and relationships. The ontology says what a property may hold; the verb checks it."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms

from engineering.models.entity import TYPE_CHOICES
from engineering.ontology import Property, PropertyKind, declared
from memories.actors import Actor
from memories.errors import FieldError
from memories.kinds import Row
from memories.web.forms import ConfidenceField, MomentField, ProjectField, RecordForm, day_of

PREFIX = "property-"


class EntityForm(RecordForm):
    """Edit an entity: what it is, and one field a property, the declared ones of its type first."""

    name = forms.CharField(max_length=300, widget=forms.TextInput(attrs={"autofocus": True}))
    entity_type = forms.ChoiceField(label="Type", choices=TYPE_CHOICES)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    project = ProjectField(required=False)
    confidence = ConfidenceField()
    valid_until = MomentField()

    def __init__(self, data: Mapping[str, Any] | None = None, *, row: Row, actor: Actor) -> None:
        super().__init__(data, row=row, actor=actor)
        known = declared(row.entity_type)
        for name in [*known, *(name for name in row.properties if name not in known)]:
            self.fields[PREFIX + name] = _field(name, known.get(name))
            self.initial[PREFIX + name] = _shown(row.properties.get(name))

    def present(self, row: Row) -> dict[str, Any]:
        """Return the entity's values."""
        return {
            "name": row.name,
            "entity_type": row.entity_type,
            "description": row.description,
            "project": row.project.name if row.project else "",
            "confidence": round(row.confidence, 4),
            "valid_until": day_of(row.valid_until),
            **{PREFIX + name: _shown(value) for name, value in row.properties.items()},
        }

    def changed(self) -> dict[str, Any]:
        """Return what changed; properties go together, since they are one field of the record."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data if not name.startswith(PREFIX)}
        changed |= {name: changed[name] or None for name in ("project", "valid_until") if name in changed}
        names = [name.removeprefix(PREFIX) for name in self.changed_data if name.startswith(PREFIX)]
        if names:
            changed["properties"] = self._properties(names)
        return changed

    def _properties(self, names: list[str]) -> dict[str, Any]:
        known = declared(self.row.entity_type)
        merged = dict(self.row.properties)
        for name in names:
            value = _value(self.cleaned_data[PREFIX + name], known.get(name), self.row.properties.get(name))
            if value in ("", None, []):
                merged.pop(name, None)
            else:
                merged[name] = value
        return merged

    def take_refusal(self, errors: tuple[FieldError, ...]) -> None:
        """Show the faults that the domain named, each beside its field, a property's beside the property."""
        for error in errors:
            parts = error.pointer.strip("/").split("/")
            name = PREFIX + parts[1] if parts[0] == "properties" and len(parts) > 1 else parts[0]
            self.add_error(name if name in self.fields else None, error.detail)


def _field(name: str, spec: Property | None) -> forms.Field:
    label = name.replace("_", " ").capitalize()
    if spec and spec.kind == PropertyKind.ENUM:
        return forms.ChoiceField(
            label=label, required=False, choices=[("", "—"), *((word, word) for word in spec.choices)]
        )
    if spec and spec.kind == PropertyKind.BOOL:
        return forms.ChoiceField(label=label, required=False, choices=[("", "—"), ("yes", "yes"), ("no", "no")])
    hint = "with its unit, such as 12.7 mm" if spec and spec.kind == PropertyKind.QUANTITY else ""
    hint = "separated by semicolons" if spec and spec.multi else hint
    return forms.CharField(label=label, required=False, help_text=hint)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "; ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _value(text: str, spec: Property | None, old: Any) -> Any:
    """Return what a person typed as the property holds it; what cannot be read stays text, and its verb says so."""
    if spec and spec.kind == PropertyKind.BOOL:
        return {"yes": True, "no": False}.get(text, text)
    if (spec and spec.multi) or (isinstance(old, list) and all(isinstance(item, str) for item in old)):
        return [part.strip() for part in text.split(";") if part.strip()]
    wants_json = (spec is not None and spec.kind == PropertyKind.NUMBER) or (
        old is not None and not isinstance(old, str)
    )
    if wants_json and text:
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


class RelationshipForm(RecordForm):
    """Edit what may change of a link; another type or end is another link."""

    origin_role = forms.CharField(
        label="Role in its tool", max_length=120, required=False, widget=forms.TextInput(attrs={"autofocus": True})
    )
    confidence = ConfidenceField()

    def present(self, row: Row) -> dict[str, Any]:
        """Return the link's values."""
        return {"origin_role": row.origin_role, "confidence": round(row.confidence, 4)}
