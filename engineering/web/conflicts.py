"""A conflict's page: its sides beside each other, what a decision would do, and the decision.

Everything is plain links and forms: a key presses the link that shows what a decision does, Enter the button that
makes it. A refusal comes back as the same page with what was typed.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime

from engineering.models import Conflict
from engineering.queries import conflicts, disputes
from engineering.queries.conflicts import Dispute, Effect
from engineering.services.conflicts import resolve
from engineering.slots import wording
from engineering.web import conflict_asked, conflict_sides
from engineering.web.conflict_asked import Asked
from engineering.web.conflict_list import Place
from memories.actors import Actor
from memories.choices import ConflictStatus, Role
from memories.errors import Invalid, NotFound, StateConflict
from memories.models import AuditEntry
from memories.queries import history, triage
from memories.web.decide import seen_version
from memories.web.door import page

#: Decisions after which the next conflict is shown.
_LEADS_ON = ("keep", "set_value", "both_true", "dismiss")


@dataclass
class Outcome:
    """How an attempt at a decision ended: the answer's HTTP status, the faults by field, what stood in the way."""

    code: int = 200
    faults: dict[str, str] = field(default_factory=dict)
    refusal: StateConflict | None = None


@dataclass(frozen=True)
class Plan:
    """What a decision would do, in words."""

    summary: str
    lines: Sequence[str]
    losers: str = ""


