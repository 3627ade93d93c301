"""Decisions: those that affect a part (Q-008), those on shaky ground (Q-009), the history of a part (Q-014)."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from engineering.models import ConflictMember, Entity
from engineering.propagation import RESTS_ON, Step, Way, turned
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import NODE, Graph, Key, Link, Node, item, key_of, ref, rows_of
from engineering.queries.walk import Walk, walk
from memories.actors import Actor
from memories.choices import ConflictStatus, Status
from memories.models import Project

DECIDED_BY = (Step("affected_by_decision", Way.OUT),)
ANSWERS = (Step("satisfies", Way.OUT), Step("constrained_by", Way.OUT))
REPLACED_BY = (Step("supersedes", Way.IN),)
#: Q-009 looks this many links deep.
RISK_DEPTH = 5
HIGH, MEDIUM, LOW = "high", "medium", "low"


def risky_decisions(project: Project, actor: Actor, limits: Limits | None = None, *, verdict: str = "") -> Answer:
    """Return the active decisions of a project that rest on an assumption one can no longer trust (Q-009).

    high: directly on an invalid one; medium: directly on a superseded, flagged, expired or contested one; low: through
    other entities only.

    Args:
        project: whose decisions.
        actor: only what they may read counts.
        limits: the page of the list.
        verdict: only decisions of this risk; the counts stay whole.
    """
    graph = Graph(actor)
    answer = find_risky(graph, project)
    answer.params = {"project": project.name, "verdict": verdict}
    answer.items = [one for one in answer.items if verdict in ("", one.group)]
    answer.wait(graph.pending(waiting_on_decisions(project)))
    return answer.page(limits or Limits())


def find_risky(graph: Graph, project: Project) -> Answer:
    """Return the whole of Q-009 without paging and without what waits. Three database queries."""
    rows = rows_of(shaky_assumptions(graph).values_list("mark", *NODE))
    shaky = [(graph.shown(Node(*row[1:])), bool(row[0])) for row in rows]
    back = walk(graph, [node.key for node, _ in shaky], BACK, REACH)
    return risky_of(graph, project, shaky, back)


def risky_of(graph: Graph, project: Project, shaky: list[tuple[Node, bool]], back: Walk) -> Answer:
    """Return Q-009 from the assumptions that may no longer hold (and whether each is contested) and the walk back."""
    answer = Answer("Q-009", {"project": project.name}, graph.at, _RULE)
    reasons = {node.key: _reason(node, contested) for node, contested in shaky}
    own = key_of(project.pk)
    decisions = [node for node in back.reached if node.type == "decision" and node.project == own]
    ways = _forward(back.links)
    found = [_risk(node, back, ways, reasons) for node in decisions]
    answer.items = sorted(found, key=lambda one: ((HIGH, MEDIUM, LOW).index(one.group), one.name.casefold(), one.id))
    answer.counts = {"risky": len(found), **Counter(one.group for one in found)}
    answer.truncated = len(back.depth) >= REACH.nodes
    return answer


_RULE = (
    "Active decisions that reach, within five links over based_on_assumption, depends_on and supports, an "
    "assumption that is invalid, superseded, flagged, past its date or in an open conflict."
)
#: From an assumption to what rests on it; the entities that an analysis of a whole project may pass through.
BACK, REACH = turned(RESTS_ON), Limits(RISK_DEPTH, 100_000)


def shaky_assumptions(graph: Graph) -> "QuerySet[Entity]":
    """Return the assumptions that may no longer hold; `mark` tells whether one is in an open conflict."""
    contested = ConflictMember.objects.filter(
        member_kind="entity", member_id=OuterRef("pk"), conflict__status=ConflictStatus.OPEN, left_at__isnull=True
    )
    doubt = (
        Q(status__in=[Status.INVALID, Status.SUPERSEDED])
        | Q(properties__flagged=True)
        | Q(valid_until__lt=graph.at)
        | Exists(contested)
    )
    return graph.entities.filter(doubt, entity_type="assumption").order_by().annotate(mark=Exists(contested))


def _reason(node: Node, contested: bool) -> str:
    """Return why an assumption is shaky, the gravest reason."""
    if node.status != Status.ACTIVE:
        return node.status
    if node.values.get("flagged") is True:
        return "flagged"
    return "contested" if contested else "expired"


def _risk(decision: Node, back: Walk, ways: dict[Key, list[Key]], reasons: dict[Key, str]) -> Item:
    """Return a decision with the assumptions it rests on and the path to each; the gravest decides its risk."""
    came = _within(decision.key, ways)
    shaky = sorted((key for key in came if key in reasons), key=lambda key: (_level(key, came, reasons), str(key)))
    level = (HIGH, MEDIUM, LOW)[_level(shaky[0], came, reasons)]
    assumptions = [
        {
            "id": ref(key),
            "name": back.nodes[key].name,
            "reason": reasons[key],
            "path": [ref(step) for step in _path(key, came)],
        }
        for key in shaky
    ]
    return item(decision, depth=len(assumptions[0]["path"]) - 1, group=level, assumptions=assumptions)


def _level(key: Key, came: dict[Key, Key | None], reasons: dict[Key, str]) -> int:
    if len(_path(key, came)) > 2:
        return 2
    return 0 if reasons[key] == Status.INVALID else 1


def _within(start: Key, ways: dict[Key, list[Key]]) -> dict[Key, Key | None]:
    """Return what stands within RISK_DEPTH links of a decision, each with the entity before it."""
    came: dict[Key, Key | None] = {start: None}
    level = [start]
    for _ in range(RISK_DEPTH):
        new: list[Key] = []
        for key in level:
            for other in ways.get(key, ()):
                if other not in came:
                    came[other] = key
                    new.append(other)
        level = new
    return came


def _path(key: Key, came: dict[Key, Key | None]) -> list[Key]:
    found: list[Key] = []
    step: Key | None = key
    while step is not None:
        found.append(step)
        step = came[step]
    return found[::-1]


def _forward(links: Iterable[Link]) -> dict[Key, list[Key]]:
    """Return what each entity rests on."""
    ways: dict[Key, list[Key]] = {}
    for link in links:
        source, target = (link.target, link.source) if link.type == "supports" else (link.source, link.target)
        ways.setdefault(source, []).append(target)
    return ways


def waiting_on_decisions(project: Project) -> Q:
    """Return the condition for candidates that a decision of a project would rest on."""
    types = [step.type for step in RESTS_ON]
    decides = Q(source_entity__entity_type="decision") | Q(target_entity__entity_type="decision")
    return Q(relationship_type__in=types, source_entity__project=project) & decides
