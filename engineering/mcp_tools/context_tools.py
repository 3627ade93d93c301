"""The tool that begins a task: the context pack of a prompt."""

from typing import Annotated

from pydantic import BaseModel, Field

from engineering.context import asked as asking
from engineering.context.sections import LeftOut, named
from engineering.services import packs
from memories.mcp_tools.door import given, reads
from memories.mcp_tools.shapes import Answered, Project
from memories.services import caller

#: What was left out and is told of at most.
_MOST_LEFT_OUT = 50


class Used(BaseModel):
    """A record in the text."""

    ref: str = Field(description="the reference at the end of its line, by which an answer cites it")
    section: str
    line: int
    why: str
    conflicts: list[str] = Field(description="open conflicts that it stands in")


class Omitted(BaseModel):
    """A record that is not in the text."""

    ref: str
    title: str
    reason: str
    detail: str


class Pack(Answered):
    """What is true now about a prompt."""

    id: str = Field(description="hand it in with the exchange that it served: atocore_capture_interaction")
    project: str | None
    text: str = Field(description="each line ends with its reference; everything in it was accepted")
    items: list[Used]
    left_out: list[Omitted] = Field(description=f"and why; {_MOST_LEFT_OUT} at most")
    conflicts: list[str] = Field(description="ids of open conflicts that the text tells of")
    tokens: int = Field(description="about how many the text has")
    digest: str


def atocore_context(
    prompt: Annotated[str, Field(description="What you are about to work on.", max_length=asking.MOST_PROMPT)],
    project: Project = None,
    budget_tokens: Annotated[int | None, Field(ge=asking.TOKENS[0], le=asking.TOKENS[1])] = None,
    budget_chars: Annotated[int | None, Field(ge=asking.CHARS[0], le=asking.CHARS[1])] = None,
    include: Annotated[
        list[str] | None, Field(description=f"Sections of {', '.join(asking.NAMES)}; all unless said.")
    ] = None,
) -> Pack:
    """Begin a task with this: what is accepted and bears on your prompt, within a budget, every line with its source.
    Cite by the references. What is nowhere in it is not known to AtoCore.
    """
    actor = caller.actor()
    words = given(
        prompt=prompt, project=project, budget_tokens=budget_tokens, budget_chars=budget_chars, include=include
    )
    pack, kept = packs.make(asking.asked(words, actor), actor=actor)
    return Pack(
        id=str(kept.pk) if kept else "",
        project=pack.asked.project.name if pack.asked.project else None,
        text=pack.text,
        items=[
            Used(
                ref=f"{one.line.kind}:{one.line.row.pk}",
                section=one.line.section,
                line=one.number,
                why=one.line.why,
                conflicts=[str(conflict) for conflict in one.conflicts],
            )
            for one in pack.items
        ],
        left_out=[_omitted(one) for one in pack.left_out[:_MOST_LEFT_OUT]],
        conflicts=[str(one) for one in pack.conflicts],
        tokens=pack.tokens,
        digest=pack.digest,
    )


def _omitted(one: LeftOut) -> Omitted:
    return Omitted(
        ref=f"{one.kind}:{one.row.pk}", title=named(one.kind, one.row).title, reason=one.reason, detail=one.detail
    )


TOOLS = [reads(atocore_context)]