@page("GET", "POST")
def conflict(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """One conflict: read it, see what a decision does, decide."""
    row = _get(pk, actor)
    asked = conflict_asked.read(request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        return _show(request, actor, row, asked, Outcome())
    version = seen_version(request)
    try:
        _decide(row, asked, actor, version)
    except Invalid as refusal:
        faults = {error.pointer.strip("/").split("/")[0]: error.detail for error in refusal.errors}
        return _show(request, actor, _get(pk, actor), asked, Outcome(422, faults))
    except StateConflict as refusal:
        return _show(request, actor, _get(pk, actor), asked, Outcome(409, refusal=refusal))
    return _done(request, actor, _get(pk, actor), asked)


def _get(pk: UUID, actor: Actor) -> Conflict:
    row = conflicts.visible(actor).filter(pk=pk).first()
    if row is None:
        raise NotFound(f"There is no conflict {pk} that you may see.")
    return row


def _decide(row: Conflict, asked: Asked, actor: Actor, version: int) -> None:
    """Call the verb that was asked for. Raises Invalid for what it lacks."""
    seen: dict[str, Any] = {"actor": actor, "version": version, "note": asked.note}
    if asked.act == "reopen":
        resolve.reopen(row, **seen)
    elif asked.act == "no_action":
        resolve.annotate(row, **seen)
    elif asked.act == "keep" and asked.winner:
        resolve.keep(row, asked.winner, losers=asked.losers, seen=asked.seen, **seen)
    elif asked.act == "set_value":
        resolve.set_value(row, asked.value, seen=asked.seen, **seen)
    elif asked.act in ("dismiss", "both_true"):
        scopes = {member: scope for member, scope in asked.scopes.items() if scope}
        resolve.dismiss(row, seen=asked.seen, scopes=scopes, both_true=asked.act == "both_true", **seen)
    else:
        raise Invalid.field("act", "Say what to do: keep a member, set a value, dismiss.", "required")


def _done(request: HttpRequest, actor: Actor, row: Conflict, asked: Asked) -> HttpResponse:
    """Lead on to the next conflict of the queue, or back to the list where there is none."""
    place = Place(asked.place)
    told = disputes.told([row], actor)[0]
    if asked.act not in _LEADS_ON:
        messages.success(request, "Noted." if asked.act == "no_action" else f"Opened again: {told.title}.")
        return redirect(place.of(row))
    messages.success(request, f"{row.status.capitalize()}: {told.title}.")
    try:
        after = place.beside(row, actor)[1]
    except Invalid:  # nonsense in the address must not spoil a decision that was made
        place, after = Place(), None
    return redirect(place.of(after) if after else place.url())


def _show(request: HttpRequest, actor: Actor, row: Conflict, asked: Asked, outcome: Outcome) -> HttpResponse:
    is_open = row.status == ConflictStatus.OPEN
    dispute = Dispute(row) if is_open else None
    table = conflict_sides.table(row, dispute, actor, asked.seen if outcome.refusal else None)
    plan = _plan(dispute, table, actor, asked, outcome) if dispute and table.disagree else None
    place = Place(asked.place)
    before, after = place.beside(row, actor)
    past = list(history.of_record("conflict", row.pk)[:20])
    role = actor.principal.role_on(row.project_id)
    context = {
        "row": row,
        "told": disputes.told([row], actor)[0],
        "severity": wording.SEVERITIES[row.severity],
        "opened_by": disputes.opened_by(row, actor),
        "table": table,
        "asked": asked,
        "plan": plan,
        "faults": outcome.faults,
        "refusal": _refused(outcome.refusal),
        "may_decide": role is not None and role.includes(Role.REVIEWER),
        "sets_value": dispute is not None and dispute.property is not None,
        "merges": _merges(table) if is_open else [],
        "here": place.of(row),
        "base": f"/conflicts/{row.pk}/",
        "kept": f"&{urlencode({'list': asked.place})}" if asked.place else "",
        "resolution": _resolution(row, table),
        "before": place.of(before) if before else "",
        "after": place.of(after) if after else "",
        "list": place.url(),
        "history": past,
        "undoable": _undoable(past),
        "latest": _latest(actor),
    }
    return render(request, "engineering/conflict.html", context, status=outcome.code)


def _plan(dispute: Dispute, table: conflict_sides.Table, actor: Actor, asked: Asked, outcome: Outcome) -> Plan | None:
    """Return what the decision asked for would do; None where it changes no record, or cannot be told yet."""
    try:
        if asked.act == "keep" and asked.winner:
            if asked.winner not in table.ids():
                raise NotFound(f"{asked.winner} is no side of this conflict that you may see.")
            return _words(dispute.keep(asked.winner, asked.losers), actor, asked)
        if asked.act == "set_value" and asked.value.strip():
            return _words(dispute.set_value(asked.value.strip()), actor, asked)
    except Invalid as refusal:
        outcome.code = 422
        outcome.faults = {"value": refusal.message} | outcome.faults
    return None


def _words(effects: Sequence[Effect], actor: Actor, asked: Asked) -> Plan:
    other = ""
    if asked.act == "keep" and any(effect.verb == "update" for effect in effects):
        other = "supersede"
    elif asked.losers == "supersede":
        other = "correct"
    return Plan(_summary(effects), [_line(effect, actor) for effect in effects], other)


def _line(effect: Effect, actor: Actor) -> str:
    """Return what happens to one record, its words left out where the actor may not read it."""
    return (
        effect.words if conflicts.may_read(effect, actor) else f"one {effect.kind} that you may not read is changed too"
    )


def _summary(effects: Sequence[Effect]) -> str:
    """Return an impact in one sentence: “This will supersede a memory and correct 3 entities.”"""
    parts = []
    for verb, word in (("supersede", "supersede"), ("update", "correct")):
        held = Counter(effect.kind for effect in effects if effect.verb == verb)
        if held:
            parts.append(f"{word} " + " and ".join(_counted(count, kind) for kind, count in held.items()))
    return f"This will {', and '.join(parts)}." if parts else "All other sides agree with it; nothing else changes."


def _counted(count: int, kind: str) -> str:
    if count == 1:
        return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    plural = {"entity": "entities", "memory": "memories"}.get(kind, f"{kind}s")
    return f"{wording.number(count)} {plural}"


def _resolution(row: Conflict, table: conflict_sides.Table) -> str:
    """Return how it was settled; the member that was kept goes by its title."""
    word, _, rest = row.resolution.partition(" ")
    kept = next((column for column in table.columns if word == "kept" and rest == column.side.ref), None)
    return f"kept {kept.letter}, {kept.side.value}" if kept else row.resolution


def _merges(table: conflict_sides.Table) -> list[dict[str, Any]]:
    """Return the merges into the most trusted entity of those that compete for one subject."""
    entities = [column for column in table.columns if column.side.kind == "entity"]
    return [{"into": entities[0], "other": other} for other in entities[1:]] if entities else []


def _refused(refusal: StateConflict | None) -> dict[str, Any] | None:
    if refusal is None:
        return None
    at = refusal.data.get("at")
    return {"message": refusal.message, "data": refusal.data, "at": parse_datetime(str(at)) if at else None}


def _undoable(past: Sequence[AuditEntry]) -> AuditEntry | None:
    newest = next((entry for entry in past if entry.action != "annotate"), None)
    return newest if newest is not None and history.is_decision(newest) and newest.action != "undo" else None


def _latest(actor: Actor) -> AuditEntry | None:
    """Return the actor's last decision that stands: what the key z takes back."""
    return next((decision.entry for decision in triage.last_decisions(actor) if decision.latest), None)
