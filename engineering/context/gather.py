"""What would enter a pack: one pooled search a kind, and what stands for itself (identity, preference).

Only what is true now and what the actor may see; searches and reads are set-based, so that their number does not grow
with what is found.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q

from engineering.context.asked import Asked
from engineering.context.render import fold
from engineering.context.sections import DOCUMENTS, ELSEWHERE, IDENTITY, MEMORIES, Line
from memories import permissions
from memories.actors import Actor
from memories.choices import MemoryType, Status
from memories.kinds import Row
from memories.models import Memory, Project
from memories.queries.search import Found, Search, find
from memories.queries.validity import in_time
from memories.search import words

STANDING = (MemoryType.IDENTITY, MemoryType.PREFERENCE)
#: Identity and preference memories that are read beside those that the prompt finds.
_MOST_STANDING = 60
#: Tags by which other projects are asked, the hits that they are taken from, and words of the prompt beside them.
_MOST_TAGS, _TELLING = 8, 20
_WORDS = 6
_LEAST, _MOST = 40, 400


@dataclass(frozen=True)
class Asking:
    """A question while it is answered: what is asked, who asks, and when (only for what is past its time)."""

    asked: Asked
    actor: Actor
    at: datetime

    @property
    def projects(self) -> list[Project | None]:
        """The places that count: the project and no project; empty for all that one may read."""
        return [self.asked.project, None] if self.asked.project else []

    @cached_property
    def limit(self) -> int:
        """Hits of a kind that could fit: a line is rarely shorter than forty tokens."""
        tokens = self.asked.budget // 4 if self.asked.in_chars else self.asked.budget
        return min(_MOST, max(_LEAST, tokens // 40))

    def find(self, kind: str, text: str = "", **more: Any) -> list[Found]:
        """Return the hits of a kind."""
        pool = max(100, self.limit)
        given: dict[str, Any] = {"projects": self.projects, "limit": self.limit, "pool": pool, **more}
        return find(Search(text or self.asked.prompt, (kind,), **given), self.actor)

    def place(self, project: Project | None) -> str:
        """Return what a line says of a project that was not asked about."""
        return f"{fold(project.name)}: " if project and project != self.asked.project else ""


def memories(asking: Asking) -> list[Line]:
    """Return the lines of memories that are identity or preference, then of those that the prompt finds."""
    found = asking.find("memory")
    said = [memory_line(asking, hit.row, IDENTITY, words_of(hit)) for hit in found if hit.row.memory_type in STANDING]
    known = {line.row.pk for line in said}
    more = (row for row in _standing(asking) if row.pk not in known)
    said += [memory_line(asking, row, IDENTITY, f"{row.memory_type}, always offered") for row in more]
    rest = [hit for hit in found if hit.row.memory_type not in STANDING]
    return said + [memory_line(asking, hit.row, MEMORIES, words_of(hit)) for hit in rest]


def _standing(asking: Asking) -> Iterable[Memory]:
    here = Q(project=asking.asked.project) | Q(project__isnull=True) if asking.asked.project else Q()
    rows = Memory.objects.filter(here, in_time(asking.at), memory_type__in=STANDING, status=Status.ACTIVE)
    return permissions.for_principal(rows.select_related("project"), asking.actor).order_by("-confidence", "pk")[
        :_MOST_STANDING
    ]


def memory_line(asking: Asking, row: Memory, section: str, why: str) -> Line:
    """Return a memory as a line: its statement, whose it is, and when it was said."""
    day = f" ({row.observed_at:%Y-%m-%d})" if row.observed_at else ""
    return Line("memory", row, f"{asking.place(row.project)}{fold(row.content)}{day}", section, why)


def elsewhere(asking: Asking, known: Sequence[Line]) -> list[Line]:
    """Return the lines of what other projects know under the domain tags of what was found here.

    A word of the prompt may be a tag itself. Without a project it is whatever stands under the same tags and was not
    found yet.
    """
    tags, taken = _tags(asking, known), {line.row.pk for line in known if line.kind == "memory"}
    if not tags:
        return []
    prompt = " ".join([*words.sought(asking.asked.prompt, _WORDS), *tags[:_MOST_TAGS]])
    own = {None, asking.asked.project.pk} if asking.asked.project else set()
    found = asking.find("memory", prompt, tags=tags, projects=_others(asking), pool=200, limit=_LEAST)
    hits = [hit for hit in found if hit.row.project_id not in own and hit.row.pk not in taken]
    return [memory_line(asking, hit.row, ELSEWHERE, _shared(hit.row, tags)) for hit in _in_turn(hits)]


def _others(asking: Asking) -> list[Project | None]:
    if not asking.asked.project:
        return []
    rows = permissions.for_principal(Project.objects.exclude(pk=asking.asked.project.pk), asking.actor)
    return list(rows.order_by("pk")[:100]) or [asking.asked.project]


def _in_turn(hits: Iterable[Found]) -> list[Found]:
    """Return the best hit of each project first, then the second best of each, and so on."""
    seen: Counter[UUID | None] = Counter()
    ranked = []
    for hit in hits:
        ranked.append((seen[hit.row.project_id], hit))
        seen[hit.row.project_id] += 1
    return [hit for _, hit in sorted(ranked, key=lambda pair: pair[0])]


def _tags(asking: Asking, known: Iterable[Line]) -> list[str]:
    telling = [line.row for line in known if line.section == MEMORIES][:_TELLING]
    counted = Counter(tag.casefold() for row in telling for tag in row.domain_tags)
    found = sorted(counted, key=lambda tag: (-counted[tag], tag))[:_MOST_TAGS]
    return list(dict.fromkeys([*found, *words.sought(asking.asked.prompt)]))


def _shared(row: Memory, tags: Sequence[str]) -> str:
    shared = [tag for tag in row.domain_tags if tag.casefold() in tags]
    return f"same tag: {', '.join(shared[:3])}"


def documents(asking: Asking) -> list[Line]:
    """Return the lines of excerpts that the prompt finds, each with its path and heading."""
    return [
        Line("chunk", hit.row, f"{_source(asking, hit.row)}: {fold(hit.row.content)}", DOCUMENTS, words_of(hit))
        for hit in asking.find("chunk")
    ]


def _source(asking: Asking, chunk: Row) -> str:
    path = f"{asking.place(chunk.document.project)}{fold(chunk.document.file_path)}"
    headings = [fold(part) for part in chunk.heading_path.split(" > ") if part.strip()]
    return " > ".join([path, *headings])


def words_of(hit: Found) -> str:
    """Return why a search found something, in words."""
    why = hit.why
    if why.terms:
        return f"found by {', '.join(why.terms[:6])}"
    if why.neighbours:
        return f"found by {', '.join(why.neighbours[:6])} beside it"
    return "found by its meaning"
