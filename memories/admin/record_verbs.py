"""The verbs that records of every kind share, as the administration offers them."""

from collections.abc import Callable
from typing import Any

from memories.actors import Actor
from memories.admin.fields import LongText, OneLine
from memories.admin.verbs import Deed, Verb, VerbForm
from memories.errors import Invalid, NotFound
from memories.kinds import kinds
from memories.models import AuditEntry
from memories.queries import history, records
from memories.services import lifecycle
from memories.services import undo as undoing


class SupersedeForm(VerbForm):
    """A record may be superseded by another."""

    by = OneLine(label="Superseded by", required=False, help_text="Id of the active record in its place; may be empty.")


class PromoteForm(VerbForm):
    """A candidate may take an active record's place."""

    supersedes = OneLine(
        label="Supersedes", required=False, help_text="Id of the active record it replaces; empty: what it proposed."
    )


class UndoForm(VerbForm):
    """A decision is undone by its number."""

    reason = LongText(rows=2, label="Reason", required=False)


def applies(name: str) -> Callable[[Any, Actor], bool]:
    """Return the rule by which a lifecycle verb is offered: the row's status and the actor's role."""

    def offered(row: Any, actor: Actor) -> bool:
        kind = kinds.of(row)
        if name not in kind.lifecycle or not kind.lifecycle.allowed(name, row.status):
            return False
        role = actor.principal.role_on(kind.project_id_of(row))
        return role is not None and role.includes(kind.lifecycle.verb(name).role)

    return offered


def plain(name: str, label: str, service: Callable[..., Any]) -> Verb:
    """Return a verb that takes nothing but the reason."""

    def run(row: Any, deed: Deed) -> Any:
        return service(row, actor=deed.actor, version=deed.version, note=deed.note)

    return Verb(name, label, run, applies(name))


def _named(row: Any, text: str, name: str, actor: Actor) -> Any:
    if not text:
        return None
    try:
        return records.get(kinds.of(row).name, text, actor)
    except NotFound as missing:
        raise Invalid.field(name, missing.message, "dangling") from missing


def _promote(row: Any, deed: Deed) -> Any:
    old = _named(row, deed.values.get("supersedes", ""), "supersedes", deed.actor)
    return lifecycle.promote(row, actor=deed.actor, version=deed.version, note=deed.note, supersedes=old)


def _supersede(row: Any, deed: Deed) -> Any:
    by = _named(row, deed.values["by"], "by", deed.actor)
    return lifecycle.supersede(row, actor=deed.actor, by=by, version=deed.version, note=deed.note)


def decision_at(row: Any, version: int | None) -> AuditEntry | None:
    """Return the decision that brought the record to a version, if it is one that can be undone."""
    newest = history.of_record(kinds.of(row).name, row.pk)[:20]
    return next((e for e in newest if history.is_decision(e) and e.after_json.get("version") == version), None)


def _undo(row: Any, deed: Deed) -> Any:
    # By the version the person saw: a decision that came after it is not theirs to take back unseen.
    entry = decision_at(row, deed.version)
    if entry is None:
        raise NotFound("There is no decision on this record that could be undone.")
    return undoing.undo(entry, actor=deed.actor, note=deed.note)


def _undo_offered(row: Any, actor: Actor) -> bool:
    return applies("undo")(row, actor) and decision_at(row, row.version) is not None


PROMOTE = Verb("promote", "Promote", _promote, applies("promote"), PromoteForm)
REJECT = plain("reject", "Reject", lifecycle.reject)
SUPERSEDE = Verb("supersede", "Supersede", _supersede, applies("supersede"), SupersedeForm)
INVALIDATE = plain("invalidate", "Invalidate", lifecycle.invalidate)
RESTORE = plain("restore", "Restore to the queue", lifecycle.restore)
ANNOTATE = plain("annotate", "Annotate", lifecycle.annotate)
UNDO = Verb("undo", "Undo the last decision", _undo, _undo_offered, UndoForm)
RECORD_VERBS = (PROMOTE, REJECT, SUPERSEDE, INVALIDATE, RESTORE, ANNOTATE, UNDO)
