"""`gaps`: what a team forgot, in one answer: orphan requirements, risky decisions, unsupported claims."""

from engineering.queries.claims import find_unsupported, waiting_for_claims
from engineering.queries.cover import waiting_for_requirements
from engineering.queries.decisions import find_risky, waiting_on_decisions
from engineering.queries.envelope import Answer, Limits
from engineering.queries.graph import Graph
from engineering.queries.requirements import find_orphans
from memories.actors import Actor
from memories.models import Project


def gaps(project: Project, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return Q-006, Q-009 and Q-011 of a project as one list; `data.query` says where an item comes from.

    Args:
        project: whose gaps.
        actor: only what they may read counts.
        limits: the page of the list; counts are of the whole, each under its query's id.
    """
    graph = Graph(actor)
    condition = waiting_for_requirements(project) | waiting_on_decisions(project) | waiting_for_claims(project)
    waiting = graph.pending(condition)
    parts = [find_orphans(graph, project), find_risky(graph, project), find_unsupported(graph, project, waiting)]
    rule = "Orphan requirements (Q-006), risky decisions (Q-009) and unsupported validation claims (Q-011)."
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
