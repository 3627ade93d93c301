"""Tools of the engineering record: propose an entity or a relationship, look one up, list conflicts."""

from typing import Annotated, Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils.datastructures import MultiValueDict
from pydantic import BaseModel, Field

from engineering import ontology
from engineering.filters import ConflictFilter
from engineering.mcp_tools import finding
from engineering.mcp_tools.finding import Named
from engineering.models import Conflict, Entity, Relationship
from engineering.queries import conflicts as conflict_reads
from engineering.queries.neighbourhood import around
from memories.choices import ConflictSeverity, ConflictStatus
from memories.mcp_tools import shapes
from memories.mcp_tools.door import given, page_of, proposes, reads
from memories.mcp_tools.shapes import Answered, Confidence, Cursor, Limit, Paged, Project, Proposed, Refs, When
from memories.narrowing import filtered
from memories.services import caller, edit

EntityWord = Annotated[str, shapes.word(list(ontology.ENTITY_TYPES), "What kind of thing it is.")]
LinkWord = Annotated[str, shapes.word(list(ontology.RELATIONSHIP_TYPES), "How the source stands to the target.")]
_Status = Annotated[str, shapes.word(list(ConflictStatus.values))]
_Severity = Annotated[str, shapes.word(list(ConflictSeverity.values))]
#: Links that are shown with an entity.
_MOST_LINKS = 100


class EntityOut(BaseModel):
    """An entity."""

    id: str
    status: str
    trust: str
    source: list[str] = Field(description="what it was taken from; empty: none was recorded")
    entity_type: str
    name: str
    project: str | None
    description: str
    properties: dict[str, Any]
    confidence: float
    external_ref: str | None
    proposed_by: str
    valid_until: str | None
    superseded_by: str | None
    updated_at: str
    version: int
    page: str


class LinkOut(BaseModel):
    """A relationship of an entity, read from source to target."""

    id: str
    status: str
    relationship_type: str
    source: str
    source_name: str
    target: str
    target_name: str


class EntityAnswer(Answered):
    """An entity and its links."""

    entity: EntityOut
    links: list[LinkOut]
    more_links: bool = Field(description="there are more than are listed; see atocore_engineering_map")


class Claim(BaseModel):
    """One side of a conflict."""

    kind: str
    id: str
    trust: int = Field(description="how much its word weighs, 0 to 60")
    value: str


class ConflictOut(BaseModel):
    """Records that answer one question differently."""

    id: str
    status: str
    severity: str
    slot_kind: str
    slot_key: str
    project: str | None
    claims: list[Claim]
    note: str
    detected_at: str
    page: str


class Conflicts(Paged):
    """A page of conflicts, the newest first."""

    results: list[ConflictOut]


def shown(row: Entity) -> EntityOut:
    """Return an entity; its project was read with it."""
    return EntityOut(
        id=str(row.pk),
        status=row.status,
        trust=shapes.trust_of(row.status),
        source=row.source_refs,
        entity_type=row.entity_type,
        name=row.name,
        project=row.project.name if row.project else None,
        description=row.description,
        properties=row.properties,
        confidence=row.confidence,
        external_ref=row.external_ref,
        proposed_by=row.created_by,
        valid_until=shapes.when(row.valid_until),
        superseded_by=shapes.ref(row.superseded_by_id),
        updated_at=shapes.when(row.updated_at) or "",
        version=row.version,
        page=shapes.page(row),
    )


def with_links(row: Entity, actor: Any) -> EntityAnswer:
    """Return an entity and what it is linked to."""
    found = around(row, actor, depth=1, most=_MOST_LINKS)
    return EntityAnswer(entity=shown(row), links=[_link(link) for link in found.links], more_links=found.truncated)


def _link(link: Relationship) -> LinkOut:
    return LinkOut(
        id=str(link.pk),
        status=link.status,
        relationship_type=link.relationship_type,
        source=str(link.source_entity_id),
        source_name=link.source_entity.name,
        target=str(link.target_entity_id),
        target_name=link.target_entity.name,
    )


def atocore_entity_get(entity: Named, project: Project = None) -> EntityAnswer:
    """Get one part, requirement, decision or other entity by id or name, with its properties and its links."""
    actor = caller.actor()
    return with_links(finding.entity(entity, actor, project), actor)


