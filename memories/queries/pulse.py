"""The pulse of a project: how long candidates wait, what has no source, twelve weeks of what came and was decided."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.fields.json import KT
from django.db.models.functions import TruncWeek
from django.utils import timezone

from memories import permissions
from memories.actors import Actor
from memories.choices import Role, Status
from memories.kinds import Kind, kinds
from memories.models import AuditEntry, Project
from memories.queries import triage

WEEKS = 12
SHOWN = 5
_PROMOTED, _BORN = ("promote", "auto_promote"), ("create", "import")


def reviews(project: Project, actor: Actor) -> bool:
    """Tell whether the actor sees the candidates of a project."""
    role = actor.principal.role_on(project.pk)
    return role is not None and role.includes(Role.REVIEWER)


def waiting(project: Project, actor: Actor) -> dict[str, Any]:
    """Return {waiting, by_kind, since}: `since` names when the median and the oldest tenth of candidates came.

    Moments, not ages: they stay true while time passes.
    """
    counts = triage.counts(actor, project_id=project.pk)
    total = sum(counts.values())
    found: dict[str, Any] = {"waiting": total, "by_kind": counts, "since": {"median": None, "p90": None}}
    if total:
        queues = [triage.queue(kind.name, actor, project_id=project.pk) for kind in kinds.triaged()]
        first, *others = (rows.select_related(None).order_by().values_list("created_at", flat=True) for rows in queues)
        came = first.union(*others, all=True).order_by("created_at")
        found["since"] = {"median": came[(total - 1) // 2], "p90": came[(total - 1) // 10]}
    return found


def unsourced(project: Project, actor: Actor) -> dict[str, Any]:
    """Return {count, of, by_kind, rows}: active records of a project without a source, the oldest first."""
    found: dict[str, Any] = {"count": 0, "of": 0, "by_kind": {}, "rows": []}
    for kind in (kind for kind in kinds if kind.unsourced is not None):
        rows = _active(kind, project, actor)
        bare = rows.filter(kind.unsourced)
        number = bare.count()
        found["by_kind"][kind.plural] = number
        found["count"] += number
        found["of"] += rows.count()
        oldest = bare.order_by("created_at", "pk")[:SHOWN] if number else []
        found["rows"] += [(row.created_at, kind.name, str(row.pk), kind.title(row)) for row in oldest]
    found["rows"] = sorted(found["rows"])[:SHOWN]
    return found


def _active(kind: Kind, project: Project, actor: Actor) -> Any:
    own = kind.model._base_manager.filter(status=Status.ACTIVE, **{kind.project_paths[0]: project})
    return permissions.for_principal(own, actor)


def week_of(moment: datetime) -> datetime:
    """Return the Monday, in UTC, with which a moment's week begins."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())


def trends(project: Project, actor: Actor, counted: Kind) -> list[dict[str, Any]]:
    """Return twelve weeks, the oldest first: {week, came, promoted, rejected, active}. Three queries.

    Args:
        project: whose audit log is read.
        actor: who does not review sees no candidates: came and rejected are None then.
        counted: the kind whose active records are counted at the end of each week.
    """
    this = week_of(timezone.now())
    weeks = [this - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    rows = AuditEntry.objects.filter(project_id=project.pk, timestamp__gte=weeks[0], entity_kind__in=_triaged())
    grouped = rows.order_by().annotate(week=TruncWeek("timestamp"))
    tally = {week: {"came": 0, "promoted": 0, "rejected": 0} for week in weeks}
    for week, action, status, number in grouped.values_list("week", "action", "status").annotate(Count("pk")):
        word = _word(action, status)
        if word and week in tally:
            tally[week][word] += number
    active = _standing(grouped, weeks, project, counted)
    unseen = {} if reviews(project, actor) else {"came": None, "rejected": None}
    return [{"week": week, **tally[week], **unseen, "active": active[week]} for week in weeks]


def _triaged() -> list[str]:
    return [kind.name for kind in kinds.triaged()]


def _word(action: str, status: str) -> str:
    if action in _PROMOTED:
        return "promoted"
    if action == "reject":
        return "rejected"
    return "came" if action in _BORN and status == Status.CANDIDATE else ""


def _standing(grouped: Any, weeks: list[datetime], project: Project, kind: Kind) -> dict[datetime, int]:
    """Return how many records were active at the end of each week: those of today, less what changed since."""
    own = kind.model._base_manager.filter(status=Status.ACTIVE, **{kind.project_paths[0]: project})
    gained = dict.fromkeys(weeks, 0)
    # What an import brought stands in the log from its import row on; rows of the older log would count it twice.
    moves = grouped.filter(entity_kind=kind.name, external_ref="").annotate(was=KT("before_json__status"))
    for week, action, was, status, number in moves.values_list("week", "action", "was", "status").annotate(Count("pk")):
        born = action in _BORN and status == Status.ACTIVE
        raised = was not in (None, Status.ACTIVE) and status == Status.ACTIVE
        ended = was == Status.ACTIVE and status != Status.ACTIVE
        if week in gained:
            gained[week] += number * (int(born or raised) - int(ended))
    found, now = {}, own.count()
    for week in reversed(weeks):
        found[week] = max(0, now)
        now -= gained[week]
    return found
