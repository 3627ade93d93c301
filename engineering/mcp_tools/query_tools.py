"""Tools of the query catalogue: each asks one question of it about a project or an entity."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from engineering.mcp_tools import finding
from engineering.models import Entity
from engineering.queries.catalogue import BY_ID, Choice, Query
from engineering.queries.decided import decisions_in_force
from engineering.queries.envelope import DEPTH_LIMIT, Answer, Edge, Item, Limits, iso
from engineering.queries.impact import CHANGED, LOST
from memories.errors import Invalid
from memories.mcp_tools import shapes
from memories.mcp_tools.door import offset_of, reads
from memories.mcp_tools.shapes import Cursor, Paged, Project
from memories.models import Project as ProjectRow
from memories.queries import projects
from memories.services import caller

#: Items of an answer, usually and at most.
USUAL, MOST = 50, 500
#: What may have been forgotten, by its short word.
GAPS = {
    "all": "gaps",
    "orphan_requirements": "Q-006",
    "risky_decisions": "Q-009",
    "unsupported_claims": "Q-011",
}

Items = Annotated[int, Field(description="Most items of a page.", ge=1, le=MOST)]
Depth = Annotated[int, Field(description="Steps of the walk at most.", ge=1, le=DEPTH_LIMIT)]
Thing = Annotated[str | None, Field(description="Id of an entity, or its name as it is written.", max_length=300)]


class ItemOut(BaseModel):
    """An entity in an answer, or a memory, exchange or document at the end of a chain."""

    id: str
    type: str
    name: str
    status: str
    trust: str | None
    depth: int
    via: str | None = Field(description="the relationship by which it was reached, and from which entity")
    flags: list[str]
    group: str = Field(description="the part of the answer, or the verdict")
    data: dict[str, Any]


class EdgeOut(BaseModel):
    """A relationship in an answer, read from source to target."""

    id: str
    type: str
    source: str
    target: str
    status: str
    flags: list[str]


class QueryAnswer(Paged):
    """What a query answers. Candidates change no verdict; `pending` counts those that would."""

    query: str
    rule: str = Field(description="what was counted, in a sentence")
    as_of: str
    counts: dict[str, int]
    items: list[ItemOut]
    edges: list[EdgeOut]
    pending: int
    truncated: bool


def answered(answer: Answer) -> QueryAnswer:
    """Return an answer of the catalogue."""
    return QueryAnswer(
        query=answer.query,
        rule=answer.rule,
        as_of=iso(answer.as_of),
        counts=answer.counts,
        items=[_item(one) for one in answer.items],
        edges=[_edge(one) for one in answer.edges],
        pending=answer.counts.get("pending", len(answer.pending)),
        truncated=answer.truncated,
        next_cursor=None if answer.next is None else str(answer.next),
    )


def _edge(one: Edge) -> EdgeOut:
    return EdgeOut(
        id=one.id, type=one.type, source=one.source, target=one.target, status=one.status, flags=list(one.flags)
    )


def _item(one: Item) -> ItemOut:
    try:
        trust: str | None = shapes.trust_of(one.status)
    except ValueError:
        trust = None  # a document, an exchange or a request has no status of a record
    return ItemOut(
        id=one.id,
        type=one.type,
        name=one.name,
        status=one.status,
        trust=trust,
        depth=one.depth,
        via=f"{one.via.type} from {one.via.source}" if one.via else None,
        flags=one.flags,
        group=one.group,
        data=one.data,
    )


def _ask(query: Query, subject: ProjectRow | Entity, limits: Limits, **more: str) -> QueryAnswer:
    usual = {param.name: param.words[0] for param in query.params if isinstance(param, Choice)}
    return answered(query.run(subject, caller.actor(), limits, **{**usual, **more}))


def _project(name: str | None) -> ProjectRow:
    found = projects.resolve(name, caller.actor())
    if found is None:
        raise Invalid.field("project", "Name a project; atocore_projects lists them.", "required")
    return found


def _thing(text: str | None, project: str | None) -> Entity | None:
    return finding.entity(text, caller.actor(), project) if text else None


def atocore_engineering_map(
    project: Project = None, entity: Thing = None, depth: Depth = 3, limit: Items = USUAL, cursor: Cursor = None
) -> QueryAnswer:
    """See how a project's system is built, or what one entity contains: systems, subsystems, components."""
    limits = Limits(depth, limit, offset_of(cursor))
    if thing := _thing(entity, project):
        return _ask(BY_ID["Q-001"], thing, limits)
    return _ask(BY_ID["Q-004"], _project(project), limits)