def atocore_entity_propose(
    entity_type: EntityWord,
    name: Annotated[str, Field(description="What the team calls it.", max_length=300)],
    project: Project = None,
    description: Annotated[str | None, Field(description="What it is, in a few sentences.")] = None,
    properties: Annotated[
        dict[str, Any] | None,
        Field(description='Values with units: {"mass": "1.2 kg", "material": "Invar 36"}.'),
    ] = None,
    confidence: Confidence = None,
    source_refs: Refs = None,
    external_ref: Annotated[str | None, Field(description="Its id in another tool.", max_length=300)] = None,
    valid_until: When = None,
    graduates_memory: Annotated[str | None, Field(description="Id of the memory that it is made of.")] = None,
    proposed_supersedes: Annotated[str | None, Field(description="Id of the entity that it corrects.")] = None,
) -> Proposed:
    """Propose a part, requirement, decision, assumption, result or other entity. It becomes a candidate, which a person
    accepts or turns down. Link it afterwards with atocore_relationship_propose.
    """
    fields = given(
        entity_type=entity_type,
        name=name,
        project=project,
        description=description,
        properties=properties,
        confidence=confidence,
        source_refs=source_refs,
        external_ref=external_ref,
        valid_until=valid_until,
        graduates_memory=graduates_memory,
        proposed_supersedes=proposed_supersedes,
    )
    made = edit.create("entity", fields, actor=caller.actor())
    return shapes.proposed(made.row, made.created)


def atocore_relationship_propose(
    source_entity: Named,
    relationship_type: LinkWord,
    target_entity: Named,
    project: Project = None,
    confidence: Confidence = None,
    source_refs: Refs = None,
) -> Proposed:
    """Propose how two entities hang together, read from source to target: "lens part_of camera". Your own candidates
    may be linked. It becomes a candidate; a type that may not join the two is refused with those that may.
    """
    actor = caller.actor()
    ends = {
        "source_entity": str(finding.entity(source_entity, actor, project, "source_entity").pk),
        "target_entity": str(finding.entity(target_entity, actor, project, "target_entity").pk),
    }
    fields = given(relationship_type=relationship_type, confidence=confidence, source_refs=source_refs)
    made = edit.create("relationship", {**ends, **fields}, actor=actor)
    return shapes.proposed(made.row, made.created)


def atocore_conflicts(
    project: Project = None,
    status: Annotated[list[_Status] | None, Field(description="Statuses; open unless said.")] = None,
    severity: Annotated[list[_Severity] | None, Field(description="Severities; all unless said.")] = None,
    member: Annotated[str | None, Field(description="Id of a record: conflicts that it stands in.")] = None,
    limit: Limit = shapes.USUAL,
    cursor: Cursor = None,
) -> Conflicts:
    """List what contradicts itself: records in force that answer one question differently. A person settles them: tell
    both sides.
    """
    actor = caller.actor()
    words = given(project=project, member=member)
    data: MultiValueDict[str, str] = MultiValueDict({name: [word] for name, word in words.items()})
    data.setlist("status", status if status is not None else [ConflictStatus.OPEN.value])
    data.setlist("severity", severity or [])
    claims = Prefetch("members", queryset=conflict_reads.members(actor))
    narrowed = filtered(ConflictFilter, data, conflict_reads.visible(actor), actor)
    rows, following = page_of(narrowed.prefetch_related(claims), cursor, limit, UUID)
    return Conflicts(results=[_conflict(row) for row in rows], next_cursor=following)


def _conflict(row: Conflict) -> ConflictOut:
    claims = [
        Claim(kind=one.member_kind, id=str(one.member_id), trust=one.member_layer_trust, value=str(one.value_snapshot))
        for one in row.members.all()
    ]
    return ConflictOut(
        id=str(row.pk),
        status=row.status,
        severity=row.severity,
        slot_kind=row.slot_kind,
        slot_key=row.slot_key,
        project=row.project.name if row.project else None,
        claims=claims,
        note=row.note,
        detected_at=shapes.when(row.detected_at) or "",
        page=shapes.page(row),
    )


TOOLS = [
    reads(atocore_entity_get),
    proposes(atocore_entity_propose, idempotent=True),
    proposes(atocore_relationship_propose, idempotent=True),
    reads(atocore_conflicts),
]
