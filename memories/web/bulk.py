"""Many candidates at once, and taking decisions back. Each item has its own result; what was skipped stays selected."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from memories import permissions
from memories.actors import Actor
from memories.choices import Status
from memories.errors import DomainError, Invalid, NotFound
from memories.kinds import kinds
from memories.models import AuditEntry
from memories.queries import triage as queries
from memories.services import bulk as bulk_verbs
from memories.services import undo as undoing
from memories.text import clean_text
from memories.web import cards
from memories.web.decide import back_to, refused
from memories.web.door import page, wants_fragment
from memories.web.triage import Queue, bar_context, queue_context

#: More than this is asked about first (triage-ux).
UNASKED = 20


@page("POST")
def bulk(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Do one verb on the selected candidates, or on all that pass the filters."""
    found = Queue(QueryDict(request.POST.get("filter", "")), actor)
    verb, fields = _asked(request)
    across = request.POST.get("all") == "1"
    items = _across(found) if across else [_item(text) for text in request.POST.getlist("item")]
    if not items:
        raise Invalid.field("items", "Nothing is selected.", "item_count")
    if (across or len(items) > UNASKED) and request.POST.get("confirmed") != str(len(items)):
        return _ask(request, found, items, across)
    results = bulk_verbs.bulk(
        found.kind.name, verb, items, actor=actor, fields=fields, note=request.POST.get("note", "")
    )
    return _report(request, found, verb, results)


def _asked(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    verb = request.POST.get("verb", "")
    if verb == "set-project":
        return "update", {"project": request.POST.get("to_project") or None}
    if verb == "set-type":
        return "update", {request.POST.get("type_field", ""): request.POST.get("to_type", "")}
    if verb not in ("promote", "reject"):
        raise Invalid.field("verb", "Bulk decisions are promote, reject, set project and set type.", "invalid_choice")
    return verb, {}


def _item(text: str) -> tuple[UUID, int]:
    record_id, _, version = text.partition(":")
    try:
        return UUID(record_id), int(version)
    except ValueError:
        raise Invalid.field("item", "An item is named as id:version.", "bad_item") from None


def _across(found: Queue) -> list[tuple[UUID, int]]:
    return [(row.pk, row.version) for row in found.page(size=bulk_verbs.MOST).rows]


def _ask(request: HttpRequest, found: Queue, items: list[tuple[UUID, int]], across: bool) -> HttpResponse:
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", "confirmed")
    ]
    words = {"promote": "Promote", "reject": "Reject"}.get(request.POST.get("verb", ""), "Change")
    context = {
        "kept": kept,
        "count": len(items),
        "across": across,
        "total": found.rows.order_by().count() if across else len(items),
        "words": words,
        "kind": found.kind,
        "back": found.address,
    }
    template = "memories/_bulk_ask.html" if wants_fragment(request) else "memories/bulk_ask.html"
    return render(request, template, context)


def _report(request: HttpRequest, found: Queue, verb: str, results: list[bulk_verbs.ItemResult]) -> HttpResponse:
    left = [result for result in results if result.outcome != "done"]
    context: dict[str, Any] = {
        "verb": verb,
        "done": len(results) - len(left),
        "left": left,
        "request_id": found.actor.request_id,
        "undoable": len(results) > len(left),
    }
    if not wants_fragment(request):
        messages.add_message(
            request,
            messages.WARNING if left else messages.SUCCESS,
            render(request, "memories/_bulk_said.html", context).content.decode(),
        )
        return redirect(f"{reverse('triage')}?{found.address}")
    chosen = frozenset(str(result.id) for result in left)
    return render(
        request, "memories/_bulk_done.html", context | queue_context(found, chosen) | bar_context(request, found)
    )


@page("POST")
def undo(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Take one decision back by its audit number, or all decisions of one request."""
    request_id = request.POST.get("request", "")
    if request_id:
        return _undo_request(request, actor, request_id)
    entry = _entry(request.POST.get("seq", ""), actor)
    kind = kinds.named(entry.entity_kind) if entry.entity_kind in kinds else None
    if kind is None:
        raise NotFound(f"Audit row {entry.seq} is no decision that can be undone.")
    try:
        rows = undoing.undo(entry, actor=actor)
    except DomainError as refusal:
        return refused(request, actor, kind, UUID(entry.record_id), refusal)
    return _undone(request, actor, rows, entry)


def _entry(seq: str, actor: Actor) -> AuditEntry:
    visible = permissions.for_principal(AuditEntry.objects.all(), actor)
    entry = visible.filter(seq=int(seq)).first() if seq.isdecimal() and len(seq) < 19 else None
    if entry is None:
        raise NotFound("There is no such decision that you may see.")
    return entry


def _undone(request: HttpRequest, actor: Actor, rows: list[Any], entry: AuditEntry) -> HttpResponse:
    shown = request.POST.get("tab", "")
    returned = [
        cards.row_of(kinds.of(row), row)
        for row in rows
        if row.status == Status.CANDIDATE and kinds.of(row).plural == shown
    ]
    context = {"entry": entry, "returned": returned, "chosen": frozenset()}
    if not wants_fragment(request):
        messages.success(request, f"Taken back: {entry.action} of “{entry.title}”.")
        return redirect(back_to(request, kinds.named(entry.entity_kind), rows[0]))
    here = f"{reverse('triage')}?{urlencode({'tab': shown})}"
    return render(
        request,
        "memories/_undone.html",
        context | {"decisions": queries.last_decisions(actor), "here": here, "tab": shown},
    )


def _undo_request(request: HttpRequest, actor: Actor, request_id: str) -> HttpResponse:
    results = undoing.undo_request(clean_text(request_id, "request", most=64, single=True), actor=actor)
    if not results:
        raise NotFound("There is nothing of that request to take back.")
    refusals = [refusal for _, refusal in results if refusal]
    words = f"{len(results) - len(refusals)} taken back, {len(refusals)} refused."
    messages.add_message(
        request,
        messages.WARNING if refusals else messages.SUCCESS,
        " ".join([words, *(str(one.message) for one in refusals[:3])]),
    )
    return redirect(back_to(request, kinds.named(results[0][0].entity_kind)))
