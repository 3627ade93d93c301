"""What stands on a project's page beside what every project has: floors above register their panels here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from memories.actors import Actor
from memories.models import Project


@dataclass(frozen=True)
class Panel:
    """A part of the project's page.

    Attributes:
        name: its word; a panel of the same name is replaced.
        template: draws it, with what `context` returns as `panel`.
        context: reads what it shows.
    """

    name: str
    template: str
    context: Callable[[Project, Actor], dict[str, Any]]


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> Panel:
    """Add or replace a panel."""
    _panels[panel.name] = panel
    return panel


def of(project: Project, actor: Actor) -> list[dict[str, Any]]:
    """Return the panels of a project's page in order: {template, panel}."""
    return [{"template": one.template, "panel": one.context(project, actor)} for one in _panels.values()]
