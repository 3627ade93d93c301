"""What changed in a project, recently (Q-013) or since one last reviewed it (Q-104): old -> new, by request."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils.dateparse import parse_datetime

from engineering.queries.envelope import Answer, Item, Limits, iso
from memories import permissions
from memories.actors import Actor
from memories.errors import FieldError, Invalid
from memories.kinds import kinds
from memories.models import AuditEntry, Project, ReviewMark
from memories.queries import history, moments

#: Audit rows of a page unless told otherwise.
PAGE = 200


def changes(project: Project, actor: Actor, limits: Limits | None = None, *, cursor: str = "") -> Answer:
    """Return the last changes of a project, newest first, one item a request with its rows and a summary (Q-013).

    Args:
        project: whose changes.
        actor: only rows of the log that they may read.
        limits: `nodes` audit rows a page.
        cursor: `next` of the page before.

    Raises:
        Invalid: the cursor is none of ours.
    """
    rule = "Rows of the audit log of this project, newest first, grouped by the request that wrote them."
    answer = Answer("Q-013", {"project": project.name, "cursor": cursor}, moments.asked_at(), rule)
    return _fill(answer, _rows(project, actor), limits, cursor)


def unreviewed(project: Project, actor: Actor, limits: Limits | None = None, *, cursor: str = "") -> Answer:
    """Return what changed in a project since the actor's own mark, in the order and groups of Q-013 (Q-104).

    `counts` has `reviewed`, the row of the log that the mark stands at (0: nothing was reviewed yet), and `newest`, the
    row to move it to once the first page was read.

    Args:
        project: whose changes.
        actor: whose mark; only rows of the log that they may read.
        limits: `nodes` audit rows a page.
        cursor: `next` of the page before.

    Raises:
        Invalid: the cursor is none of ours.
    """
    rule = "Rows of the audit log of this project that came after your mark, grouped by the request that wrote them."
    answer = Answer("Q-104", {"project": project.name, "cursor": cursor}, moments.asked_at(), rule)
    mark = ReviewMark.objects.filter(project=project, reviewer=actor.label).first()
    reviewed = mark.seq if mark else 0
    rows = _rows(project, actor).filter(seq__gt=reviewed)
    # What comes in while one reads is left for the next review.
    newest = rows.order_by().aggregate(newest=Max("seq"))["newest"] or reviewed
    _fill(answer, rows, limits, cursor)
    answer.counts |= {"reviewed": reviewed, "newest": newest}
    return answer


def _rows(project: Project, actor: Actor) -> QuerySet[AuditEntry]:
    own = AuditEntry.objects.filter(project_id=project.pk).exclude(entity_kind="review_mark")
    return permissions.for_principal(own, actor)


def _fill(answer: Answer, rows: QuerySet[AuditEntry], limits: Limits | None, cursor: str) -> Answer:
    most = min((limits or Limits(nodes=PAGE)).nodes, PAGE)
    if cursor:
        rows = rows.filter(_before(cursor))
    page = list(rows.order_by("-timestamp", "-seq")[: most + 1])
    kept = page[:most]
    answer.items = [_request(entries) for entries in _grouped(kept)]
    answer.counts = {"rows": len(kept), "requests": len(answer.items)}
    answer.wait([])
    if len(page) > most:
        answer.truncated, answer.next = True, f"{kept[-1].timestamp.isoformat()}~{kept[-1].seq}"
    return answer


def _before(cursor: str) -> Q:
    time, _, number = cursor.partition("~")
    moment = _moment(time)
    if moment is None or not (number.isascii() and number.isdigit() and len(number) < 19):
        detail = "This is no cursor of ours: follow `next` as it is."
        raise Invalid([FieldError("?cursor", "invalid", detail)])
    return Q(timestamp__lte=moment) & (Q(timestamp__lt=moment) | Q(seq__lt=int(number)))


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text.replace(" ", "+"))
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):  # no such day, or one before the first in UTC
        return None


def _grouped(entries: list[AuditEntry]) -> list[list[AuditEntry]]:
    groups: dict[str, list[AuditEntry]] = {}
    for entry in entries:
        groups.setdefault(entry.request_id or str(entry.decision_id), []).append(entry)
    return list(groups.values())


def _request(entries: list[AuditEntry]) -> Item:
    first = entries[0]
    made = Item(first.request_id or str(first.decision_id), "request", summary(entries), first.action, group="request")
    made.data = {"actor": first.actor, "at": iso(first.timestamp), "rows": [_row(entry) for entry in entries]}
    return made


def summary(entries: list[AuditEntry]) -> str:
    """Return what a request did as one line: "user:anna: promote 3 entities, update 1 memory"."""
    deeds = Counter((entry.action, entry.entity_kind) for entry in entries)
    words = [f"{action} {number} {_word(kind, number)}" for (action, kind), number in sorted(deeds.items())]
    about = f" ({entries[0].title})" if len(entries) == 1 else ""
    return f"{entries[0].actor}: {', '.join(words)}{about}"


def _word(kind: str, number: int) -> str:
    return kind if number == 1 or kind not in kinds else kinds.named(kind).plural


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "kind": entry.entity_kind,
        "id": entry.record_id,
        "title": entry.title,
        "action": entry.action,
        "at": iso(entry.timestamp),
        "note": entry.note,
        "changes": [{"field": change.name, "old": change.old, "new": change.new} for change in history.diff(entry)],
    }
