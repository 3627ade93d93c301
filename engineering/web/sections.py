"""The sections of an entity's page, in reading order: what each reads, the template that shows it, when it is read.

A further section is one line in SECTIONS. Its template finds the entity as `row`, what `read` returned as `part`, and
whether the person may decide as `may_decide`. A lazy one costs too much to be read with the page: a script fetches it
from its own address when it comes into view, and without a script a link leads there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from engineering.web import entity_parts, relating
from engineering.web.questions import sections as answers
from engineering.web.questions import surroundings
from memories.actors import Actor
from memories.kinds import Row


@dataclass(frozen=True)
class Section:
    """One section of an entity's page.

    Attributes:
        name: its word in the address and its anchor on the page.
        title: its heading.
        read: (entity, actor) -> what its template shows; empty where there is nothing to show and no heading either.
        template: what shows it, without its heading.
        lazy: whether it is read only when it comes into view.
    """

    name: str
    title: str
    read: Callable[[Row, Actor], dict[str, Any]]
    template: str
    lazy: bool = False


_QUESTIONS = "engineering/questions/"
SECTIONS: tuple[Section, ...] = (
    Section("properties", "Properties", entity_parts.properties_of, "engineering/_properties_part.html"),
    Section("suspect-links", "Suspect links", entity_parts.suspects, "engineering/_suspects.html"),
    Section("relationships", "Relationships", entity_parts.relationships, "engineering/_relationships.html"),
    Section("relate", "Add a link", relating.section, "engineering/_relate.html"),
    Section("neighbourhood", "Neighbourhood", surroundings.around, "engineering/_neighbourhood.html", lazy=True),
    Section("evidence", "What stands behind it", answers.evidence, f"{_QUESTIONS}_part.html", lazy=True),
    Section("impact", "What changing it touches", answers.impact, f"{_QUESTIONS}_part.html", lazy=True),
    Section("questions", "Further questions", answers.questions, f"{_QUESTIONS}_open.html"),
    Section("made-of", "Memories it was made of", entity_parts.memories, "engineering/_made_of.html"),
)


def named(name: str) -> Section | None:
    """Return the section of that name, or None."""
    return next((section for section in SECTIONS if section.name == name), None)


def shown(row: Row, actor: Actor) -> Iterator[dict[str, Any]]:
    """Return the page's sections, each with what it shows; the lazy ones unread, the empty ones left out."""
    for section in SECTIONS:
        part = None if section.lazy else section.read(row, actor)
        if part or section.lazy:
            yield {"section": section, "part": part}
