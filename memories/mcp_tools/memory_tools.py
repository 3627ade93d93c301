"""Tools of memories: propose one, list them, search everything, hand in an exchange."""

from typing import Annotated, Any
from uuid import UUID

from django.utils.datastructures import MultiValueDict
from pydantic import BaseModel, Field

from memories import permissions
from memories.choices import Status
from memories.filters import MemoryFilter
from memories.mcp_tools import shapes
from memories.mcp_tools.door import given, offset_of, page_of, proposes, reads
from memories.mcp_tools.shapes import Confidence, Cursor, Limit, MemoryOut, MemoryWord, Paged, Project, Proposed, When
from memories.models import Interaction, Memory
from memories.narrowing import filtered
from memories.queries import extractions, reinforcements, search, search_asked
from memories.queries.validity import in_time
from memories.search import chunks
from memories.services import caller, capture, edit

_Status = Annotated[str, shapes.word(list(Status.values))]
#: Hits that a search reaches down to.
DEEPEST = search_asked.MOST


class Hit(BaseModel):
    """One hit of a search."""

    kind: str
    id: str
    status: str
    trust: str
    source: list[str]
    type: str
    project: str | None
    title: str
    text: str = Field(description=f"its own words, cut after {shapes.MOST_TEXT} characters")
    score: float
    why: list[str] = Field(description="words and names of the question that found it")
    confidence: float | None
    page: str


class Hits(Paged):
    """A page of hits, the best first."""

    results: list[Hit]


class Memories(Paged):
    """A page of memories, the newest first."""

    results: list[MemoryOut]


class Captured(BaseModel):
    """What came of an exchange."""

    id: str
    project: str | None = Field(description="null: the name was unknown; a person can still assign it")
    reinforced: int = Field(description="memories that the answer repeats, counted once each")
    proposed: list[str] = Field(description="candidates that were found in it, as kind:id")
    page: str
    message: str


def atocore_search(
    q: Annotated[str, Field(description="What to search for, in plain words.", max_length=search_asked.MOST_TEXT)],
    project: Project = None,
    kinds: Annotated[list[str] | None, Field(description="memory, entity, chunk; all unless said.")] = None,
    types: Annotated[list[str] | None, Field(description="Memory or entity types.", max_length=50)] = None,
    tags: Annotated[list[str] | None, Field(description="Domain tags; a memory carries one.", max_length=50)] = None,
    candidates: Annotated[bool, Field(description="Also what you proposed and nobody decided on yet.")] = False,
    limit: Limit = shapes.USUAL,
    cursor: Cursor = None,
) -> Hits:
    """Search memories, entities and pieces of documents as one ranked list. Only what is true now, unless you ask for
    candidates. Use it to look something up; use atocore_context to begin a task.
    """
    actor, start = caller.actor(), offset_of(cursor, DEEPEST)
    most = min(start + limit + 1, DEEPEST)
    words = given(kinds=kinds, types=types, tags=tags)
    asked = {"q": [q], "limit": [str(most)], "candidates": [str(candidates).lower()], **words}
    found = search.find(search_asked.asked({**asked, **({"project": [project]} if project else {})}, actor), actor)
    more = len(found) > start + limit
    return Hits(
        results=[_hit(one) for one in found[start : start + limit]], next_cursor=str(start + limit) if more else None
    )


def _hit(found: search.Found) -> Hit:
    row, chunk = found.row, found.kind == chunks.KIND
    kind = getattr(row, "memory_type", "") or getattr(row, "entity_type", "")
    return Hit(
        kind=found.kind,
        id=str(row.pk),
        status=found.status,
        trust=shapes.trust_of(found.status),
        source=_source(row, chunk),
        type=row.document.doc_type if chunk else kind,
        project=found.project.name if found.project else None,
        title=found.title,
        text=found.text[: shapes.MOST_TEXT],
        score=round(found.score, 6),
        why=list(dict.fromkeys([*found.why.terms, *found.why.names, *found.why.neighbours])),
        confidence=None if chunk else row.confidence,
        page=shapes.address(found.url),
    )


def _source(row: Any, chunk: bool) -> list[str]:
    if chunk:
        return [f"doc:{row.document.file_path}#{row.heading_path}"]
    return shapes.sources(row) if isinstance(row, Memory) else list(row.source_refs)


