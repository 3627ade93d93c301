"""Looking back: points in time, and the records as they stood then.

`seq` orders what happened to one record, and a moment says which rows of the log it takes in: those up to a number,
those up to a time, or both. The row with the highest number among them speaks for its record. A time is compared with
the rows' own times, so that history that was written with its own times is read by them. Rows that were imported from
another log (`external_ref`) are history of another program and may be incomplete: no record is read from them, and
what an import brought stands in the log from its `import` row on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from memories.errors import FieldError, Invalid
from memories.models import AuditEntry, Baseline
from memories.queries.past import Past, live
from memories.text import text_fault

NOW = "now"
#: Filters of lists that the log does not answer: derived columns, who stands in a conflict, what counts from now.
LIVE_ONLY = ("has_similar", "rejected_before", "has_conflict", "cold")
_MOST = 2**63 - 1


@dataclass(frozen=True)
class Moment:
    """A point of the history.

    Attributes:
        at: its time, as answers say it.
        until: rows up to this time; None for no such bound.
        seq: rows up to this number; None for no such bound.
        name: how a person called it: the name of a baseline, or "".
    """

    at: datetime
    until: datetime | None = None
    seq: int | None = None
    name: str = ""

    @property
    def rows(self) -> Q:
        """The condition for the rows of the log that it takes in."""
        condition = Q(external_ref="")
        if self.until is not None:
            condition &= Q(timestamp__lte=self.until)
        return condition if self.seq is None else condition & Q(seq__lte=self.seq)

    @property
    def later(self) -> Q:
        """The condition for the rows that came after it."""
        condition = Q(pk__in=[])
        if self.until is not None:
            condition |= Q(timestamp__gt=self.until)
        if self.seq is not None:
            condition |= Q(seq__gt=self.seq)
        return Q(external_ref="") & condition


_moment: ContextVar[Moment | None] = ContextVar("atocore_moment", default=None)


def current() -> Moment | None:
    """Return the moment that is looked back to, or None for now."""
    return _moment.get()


def asked_at() -> datetime:
    """Return the time that an answer speaks of: now, or the moment that is looked back to."""
    moment = _moment.get()
    return moment.at if moment else timezone.now()


@contextmanager
def looking_back(moment: Moment | None) -> Iterator[None]:
    """Let every read inside answer from the records as they stood then; None changes nothing.

    What reads lazily has to be read inside. Writing a record inside is refused (StrayWrite).
    """
    if moment is None:
        yield
        return
    token = _moment.set(moment)
    try:
        with Past(moment.until, moment.seq):
            yield
    finally:
        _moment.reset(token)


def partial(moment: Moment | None, project: UUID | None = None) -> bool:
    """Tell whether records were imported after a moment: how they stood before, this log does not say.

    Args:
        moment: the moment; None is now, of which all is known.
        project: look at this project's records only.
    """
    if moment is None:
        return False
    brought = AuditEntry.objects.filter(moment.later, action="import")
    with live():
        return (brought if project is None else brought.filter(project_id=project)).exists()


def moment_of(text: str, *, project: UUID | None = None, pointer: str = "?as_of") -> Moment | None:
    """Return the moment that a text names; None for `now`.

    Args:
        text: an ISO time, the number of an audit row, the name of a baseline, or `now`.
        project: whose baselines are meant, as far as the caller may read it.
        pointer: what a refusal points at.

    Raises:
        Invalid: it is none of these, or lies in the future.
    """
    word = text.strip()
    if word.casefold() == NOW:
        return None
    if word.isascii() and word.isdigit():
        return _numbered(word, pointer)
    if time_of(word):
        return _timed(word, pointer)
    named = project is not None and not text_fault(word)  # PostgreSQL takes no NUL, not even to look for one
    found = baselines(project).filter(name__iexact=word[:80]).first() if project and named else None
    if found is None:
        raise _refusal(pointer, _none_such(project), "invalid")
    return of_baseline(found)


def baselines(project: UUID) -> QuerySet[Baseline]:
    """Return the baselines of a project, the newest moment first."""
    return Baseline.objects.filter(project_id=project).order_by("-at", "-id")


def of_baseline(baseline: Baseline) -> Moment:
    """Return the moment that a baseline names; what is imported later with older times does not change it."""
    return Moment(baseline.at, until=baseline.at, seq=baseline.seq, name=baseline.name)


def _none_such(project: UUID | None) -> str:
    words = "Name a time such as 2026-03-01T12:00:00Z, the number of an audit row, or now"
    if project is None:
        return f"{words}; a baseline is found where one project is asked about."
    names = list(baselines(project).values_list("name", flat=True)[:5])
    return f"{words}, or a baseline of the project{': ' + ', '.join(names) if names else ', which has none yet'}."


def _numbered(text: str, pointer: str) -> Moment:
    number = int(text) if len(text) < 20 else _MOST
    times = AuditEntry.objects.order_by("-seq").values_list("timestamp", "seq")
    newest = times.first()
    if newest is None or not 1 <= number <= newest[1]:
        there = f"has rows 1 to {newest[1]}" if newest else "has no row yet"
        raise _refusal(pointer, f"The audit log {there}; {text[:24]} is none of them.", "no_such_row")
    # Numbers may be left out; before the first row there was nothing.
    told = times.filter(seq__lte=number).first() or times.last() or newest
    return Moment(told[0], seq=number)


def _timed(text: str, pointer: str) -> Moment:
    found = time_of(text)
    if found is None or found > timezone.now():
        raise _refusal(pointer, f"{text[:40]} lies in the future.", "future")
    return Moment(found, until=found)


def time_of(text: str) -> datetime | None:
    """Return the time that a text says, in UTC where it names no zone; a day is its first moment. None for none."""
    try:
        # A plus sign that was not encoded in an address arrives as a space.
        found = parse_datetime(text.replace(" ", "+") if "T" in text else text) or datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _refusal(pointer: str, detail: str, code: str) -> Invalid:
    return Invalid([FieldError(pointer, code, detail)])