def atocore_engineering_gaps(
    project: Annotated[str, Field(description="Project, by its name or an alias.", max_length=200)],
    gap: Annotated[str, shapes.word(list(GAPS), "Which sort; all unless said.")] = "all",
    limit: Items = USUAL,
    cursor: Cursor = None,
) -> QueryAnswer:
    """Ask what the team forgot: requirements that nothing satisfies, decisions on assumptions that no longer hold,
    validation claims without evidence.
    """
    if gap not in GAPS:
        raise Invalid.field("gap", f"“{gap[:80]}” is not one of {', '.join(GAPS)}.", "invalid_choice")
    return _ask(BY_ID[GAPS[gap]], _project(project), Limits(nodes=limit, offset=offset_of(cursor)))


def atocore_engineering_requirements(
    project: Project = None, entity: Thing = None, limit: Items = USUAL, cursor: Cursor = None
) -> QueryAnswer:
    """List the requirements that an entity has to meet, its own and those of its wholes; or, without one, how each
    requirement of a project is verified.
    """
    limits = Limits(nodes=limit, offset=offset_of(cursor))
    if thing := _thing(entity, project):
        return _ask(BY_ID["Q-005"], thing, limits)
    return _ask(BY_ID["Q-101"], _project(project), limits)


def atocore_engineering_decisions(
    project: Project = None, part: Thing = None, limit: Items = USUAL, cursor: Cursor = None
) -> QueryAnswer:
    """List the decisions in force, of a project or of all that you may read; or those that affect a part."""
    limits = Limits(nodes=limit, offset=offset_of(cursor))
    if thing := _thing(part, project):
        return _ask(BY_ID["Q-008"], thing, limits)
    actor = caller.actor()
    return answered(decisions_in_force(projects.resolve(project, actor), actor, limits))


def atocore_engineering_changes(
    project: Annotated[str, Field(description="Project, by its name or an alias.", max_length=200)],
    limit: Items = USUAL,
    cursor: Cursor = None,
) -> QueryAnswer:
    """See what changed in a project recently, the newest first, one item a request with what it changed."""
    return _ask(BY_ID["Q-013"], _project(project), Limits(nodes=limit), cursor=cursor or "")


def atocore_engineering_impact(
    entity: finding.Named,
    project: Project = None,
    change: Annotated[str, shapes.word([CHANGED, LOST], "Its content changes, or it is no longer true.")] = CHANGED,
    limit: Items = USUAL,
) -> QueryAnswer:
    """Ask what changing or losing an entity touches: parts, requirements, claims, decisions that depend on it."""
    query = BY_ID["Q-016"]
    if change not in (CHANGED, LOST):
        raise Invalid.field("change", f"“{change[:80]}” is not one of {CHANGED}, {LOST}.", "invalid_choice")
    thing = finding.entity(entity, caller.actor(), project)
    return _ask(query, thing, Limits(query.depth, limit), change=change)


def atocore_engineering_evidence(entity: finding.Named, project: Project = None, limit: Items = USUAL) -> QueryAnswer:
    """Ask what stands behind an entity: the results, memories, exchanges and documents that it rests on, as chains."""
    return _ask(BY_ID["Q-017"], finding.entity(entity, caller.actor(), project), Limits(nodes=limit))


TOOLS = [
    reads(atocore_engineering_map),
    reads(atocore_engineering_gaps),
    reads(atocore_engineering_requirements),
    reads(atocore_engineering_decisions),
    reads(atocore_engineering_changes),
    reads(atocore_engineering_impact),
    reads(atocore_engineering_evidence),
]