def atocore_memory_list(
    project: Project = None,
    status: Annotated[
        list[_Status] | None, Field(description="Statuses; unless said, what is active and in time.")
    ] = None,
    memory_type: Annotated[list[MemoryWord] | None, Field(description="Types of memory.", max_length=10)] = None,
    tag: Annotated[str | None, Field(description="One of its domain tags.", max_length=80)] = None,
    entity: Annotated[str | None, Field(description="A name that it speaks of, as it is written.")] = None,
    session_id: Annotated[str | None, Field(description="The conversation it came from.")] = None,
    limit: Limit = shapes.USUAL,
    cursor: Cursor = None,
) -> Memories:
    """List memories, the newest first. You see what is active, and your own proposals of any status."""
    actor = caller.actor()
    words = given(project=project, tag=tag, entity=entity, session_id=session_id)
    data: MultiValueDict[str, str] = MultiValueDict({name: [word] for name, word in words.items()})
    data.setlist("status", status if status is not None else [Status.ACTIVE.value])
    data.setlist("memory_type", memory_type or [])
    seen = permissions.for_principal(Memory.objects.select_related("project"), actor)
    if status is None:
        seen = seen.filter(in_time())
    rows, following = page_of(filtered(MemoryFilter, data, seen, actor), cursor, limit, UUID)
    return Memories(results=[shapes.memory(row) for row in rows], next_cursor=following)


def atocore_memory_propose(
    memory_type: MemoryWord,
    content: Annotated[str, Field(description="One statement that stands by itself, with its numbers and units.")],
    project: Project = None,
    confidence: Confidence = None,
    domain_tags: Annotated[list[str] | None, Field(description="Fields it belongs to, such as optics.")] = None,
    entities: Annotated[list[str] | None, Field(description="Names of the parts it speaks of.")] = None,
    source_interaction: Annotated[str | None, Field(description="Id of the exchange it came from.")] = None,
    source_chunk: Annotated[str | None, Field(description="Id of the piece of a document it came from.")] = None,
    external_ref: Annotated[str | None, Field(description="Its id in another tool.", max_length=300)] = None,
    session_id: Annotated[str | None, Field(description="Your present conversation.", max_length=200)] = None,
    observed_at: When = None,
    valid_until: When = None,
    proposed_supersedes: Annotated[str | None, Field(description="Id of the memory that it corrects.")] = None,
) -> Proposed:
    """Propose something worth remembering: a fact, a preference, how something turned out. It becomes a candidate,
    which a person accepts or turns down. Say one thing in one memory. What stands already is not added twice.
    """
    fields = given(
        memory_type=memory_type,
        content=content,
        project=project,
        confidence=confidence,
        domain_tags=domain_tags,
        entities=entities,
        source_interaction=source_interaction,
        source_chunk=source_chunk,
        external_ref=external_ref,
        session_id=session_id,
        observed_at=observed_at,
        valid_until=valid_until,
        proposed_supersedes=proposed_supersedes,
    )
    made = edit.create("memory", fields, actor=caller.actor())
    return shapes.proposed(made.row, made.created)


def atocore_capture_interaction(
    prompt: Annotated[str, Field(description="What was asked.")],
    response: Annotated[str, Field(description="What was answered, in full.")],
    project: Project = None,
    context_pack: Annotated[
        Any, Field(description='What you were given: {"pack": id} of atocore_context, or the text itself.')
    ] = None,
    memories_used: Annotated[list[str] | None, Field(description="Ids of memories that you relied on.")] = None,
    chunks_used: Annotated[list[str] | None, Field(description="Ids of document pieces you relied on.")] = None,
    response_summary: Annotated[str | None, Field(description="The answer in a few sentences.")] = None,
    client: Annotated[str | None, Field(description="Name of the program you run in.", max_length=200)] = None,
    session_id: Annotated[str | None, Field(description="Your present conversation.", max_length=200)] = None,
) -> Captured:
    """Hand in an exchange at the end of a task. What the answer repeats of memory is counted, and what it states is
    proposed for review. An unknown project does not lose it.
    """
    actor = caller.actor()
    fields = given(
        prompt=prompt,
        response=response,
        project=project,
        context_pack=context_pack,
        memories_used=memories_used,
        chunks_used=chunks_used,
        response_summary=response_summary,
        client=client,
        session_id=session_id,
    )
    row = capture.capture(fields, actor=actor)
    found = extractions.findings_of(row, actor)
    return Captured(
        id=str(row.pk),
        project=row.project.name if row.project else None,
        reinforced=reinforcements.of_interaction(row, actor).count(),
        proposed=[f"{one.record_kind}:{one.record_id}" for one in found if one.outcome == "proposed"],
        page=_exchange(row),
        message="It is kept. What was found in it waits for a person to decide.",
    )


def _exchange(row: Interaction) -> str:
    return shapes.address(f"/interactions/{row.pk}/")


TOOLS = [
    reads(atocore_search),
    reads(atocore_memory_list),
    proposes(atocore_memory_propose, idempotent=True),
    proposes(atocore_capture_interaction, idempotent=False),
]
