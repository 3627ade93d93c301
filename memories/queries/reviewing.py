"""How reviewing goes: how much of what each source proposes is accepted, and how many decisions people make a day.

Read off the audit log; a decision that was taken back later still was made. History that an import brought is left out.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone

from memories.actors import Actor
from memories.choices import Status
from memories.kinds import kinds
from memories.models import AuditEntry, Finding, Project
from memories.queries.pulse import WEEKS, reviews

#: Days over which decisions are counted, and sources that are shown.
DAYS, SHOWN = 28, 10
ACCEPTED, DECLINED = ("promote", "auto_promote", "graduate"), ("reject",)
#: Whose decisions are those of people.
_PEOPLE = Q(actor__startswith="user:") | Q(actor__startswith="admin:")
#: Decisions of which the extractor is looked up, and ids of one look-up.
_MOST, _AT_ONCE = 2_000, 500
Tally = dict[str, dict[str, int]]


def log(since: datetime, until: datetime | None = None) -> "QuerySet[AuditEntry]":
    """Return the rows of the log about records that people triage, of a span of time."""
    rows = AuditEntry.objects.filter(timestamp__gte=since, entity_kind__in=[kind.name for kind in kinds.triaged()])
    rows = rows.filter(external_ref="").order_by()
    return rows.filter(timestamp__lt=until) if until else rows


def reviewing(project: Project, actor: Actor) -> dict[str, Any] | None:
    """Return {days, decisions, per_day, weeks, sources, extractors}; None for who does not review the project.

    A source is the label of who proposed, an extractor what found the words in an exchange; those of which most was
    decided come first.
    """
    if not reviews(project, actor):
        return None
    now = timezone.now()
    own = log(now - timedelta(weeks=WEEKS)).filter(project_id=project.pk)
    decided = decisions(own.filter(timestamp__gte=now - timedelta(days=DAYS))).get(project.pk, 0)
    return {
        "days": DAYS,
        "decisions": decided,
        "per_day": round(decided / DAYS, 1),
        "weeks": WEEKS,
        "sources": _shares(accepted(own).get(project.pk, {})),
        "extractors": _shares(by_extractor(own)),
    }


def _shares(tally: Tally) -> list[dict[str, Any]]:
    def decided(numbers: dict[str, int]) -> int:
        return numbers["promoted"] + numbers["rejected"]

    most = sorted(tally.items(), key=lambda one: (-decided(one[1]), one[0]))[:SHOWN]
    return [{"proposed_by": name, **numbers, "share": numbers["promoted"] / decided(numbers)} for name, numbers in most]


def accepted(rows: "QuerySet[AuditEntry]") -> dict[UUID | None, Tally]:
    """Return, by project, how many proposals of each source were promoted and rejected."""
    decided = rows.filter(action__in=(*ACCEPTED, *DECLINED)).annotate(source=KT("after_json__created_by"))
    found: dict[UUID | None, Tally] = {}
    for project, source, action, number in decided.values_list("project_id", "source", "action").annotate(Count("pk")):
        numbers = found.setdefault(project, {}).setdefault(source or "", {"promoted": 0, "rejected": 0})
        numbers["promoted" if action in ACCEPTED else "rejected"] += number
    return found


def by_extractor(rows: "QuerySet[AuditEntry]") -> Tally:
    """Return how much of what each extractor found was promoted and rejected, of the newest 2,000 decisions."""
    decided = rows.filter(action__in=(*ACCEPTED, *DECLINED)).order_by("-seq")
    actions = [(UUID(record_id), action) for record_id, action in decided.values_list("record_id", "action")[:_MOST]]
    extractors: dict[UUID, str] = {}
    for start in range(0, len(actions), _AT_ONCE):
        ids = {pk for pk, _ in actions[start : start + _AT_ONCE]}
        found = Finding.objects.filter(
            record_kind__in=[kind.name for kind in kinds], record_id__in=ids, outcome=Finding.Outcome.PROPOSED
        )
        extractors.update(found.values_list("record_id", "run__extractor"))
    tally: Tally = {}
    for pk, action in actions:
        if pk in extractors:
            numbers = tally.setdefault(extractors[pk], {"promoted": 0, "rejected": 0})
            numbers["promoted" if action in ACCEPTED else "rejected"] += 1
    return tally


def decisions(rows: "QuerySet[AuditEntry]") -> dict[UUID | None, int]:
    """Return, by project, how many decisions people made."""
    verbs = {verb.action for kind in kinds.triaged() for verb in kind.lifecycle if verb.decides} - {"update"}
    own = rows.filter(_PEOPLE, action__in=verbs)
    return dict(own.values_list("project_id").annotate(Count("decision_id", distinct=True)))


def moves(rows: "QuerySet[AuditEntry]") -> dict[UUID | None, dict[str, int]]:
    """Return, by project, how many candidates came and what became of records: {came, promoted, rejected, expired}."""
    words = {**dict.fromkeys(ACCEPTED, "promoted"), "reject": "rejected", "expire": "expired"}
    found: dict[UUID | None, dict[str, int]] = {}
    counted = rows.filter(Q(action__in=words) | Q(action__in=("create", "import"), status=Status.CANDIDATE))
    for project, action, number in counted.values_list("project_id", "action").annotate(Count("pk")):
        tally = found.setdefault(project, dict.fromkeys(("came", "promoted", "rejected", "expired"), 0))
        tally[words.get(action, "came")] += number
    return found


def standing() -> dict[UUID | None, dict[str, dict[str, int]]]:
    """Return, by project, how many records of each kind there are, by status."""
    found: dict[UUID | None, dict[str, dict[str, int]]] = {}
    for kind in kinds:
        path = f"{kind.project_paths[0]}_id"
        rows = kind.model._base_manager.order_by().values_list(path, "status").annotate(Count("pk"))
        for project, status, number in rows:
            found.setdefault(project, {}).setdefault(kind.plural, {})[status] = number
    return found


def ages(at: datetime) -> dict[UUID | None, dict[str, float]]:
    """Return, by project, how many days the median candidate and the oldest tenth have waited: {median, p90}."""
    came: dict[UUID | None, list[datetime]] = {}
    for kind in kinds.triaged():
        rows = kind.model._base_manager.filter(status=Status.CANDIDATE).order_by()
        for project, moment in rows.values_list(f"{kind.project_paths[0]}_id", "created_at").iterator():
            came.setdefault(project, []).append(moment)
    return {project: _quantiles(sorted(moments), at) for project, moments in came.items()}


def _quantiles(moments: list[datetime], at: datetime) -> dict[str, float]:
    last = len(moments) - 1
    places: Iterable[tuple[str, int]] = (("median", last // 2), ("p90", last // 10))
    return {word: round((at - moments[place]).total_seconds() / 86_400, 2) for word, place in places}
