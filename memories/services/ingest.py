"""Ingestion of a folder: what is new or changed is taken in, what vanished is removed, each document by itself.

Every document is one transaction, so a run that is cut off leaves whole documents, and running again does the rest.
A tree is known by its origin: only documents of the same origin count as vanished, and one that belongs to another
tree is not replaced.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import transaction

from memories.actors import Actor
from memories.choices import LIVE, Status
from memories.errors import DomainError
from memories.findings import Finding, InputFault, Place
from memories.markdown import folder
from memories.markdown.folder import Found, Root
from memories.models import Project, SourceDocument
from memories.outcome import Outcome, Say, Tally, silent
from memories.services import documents

KIND = "document"


@dataclass(frozen=True)
class Source:
    """What is read, and as what.

    Attributes:
        root: the folder.
        only: read this file or folder below it; "" for all.
        origin: the name by which the tree is known again.
        prefix: stands before every path ("optics/"), "" for nothing.
        project: where the documents belong; None for no project.
        status: active or candidate.
    """

    root: Root
    origin: str
    project: Project | None
    only: str = ""
    prefix: str = ""
    status: str = Status.ACTIVE.value

    @property
    def single(self) -> bool:
        """Tell whether it is one file."""
        return folder.markdown(self.only)


@dataclass(frozen=True)
class Held:
    """What the database holds at a path."""

    id: UUID
    path: str
    file_hash: str
    status: str
    removed: bool
    origin: str

    @property
    def stands(self) -> bool:
        """Tell whether it is a candidate or active."""
        return self.status in LIVE and not self.removed


def ingest_tree(source: Source, *, actor: Actor, dry_run: bool = False, say: Say = silent) -> Outcome:
    """Bring a project's documents in line with a folder.

    Args:
        source: what is read.
        actor: who does it; verbs ask for the rights, document by document.
        dry_run: do everything, and take it back.
        say: told how far it got.

    Returns:
        Counts, one finding for every file that was refused, and notes on what was renamed.

    Raises:
        InputFault: the folder cannot be read at all.
    """
    outcome = Outcome(dry_run=dry_run, facts={"tree": source.origin})
    with transaction.atomic() if dry_run else nullcontext():
        _Run(source, actor, outcome, say).run()
        if dry_run:
            transaction.set_rollback(True)
    return outcome


@dataclass
class _Run:
    source: Source
    actor: Actor
    outcome: Outcome
    say: Say
    #: Path below the root, and the hash of what stands there now.
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def tally(self) -> Tally:
        return self.outcome.tally(KIND)

    def run(self) -> None:
        found = self._found()
        for refusal in found.refused:
            self._refuse(refusal.path, refusal.rule, refusal.reason)
        self._look(found)
        held = self._held()
        gone = [] if self.source.single else self._gone(held, found)
        moved = self._moved(held, gone)
        for done, (path, digest) in enumerate(self.seen.items(), 1):
            self._take(path, digest, held.get(self._path(path)), moved.get(path))
            self.say("ingested", done, len(self.seen))
        renamed = {one.id for one in moved.values()}
        for one in gone:
            if one.id not in renamed:
                self._remove(one)

    def _found(self) -> Found:
        if self.source.single:
            return Found(files=[self.source.only])
        return self.source.root.walk(self.source.only)

    def _path(self, path: str) -> str:
        return self.source.prefix + path

    def _look(self, found: Found) -> None:
        for done, path in enumerate(found.files, 1):
            try:
                self.seen[path] = folder.digest(self.source.root.read(path))
                self.tally.read += 1
            except InputFault as fault:
                self._refuse(path, "unreadable", f"{fault.reason}", fault.line)
            self.say("read", done, len(found.files))

    def _held(self) -> dict[str, Held]:
        """Return what stands at each path of the project; where nothing does, what was removed there last."""
        rows = SourceDocument.objects.filter(project=self.source.project).order_by("removed_at", "pk")
        found: dict[str, Held] = {}
        for row in rows.values_list("pk", "file_path", "file_hash", "status", "removed_at", "origin"):
            one = Held(row[0], row[1], row[2], row[3], row[4] is not None, row[5])
            if one.path not in found or not one.removed or found[one.path].removed:
                found[one.path] = one
        return found

    def _gone(self, held: Mapping[str, Held], found: Found) -> list[Held]:
        refused = {self._path(refusal.path) for refusal in found.refused}
        refused |= {self._path(finding.ref) for finding in self.outcome.findings}
        here = {self._path(path) for path in self.seen} | refused
        below = self._path(f"{self.source.only}/") if self.source.only else ""
        ours = (one for one in held.values() if one.stands and one.origin == self.source.origin)
        lost = (one for one in ours if one.path.startswith(below) and one.path not in here)
        return [one for one in lost if not found.may_hold(one.path.removeprefix(self.source.prefix))]

    def _moved(self, held: Mapping[str, Held], gone: list[Held]) -> dict[str, Held]:
        """Return the documents that only got another path: by the path they have now. Only where that is certain."""
        lost = {one.file_hash: one for one in gone}
        new = [path for path in self.seen if not (one := held.get(self._path(path))) or one.removed]
        once = Counter(one.file_hash for one in gone) + Counter(self.seen[path] for path in new)
        return {path: lost[self.seen[path]] for path in new if self.seen[path] in lost and once[self.seen[path]] == 2}

    def _take(self, path: str, digest: str, held: Held | None, moved: Held | None) -> None:
        if held and (fault := self._belongs_elsewhere(held, digest)):
            self._refuse(path, *fault, read=True)
        elif held and self._same(held, digest):
            self.tally.unchanged += 1
        else:
            self._ingest(path, moved)

    def _belongs_elsewhere(self, held: Held, digest: str) -> tuple[str, str] | None:
        if held.stands and held.origin not in ("", self.source.origin):
            words = f"The path belongs to the tree “{held.origin}”. Put this tree's documents under a path of their own"
            return "path_taken", f"{words} (--prefix), or name that tree (--source) if it is the same."
        if held.status == Status.INVALID and not held.removed and held.file_hash == digest:
            return "rejected", "A reviewer rejected this text; it stays out until it changes."
        return None

    def _same(self, held: Held, digest: str) -> bool:
        rises = self.source.status == Status.ACTIVE and held.status == Status.CANDIDATE
        return held.stands and not rises and held.file_hash == digest and held.origin == self.source.origin

    def _ingest(self, path: str, moved: Held | None) -> None:
        try:
            text = self.source.root.read(path)
            before = SourceDocument.objects.select_related("project").get(pk=moved.id) if moved else None
            fields = {"file_path": self._path(path), "text": text, "project": self.source.project}
            taken = documents.ingest(
                fields, actor=self.actor, status=self.source.status, origin=self.source.origin, moved=before
            )
        except (InputFault, DomainError) as fault:
            self._refuse(path, *_words(fault), read=True)
            return
        setattr(self.tally, taken.outcome, getattr(self.tally, taken.outcome) + 1)
        if moved:
            reason = f"It stood at {moved.path} before; the document and its pieces keep their ids."
            self.outcome.findings.append(Finding("note", KIND, path, "renamed", reason, Place(path)))

    def _remove(self, one: Held) -> None:
        row = SourceDocument.objects.select_related("project").get(pk=one.id)
        try:
            documents.remove(row, actor=self.actor, version=row.version, note=f"gone from {self.source.origin}")
            self.tally.vanished += 1
        except DomainError as fault:
            self.outcome.findings.append(Finding("note", KIND, one.path, *_words(fault), Place(one.path)))

    def _refuse(self, path: str, rule: str, reason: str, line: int = 0, *, read: bool = False) -> None:
        """Report one file; `read` tells that it is counted as read already."""
        self.tally.read += not read
        self.tally.refused += 1
        reason = reason[:1].upper() + reason[1:]
        self.outcome.findings.append(Finding("refused", KIND, path, rule, reason, Place(path, line)))


def _words(fault: InputFault | DomainError) -> tuple[str, str]:
    if isinstance(fault, InputFault):
        return "unreadable", fault.reason
    errors = fault.data.get("errors") or [{}]
    return str(errors[0].get("code") or fault.code), fault.message


def most_bytes() -> int:
    """Return the size of the largest file taken."""
    return int(settings.ATOCORE_DOCUMENT_MB) * 1024 * 1024
