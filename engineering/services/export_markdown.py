"""Everything, or some projects, as a tree of Markdown pages for people: a page a record, with links between them.

Deterministic: the same rows give the same bytes, whichever database holds them. For reading; `import` takes JSON lines.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

import yaml
from django.utils.text import slugify

from engineering.models import Entity, Relationship
from engineering.ontology import RELATIONSHIP_TYPES
from memories.choices import Status
from memories.models import Memory, Project, SourceDocument
from memories.services.exchange.leaving import Tell, drafted, snapshot
from memories.text import plain_markdown, shortened

_LOOSE = "no-project"
Record = Memory | Entity | SourceDocument


def write(folder: Path, projects: list[Project] | None = None, *, tell: Tell | None = None) -> dict[str, int]:
    """Write the tree into a folder that does not exist yet, and return how many pages of each kind it has.

    Args:
        folder: where to; its parent is there.
        projects: only these; everything, with what has no project, where none is given.
        tell: is told the kind and how many of its pages are written.

    Raises:
        Invalid: the folder exists, or its parent does not.
    """
    with drafted(folder) as draft, snapshot():
        return _Tree(draft, projects or [], tell).write()


class _Tree:
    """One export: where each record's page is, and what links to what."""

    def __init__(self, folder: Path, projects: list[Project], tell: Tell | None) -> None:
        self.folder, self.chosen, self.tell = folder, projects, tell
        self.names = dict(Project.objects.values_list("pk", "name"))
        self.places: dict[UUID, PurePosixPath] = {}
        self.titles: dict[UUID, str] = {}
        self.links: dict[UUID, list[tuple[str, UUID]]] = defaultdict(list)

    def write(self) -> dict[str, int]:
        """Write all pages and return their numbers."""
        for model in (Memory, Entity, SourceDocument):
            for row in self._rows(model):
                self.places[row.pk], self.titles[row.pk] = self._place(row), _title(row)
        self._read_links()
        counts = {
            "memories": self._pages("memories", self._rows(Memory), self._memory),
            "entities": self._pages("entities", self._rows(Entity), self._entity),
            "documents": self._pages("documents", self._rows(SourceDocument, "source"), self._document),
        }
        self._put(PurePosixPath("README.md"), self._contents())
        return counts

    def _rows(self, model: Any, *related: str) -> Iterator[Any]:
        rows = model._base_manager.order_by("created_at", "pk")
        if related:
            rows = rows.select_related(*related)
        if self.chosen:
            rows = rows.filter(project__in=self.chosen)
        found: Iterator[Any] = rows.iterator(chunk_size=2_000)
        return found

    def _place(self, row: Record) -> PurePosixPath:
        home = PurePosixPath(self.names[row.project_id] if row.project_id else _LOOSE)
        if isinstance(row, SourceDocument):
            return home / "documents" / f"{_slug(PurePosixPath(row.file_path).stem)}-{row.pk}.md"
        if isinstance(row, Entity):
            return home / "entities" / row.entity_type / f"{_slug(row.name)}-{row.pk}.md"
        return home / "memories" / f"{_slug(row.content)}-{row.pk}.md"

    def _read_links(self) -> None:
        rows = Relationship.objects.order_by("relationship_type", "created_at", "pk")
        ends = rows.values_list("relationship_type", "source_entity_id", "target_entity_id", "status")
        for kind, source, target, status in ends.iterator(chunk_size=2_000):
            spec = RELATIONSHIP_TYPES[kind]
            mark = "" if status == Status.ACTIVE else f" ({status})"
            self.links[source].append((f"{spec.label}{mark}", target))
            self.links[target].append((f"{spec.inverse}{mark}", source))

    def _pages(self, what: str, rows: Iterable[Any], page: Callable[[Any], tuple[dict[str, Any], str]]) -> int:
        number = 0
        for number, row in enumerate(rows, 1):
            facts, body = page(row)
            head = yaml.safe_dump(_said(facts), sort_keys=False, allow_unicode=True, width=10_000)
            self._put(self.places[row.pk], f"---\n{head}---\n\n{body.rstrip()}\n")
            if self.tell and not number % 500:
                self.tell(what, number)
        return number

    def _put(self, place: PurePosixPath, text: str) -> None:
        path = self.folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")

    def _memory(self, row: Memory) -> tuple[dict[str, Any], str]:
        facts = {
            **self._facts(row, row.memory_type),
            "confidence": row.confidence,
            "tags": row.domain_tags,
            "observed_at": row.observed_at,
            "valid_until": row.valid_until,
            "superseded_by": row.superseded_by_id,
            "graduated_to": row.graduated_to_entity_id,
            "external_ref": row.external_ref,
        }
        return facts, row.content

    def _entity(self, row: Entity) -> tuple[dict[str, Any], str]:
        facts = {
            **self._facts(row, row.entity_type),
            "confidence": row.confidence,
            "properties": dict(sorted(row.properties.items())),
            "valid_until": row.valid_until,
            "superseded_by": row.superseded_by_id,
            "external_ref": row.external_ref,
            "sources": row.source_refs,
        }
        lines = [f"# {plain_markdown(row.name)}", "", row.description, ""]
        for label, key in self.links.get(row.pk, ()):
            lines.append(f"- {label} {self._link(key, self.places[row.pk])}")
        return facts, "\n".join(lines)

    def _document(self, row: SourceDocument) -> tuple[dict[str, Any], str]:
        facts = {**self._facts(row, row.doc_type), "file_path": row.file_path, "removed_at": row.removed_at}
        source = getattr(row, "source", None)  # a document may be kept without its text
        return facts, source.text if source else ""

    def _facts(self, row: Record, kind: str) -> dict[str, Any]:
        return {
            "id": row.pk,
            "type": kind,
            "status": row.status,
            "project": self.names[row.project_id] if row.project_id else None,
            "created_by": row.created_by,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
            "version": row.version,
        }

    def _link(self, key: UUID, start: PurePosixPath) -> str:
        """Return a link from a page to that of a record; its id alone where the record is not in this export."""
        if key not in self.places:
            return f"`{key}` (not in this export)"
        return f"[{plain_markdown(self.titles[key])}]({os.path.relpath(self.places[key], start.parent)})"

    def _contents(self) -> str:
        lines = ["# Contents", ""]
        start, heading = PurePosixPath("README.md"), ""
        for key, place in sorted(self.places.items(), key=lambda one: str(one[1])):
            under = f"{place.parts[0]}: {place.parts[1]}"
            if under != heading:
                heading = under
                lines += ["", f"## {under}", ""]
            lines.append(f"- {self._link(key, start)}")
        return "\n".join(lines) + "\n"


def _slug(text: str) -> str:
    return slugify(text[:120])[:60].strip("-") or "page"


def _title(row: Record) -> str:
    if isinstance(row, Entity):
        return row.name
    return (row.title or row.file_path) if isinstance(row, SourceDocument) else shortened(row.content, 100)


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of the facts, in plain values."""
    plain = {
        name: value if isinstance(value, str | int | float | list | dict) else value and str(value)
        for name, value in facts.items()
    }
    return {name: value for name, value in plain.items() if value not in (None, "", [], {})}
