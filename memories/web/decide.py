"""Decisions posted from a card or a record's page: one verb each, with the version the person saw.

A script gets fragments, a plain form a redirect to where it came from.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from memories.actors import Actor
from memories.choices import Status
from memories.errors import DomainError, Invalid, NotFound
from memories.kinds import Kind, Row
from memories.queries import records, triage
from memories.services import lifecycle
from memories.web import cards
from memories.web.door import page, refuse, wants_fragment
from memories.web.faces import faces

#: Verbs that take the record, the version seen and a reason.
PLAIN: Mapping[str, Callable[..., Row]] = {
    "reject": lifecycle.reject,
    "invalidate": lifecycle.invalidate,
    "restore": lifecycle.restore,
}


def seen_version(request: HttpRequest, name: str = "version") -> int:
    """Return the version a form carries. Raises Invalid where it carries none."""
    text = request.POST.get(name, "")
    if not text.isdecimal() or len(text) > 9:
        raise Invalid.field(name, "The form must carry the version of the record that was seen.", "version_missing")
    return int(text)


@page("POST")
def decide(request: HttpRequest, actor: Actor, kind: Kind, pk: UUID, verb: str) -> HttpResponse:
    """Do one verb on one record."""
    row = records.get(kind.name, pk, actor)
    try:
        row = _run(request, actor, kind, row, verb)
    except DomainError as refusal:
        return refused(request, actor, kind, pk, refusal)
    return done(request, actor, kind, row, verb)


def _run(request: HttpRequest, actor: Actor, kind: Kind, row: Row, verb: str) -> Row:
    note = request.POST.get("note", "")
    if verb == "annotate":
        return lifecycle.annotate(row, actor=actor, note=note)
    version = seen_version(request)
    if verb == "promote":
        return _promote(request, actor, kind, row, version, note)
    own = faces.of(kind).verbs
    if verb in own:
        return own[verb](row, actor=actor, version=version, note=note)
    if verb not in PLAIN:
        raise NotFound(f"There is no verb “{verb[:40]}” for a {kind.name} here.")
    return PLAIN[verb](row, actor=actor, version=version, note=note)


def _promote(request: HttpRequest, actor: Actor, kind: Kind, row: Row, version: int, note: str) -> Row:
    old = request.POST.get("supersedes", "")
    partners = [_partner(text, kind, actor) for text in request.POST.getlist("partner")]
    return lifecycle.promote(
        row,
        actor=actor,
        version=version,
        note=note,
        supersedes=records.get(kind.name, old, actor) if old else None,
        supersedes_version=seen_version(request, "supersedes_version") if old else None,
        partners=partners,
    )


def _partner(text: str, kind: Kind, actor: Actor) -> tuple[Row, int]:
    record_id, _, version = text.partition(":")
    if not version.isdecimal() or not faces.of(kind).partner_kind:
        raise Invalid.field("partner", "A record promoted along is named as id:version.", "bad_partner")
    return records.get(faces.of(kind).partner_kind, record_id, actor), int(version)


def done(request: HttpRequest, actor: Actor, kind: Kind, row: Row, verb: str, **more: Any) -> HttpResponse:
    """Answer a decision that was made."""
    context = {"kind": kind, "row": row, "verb": verb, "title": kind.title(row), **more}
    # What came into force may contradict what stands; the write path says where it does not, to save the look.
    if row.status == Status.ACTIVE and getattr(row, "has_news", True):
        context["news"] = faces.of(kind).told_after(row, actor)
    if wants_fragment(request):
        context |= {"decisions": triage.last_decisions(actor), "tab": kind.plural, "here": back_to(request, kind, row)}
        return render(request, "memories/_decided.html", context)
    messages.success(request, render(request, "memories/_said.html", context).content.decode().strip())
    return redirect(back_to(request, kind, row))


def refused(
    request: HttpRequest, actor: Actor, kind: Kind, pk: UUID, refusal: DomainError, **more: Any
) -> HttpResponse:
    """Answer a decision that was refused; what still waits goes back on top of the queue."""
    waiting = triage.queue(kind.name, actor).filter(pk=pk).first() if wants_fragment(request) else None
    item = cards.row_of(kind, waiting) if waiting else None
    return refuse(request, refusal, returned=item, kind=kind, chosen=frozenset(), **more)


def back_to(request: HttpRequest, kind: Kind, row: Row | None = None) -> str:
    """Return where a plain form wants to go next: its `next`, if that is one of our pages."""
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return kind.url(row.pk) if row is not None else f"/triage/?tab={kind.plural}"
