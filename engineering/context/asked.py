"""A question for a pack as doors receive it: checked, or a refusal that says what is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engineering.context.sections import SECTIONS
from memories.actors import Actor
from memories.errors import Invalid
from memories.models import Project
from memories.queries import projects
from memories.text import clean_text

#: Tokens, unless said otherwise, and the least and most of either unit.
USUAL = 4_000
TOKENS = (200, 100_000)
CHARS = (800, 400_000)
#: Characters of a prompt.
MOST_PROMPT = 50_000
NAMES = tuple(section.name for section in SECTIONS)


@dataclass(frozen=True)
class Asked:
    """What a pack is asked for.

    Attributes:
        prompt: what the model is to work on.
        project: whose rows count beside those of no project; None for all projects that one may read.
        budget: how long the text may be.
        in_chars: whether the budget counts characters; tokens otherwise.
        include: the sections that are wanted, by name.
    """

    prompt: str
    project: Project | None = None
    budget: int = USUAL
    in_chars: bool = False
    include: tuple[str, ...] = NAMES


def asked(given: Mapping[str, Any], actor: Actor) -> Asked:
    """Return what is asked for.

    Args:
        given: prompt, and optionally project (a name or alias), budget_tokens or budget_chars, include (sections).
        actor: who asks.

    Raises:
        Invalid: a value breaks a rule.
        UnknownProject: the actor knows no such project.
    """
    prompt = clean_text(given.get("prompt"), "prompt", most=MOST_PROMPT)
    project = projects.resolve(given.get("project"), actor)
    budget, in_chars = _budget(given)
    return Asked(prompt, project, budget, in_chars, _include(given.get("include")))


def _budget(given: Mapping[str, Any]) -> tuple[int, bool]:
    tokens, chars = given.get("budget_tokens"), given.get("budget_chars")
    if tokens is not None and chars is not None:
        raise Invalid.field("budget_chars", "Say budget_tokens or budget_chars, not both.", "contradiction")
    name, value, (least, most) = ("budget_tokens", tokens, TOKENS) if chars is None else ("budget_chars", chars, CHARS)
    if value is None:
        return USUAL, False
    if type(value) is not int or not least <= value <= most:
        raise Invalid.field(name, f"A whole number from {least:,} to {most:,} is taken.", "out_of_range")
    return value, chars is not None


def _include(value: Sequence[str] | None) -> tuple[str, ...]:
    if value is None:
        return NAMES
    unknown = [name for name in value if name not in NAMES]
    if unknown or not value:
        raise Invalid.field("include", f"Sections are {', '.join(NAMES)}; name one or several.", "unknown_section")
    return tuple(name for name in NAMES if name in value)
