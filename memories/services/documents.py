"""The verbs on documents: take one in (or the next version of it), remove it.

Taking in is one transaction: the document, its text, its pieces and their index rows stand together or not at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import F

from memories import permissions
from memories.actors import Actor
from memories.choices import LIVE, Role, Status
from memories.errors import Forbidden, Invalid, Stale, StateConflict
from memories.kinds import Kind, kinds
from memories.markdown import folder
from memories.markdown.reading import Reading, read
from memories.models import Project, SourceDocument
from memories.services import pieces
from memories.services._write import Batch, serialise, stale
from memories.services.lifecycle import admit, clean_note
from memories.services.refusals import present_state

#: What becomes of a document that is taken in.
CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"


class Taken(NamedTuple):
    """The document, and whether it was created, changed or unchanged."""

    row: SourceDocument
    outcome: str


@dataclass(frozen=True)
class Arrival:
    """A document that was read and may be written.

    Attributes:
        text: its text; `reading` is what stands in it.
        given: the values that the door named itself; they go before what the text says.
        project: where it belongs.
        status: the status it shall have.
        origin: the tree it is read from, "" for none.
        version: the version of the present one that the person saw, None where none was named.
        moved: the present one, where the tree says that it only got another path.
    """

    text: str
    reading: Reading
    given: Mapping[str, Any]
    project: Project | None
    status: str
    origin: str = ""
    version: int | None = None
    moved: SourceDocument | None = None

    @property
    def project_id(self) -> UUID | None:
        """The id of its project."""
        return self.project.pk if self.project else None

    def values(self) -> dict[str, Any]:
        """Return the document's values by attribute name."""
        said = {"title": self.reading.title, "tags": list(self.reading.tags), "dated": self.reading.dated}
        return {**said, **self.given, "file_hash": folder.digest(self.text)}


def ingest(
    fields: Mapping[str, Any],
    *,
    actor: Actor,
    status: str | None = None,
    version: int | None = None,
    origin: str = "",
    moved: SourceDocument | None = None,
    note: str = "",
) -> Taken:
    """Take a document in: a new one, or the next version of the one at its path.

    A piece that stands in both versions keeps its id, wherever it moved to; one that vanished is marked removed. The
    same text again writes nothing. A removed document comes back as itself.

    Args:
        fields: file_path, text, project; title, tags and doc_type go before what the text says.
        actor: an agent brings candidates, and replaces only its own; a reviewer replaces any.
        status: candidate (default for agents) or active (default for reviewers; an active one stays active).
        version: the version of the present one that the person saw.
        origin: the tree that it is read from.
        moved: the document that stood at another path of that tree and is this one.
        note: reason.

    Raises:
        Invalid: a field or the text breaks a rule; TooLarge where it is too large.
        Forbidden: the role does not reach, or an agent would replace what is not its own.
        StateConflict: an agent brings again what a reviewer rejected.
    """
    permissions.require_anywhere(actor, Role.AGENT)
    arrival = replace(_prepare(fields, actor, status), origin=origin, version=version, moved=moved)
    with Batch(actor) as batch:
        serialise(f"document {arrival.project_id} {arrival.given['file_path']}")
        present = moved or _present(arrival, actor)
        if present is None:
            return _create(batch, arrival, clean_note(note))
        return _replace(batch, present, arrival, clean_note(note))


def _prepare(fields: Mapping[str, Any], actor: Actor, status: str | None) -> Arrival:
    if "text" not in fields or not isinstance(fields["text"], str):
        raise Invalid.field("text", "The document's Markdown is required, as text.", "required")
    text = fields["text"].removeprefix("\ufeff")
    rest = {name: value for name, value in fields.items() if name != "text"}
    given = kinds.named("document").clean(rest, actor=actor, row=None)
    project = given.pop("project", None)
    reading = read(text, settings.ATOCORE_DOCUMENT_MB * 1024 * 1024)
    reading = replace(reading, tags=tuple(_tags(reading)))
    return Arrival(text, reading, given, project, _status(actor, project.pk if project else None, status))


def _tags(reading: Reading) -> list[str]:
    """Return the front matter's tags as those of any record: lower case, each once, bounded."""
    from memories.services.fields import tags

    found: list[str] = tags([word[:80] for word in reading.tags[:50]], "text", Actor.system("import"))
    return found


