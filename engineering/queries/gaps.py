"""`gaps`: what a team forgot, in one answer: orphan requirements, risky decisions, bare claims, violated bounds."""

from django.db.models import BooleanField, Value

from engineering.queries.budget import find_violations
from engineering.queries.claims import find_unsupported, waiting_for_claims
from engineering.queries.cover import waiting_for_requirements
from engineering.queries.decisions import BACK, REACH, risky_of, shaky_assumptions, waiting_on_decisions
from engineering.queries.envelope import Answer, Limits
from engineering.queries.graph import NODE, Graph, Node, rows_of
from engineering.queries.requirements import find_orphans
from engineering.queries.walk import walk
from memories.actors import Actor
from memories.models import Project


def gaps(project: Project, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return Q-006, Q-009, Q-011 and violations (Q-107) of a project as one list; `data.query` says which.

    Args:
        project: whose gaps.
        actor: only what they may read counts.
        limits: the page of the list; counts are of the whole, each under its query's id.
    """
    graph = Graph(actor)
    condition = waiting_for_requirements(project) | waiting_on_decisions(project) | waiting_for_claims(project)
    waiting = graph.pending(condition)
    shaky, claims = _doubtful(graph, project)
    back = walk(graph, [node.key for node, _ in shaky], BACK, REACH)
    parts = [
        find_orphans(graph, project),
        risky_of(graph, project, shaky, back),
        find_unsupported(graph, project, waiting, claims),
        find_violations(graph, project),
    ]
    rule = (
        "Orphan requirements (Q-006), risky decisions (Q-009), unsupported validation claims (Q-011) "
        "and bounds that a value is outside of (Q-107)."
    )
    answer = Answer("gaps", {"project": project.name}, graph.at, rule)
    for part in parts:
        for one in part.items:
            one.data["query"] = part.query
        answer.items += part.items
        answer.cycles += part.cycles
        answer.truncated = answer.truncated or part.truncated
        answer.counts |= {f"{part.query}.{name}": number for name, number in part.counts.items()}
    answer.wait(waiting)
    return answer.page(limits or Limits())


def _doubtful(graph: Graph, project: Project) -> tuple[list[tuple[Node, bool]], list[Node]]:
    """Return the assumptions that may no longer hold, and the claims of a project, in one query."""
    claims = graph.active.filter(project=project, entity_type="validation_claim").order_by()
    marked = claims.annotate(mark=Value(False, BooleanField())).values_list("mark", *NODE)
    rows = rows_of(shaky_assumptions(graph).values_list("mark", *NODE).union(marked, all=True))
    nodes = [(graph.shown(Node(*row[1:])), bool(row[0])) for row in rows]
    shaky = [(node, contested) for node, contested in nodes if node.type == "assumption"]
    return shaky, [node for node, _ in nodes if node.type == "validation_claim"]
