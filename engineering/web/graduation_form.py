"""The form by which a memory becomes an entity: a guess from its words, which a person changes as they like."""

from collections.abc import Mapping
from typing import Any

from django import forms

from engineering.drafts import draft
from engineering.models import Entity
from engineering.models.entity import TYPE_CHOICES
from engineering.ontology import ENTITY_TYPES
from engineering.web.forms import PREFIX, EntityForm
from memories.actors import Actor
from memories.models import Memory

#: What the form sends in place of a decision when another type was chosen.
RETYPE = "type"


class GraduationForm(EntityForm):
    """An entity that is not there yet, filled in from its memory; another type brings that type's properties."""

    name = forms.CharField(max_length=300)
    entity_type = forms.ChoiceField(label="Type", choices=TYPE_CHOICES)
    confidence = None  # type: ignore[assignment]  # so Django takes a field out; it is the memory's own
    valid_until = None  # type: ignore[assignment]  # likewise
    field_order = ("entity_type", "name", "project", "description")

    def __init__(self, data: Mapping[str, Any] | None = None, *, memory: Memory, actor: Actor, address: str) -> None:
        sent = data or {}
        chosen = str(sent.get("entity_type", ""))
        self.guess = draft(memory.content, memory.memory_type, chosen if chosen in ENTITY_TYPES else "")
        row = Entity(
            entity_type=self.guess.entity_type,
            name=self.guess.name,
            description=memory.content,
            properties=self.guess.properties,
            project=memory.project,
        )
        retyped = sent.get("then") == RETYPE
        super().__init__(None if retyped else data, row=row, actor=actor)
        self.auto_id = f"graduate-{memory.pk}-%s"
        if retyped:
            self._keep_typed(sent)
        self.fields["entity_type"].widget.attrs |= {
            "hx-post": address,
            "hx-trigger": "change",
            "hx-target": "closest form",
            "hx-swap": "outerHTML",
            "hx-vals": f'{{"then": "{RETYPE}"}}',
        }
        self.fields["entity_type" if retyped else "name"].widget.attrs["autofocus"] = True

    def _keep_typed(self, sent: Mapping[str, Any]) -> None:
        typed = {name: sent[name] for name in self.fields if sent.get(name) and name != "entity_type"}
        if typed.get("name") == sent.get("guessed"):
            del typed["name"]
        self.initial = {**self.initial, **typed}

    @property
    def asked(self) -> tuple[str, str, str]:
        """Name, type and project as the form holds them."""
        return str(self["name"].value() or ""), self.guess.entity_type, str(self["project"].value() or "")

    @property
    def looked(self) -> str:
        """For what was looked whether there is something like it; sent back with the form."""
        return " / ".join(self.asked)

    def whole(self) -> dict[str, Any]:
        """Return the entity as doors spell it, all of it; raises KeyError where the form is not valid."""
        names = [name.removeprefix(PREFIX) for name in self.fields if name.startswith(PREFIX)]
        fields = {name: self.cleaned_data[name] for name in ("entity_type", "name", "description")}
        return {**fields, "project": self.cleaned_data["project"] or None, "properties": self._properties(names)}