def _status(actor: Actor, project_id: UUID | None, wanted: str | None) -> str:
    role = actor.principal.role_on(project_id)
    usual = Status.ACTIVE if role and role.includes(Role.REVIEWER) else Status.CANDIDATE
    status = wanted or usual.value
    if status not in LIVE:
        raise Invalid.field("status", "A document is taken in as candidate or active.", "invalid_choice")
    permissions.require(actor, Role.REVIEWER if status == Status.ACTIVE else Role.AGENT, project_id)
    return status


def _present(arrival: Arrival, actor: Actor) -> SourceDocument | None:
    """Return the document at the path: the one that stands there, else the one that was removed last."""
    there = SourceDocument.objects.select_related("project").filter(
        project=arrival.project, file_path=arrival.given["file_path"]
    )
    found = there.order_by(F("removed_at").desc(nulls_first=True), "-pk").first()
    if found and found.removed_at and not _reviews(actor, arrival.project_id) and found.created_by != actor.label:
        return None  # somebody else's, and gone: the path is free
    return found


def _reviews(actor: Actor, project_id: UUID | None) -> bool:
    role = actor.principal.role_on(project_id)
    return role is not None and role.includes(Role.REVIEWER)


def _create(batch: Batch, arrival: Arrival, note: str) -> Taken:
    kind = kinds.named("document")
    if arrival.version is not None:
        raise Stale("There is no document at this path, so none of that version.", kind=kind.name, status="", version=0)
    row = SourceDocument(**arrival.values(), project=arrival.project, status=arrival.status)
    row.created_by, row.origin = batch.actor.label, arrival.origin
    row.created_at = row.updated_at = row.ingested_at = batch.at
    batch.insert(kind, row, note=note)
    pieces.write(row, arrival.text, arrival.reading.pieces, batch.at)
    return Taken(row, CREATED)


def _replace(batch: Batch, row: SourceDocument, arrival: Arrival, note: str) -> Taken:
    kind = kinds.of(row)
    if arrival.version not in (None, row.version):
        raise stale(kind, row)
    own = row.created_by == batch.actor.label
    same = _same(row, arrival)
    if same and (own or row.status == Status.ACTIVE or _reviews(batch.actor, row.project_id)):
        return Taken(row, UNCHANGED)
    _admit_replacement(kind, row, arrival, batch.actor)
    standing = row.status if row.status == Status.ACTIVE else arrival.status
    values = {**arrival.values(), "status": standing, "removed_at": None, "ingested_at": batch.at}
    values |= {"origin": arrival.origin} if arrival.origin else {}
    batch.change(kind, row, "ingest", values, note=note)
    pieces.write(row, arrival.text, arrival.reading.pieces, batch.at)
    return Taken(row, CHANGED)


def _same(row: SourceDocument, arrival: Arrival) -> bool:
    """Tell whether nothing would change: the text, what the door names itself, where it comes from, where it stands."""
    rises = arrival.status == Status.ACTIVE and row.status != Status.ACTIVE
    if row.status not in LIVE or rises or row.file_hash != folder.digest(arrival.text):
        return False
    here = arrival.origin in ("", row.origin)
    return here and all(getattr(row, name) == value for name, value in arrival.given.items())


def _admit_replacement(kind: Kind, row: SourceDocument, arrival: Arrival, actor: Actor) -> None:
    if _reviews(actor, row.project_id):
        return
    if row.created_by != actor.label or row.status == Status.ACTIVE:
        raise Forbidden(
            f"There is a document at “{row.file_path}” already. A client replaces only what it brought itself, and "
            "only while that is a candidate; bring it under another path, or ask a reviewer.",
            role_needed=Role.REVIEWER.value,
        )
    if row.status not in LIVE and row.file_hash == folder.digest(arrival.text):
        state = present_state(kind, row)
        raise StateConflict(f"This text was turned down: {state['words']}.", action="ingest", **state)


def remove(document: SourceDocument, *, actor: Actor, version: int | None = None, note: str = "") -> SourceDocument:
    """Mark a document and its chunks removed; what points at them keeps its pointer."""
    with Batch(actor) as batch:
        kind = admit(document, "remove", actor=actor, version=version)
        batch.change(
            kind, document, "remove", {"status": Status.INVALID.value, "removed_at": batch.at}, note=clean_note(note)
        )
        pieces.remove(document, batch.at)
    return document
