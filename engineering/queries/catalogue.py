"""The catalogue as data: each query's id, address, read function and parameters.

Doors, documentation and tests read this list; a query stands in the product when it stands here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from engineering.queries import claims, contents, decisions, evidence, gaps, impact, requirements
from engineering.queries.cover import LISTED, NO_PARENT
from engineering.queries.envelope import Answer


class Scope(StrEnum):
    """What a query is asked about."""

    PROJECT = "projects"
    ENTITY = "entities"


@dataclass(frozen=True)
class Choice:
    """A parameter that takes one of some words; the first is the default."""

    name: str
    words: tuple[str, ...]
    meaning: str


@dataclass(frozen=True)
class Other:
    """A parameter that names an entity."""

    name: str
    meaning: str


@dataclass(frozen=True)
class Query:
    """One query.

    Attributes:
        id: as its users know it.
        name: the read function's and the operation's name.
        scope: whether it is asked about a project or an entity.
        path: last part of its address.
        run: the read function: (project or entity, actor, limits, **parameters) -> Answer.
        asks: the question it answers.
        walks: whether `depth` bounds it; `depth` is then the steps it goes unless told otherwise.
        lists: whether its items are paged by `offset`.
        params: what else it takes.
    """

    id: str
    name: str
    scope: Scope
    path: str
    run: Callable[..., Answer]
    asks: str
    depth: int = 0
    lists: bool = False
    params: tuple[Choice | Other, ...] = ()


_P, _E = Scope.PROJECT, Scope.ENTITY
_DEEP = 25


def _only(*words: str) -> Choice:
    return Choice("verdict", ("", *words), "list only these; the counts stay whole")


QUERIES: tuple[Query, ...] = (
    Query("Q-001", "contents", _E, "contents", contents.contents, "What does it contain?", _DEEP),
    Query("Q-002", "ancestors", _E, "ancestors", contents.ancestors, "What is it part of?", _DEEP),
    Query("Q-003", "interfaces", _E, "interfaces", contents.interfaces, "What does it interface with?", lists=True),
    Query("Q-004", "map", _P, "map", contents.system_map, "How is the system built?", _DEEP, lists=True),
    Query(
        "Q-005",
        "requirements",
        _E,
        "requirements",
        requirements.requirements,
        "Which requirements does it have to meet?",
        _DEEP,
        lists=True,
    ),
    Query(
        "Q-006",
        "orphan_requirements",
        _P,
        "gaps/orphan-requirements",
        requirements.orphan_requirements,
        "Which requirements does nothing satisfy?",
        lists=True,
        params=(
            Choice(
                "basis", ("satisfies", "derived_from"), "what answers a requirement: a design item, or a refinement"
            ),
            Other("group", "only requirements that are member_of this entity, such as a document"),
            _only(*LISTED, NO_PARENT),
        ),
    ),
    Query(
        "Q-009",
        "risky_decisions",
        _P,
        "gaps/risky-decisions",
        decisions.risky_decisions,
        "Which decisions rest on assumptions that no longer hold?",
        lists=True,
        params=(_only(decisions.HIGH, decisions.MEDIUM, decisions.LOW),),
    ),
    Query(
        "Q-010",
        "results",
        _E,
        "results",
        claims.results_of,
        "Which results validate it?",
        lists=True,
    ),
    Query(
        "Q-011",
        "unsupported_claims",
        _P,
        "gaps/unsupported-claims",
        claims.unsupported_claims,
        "Which validation claims does nothing support?",
        lists=True,
        params=(_only(*claims.REASONS),),
    ),
    Query(
        "Q-012",
        "conflicting_results",
        _E,
        "conflicting-results",
        claims.conflicting_results,
        "Which results on it disagree?",
        lists=True,
    ),
    Query(
        "Q-016",
        "impact",
        _E,
        "impact",
        impact.impact,
        "What does changing it touch?",
        impact.IMPACT_DEPTH,
        params=(Choice("change", (impact.CHANGED, impact.LOST), "its content changed, or it is no longer true"),),
    ),
    Query("Q-017", "evidence", _E, "evidence", evidence.evidence, "What stands behind it?", _DEEP),
    Query("gaps", "gaps", _P, "gaps", gaps.gaps, "What did the team forget?", lists=True),
)
BY_ID: dict[str, Query] = {query.id: query for query in QUERIES}
