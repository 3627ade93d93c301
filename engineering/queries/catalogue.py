"""The catalogue as data: each query's id, address, read function and parameters.

Doors, documentation and tests read this list; a query stands in the product when it stands here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from engineering.queries import (
    baselines,
    budget,
    changes,
    claims,
    constraints,
    contents,
    decided,
    decisions,
    evidence,
    gaps,
    health,
    impact,
    overview,
    requirements,
    results,
    succession,
    suspects,
    uses,
    verification,
)
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
class Word:
    """A parameter that takes a text."""

    name: str
    meaning: str


Param = Choice | Other | Word


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
        looks_back: whether it can be asked `as_of` a moment; those that compare moments cannot.
        files: suffixes under which the whole answer is served as a file (csv for a table, md for the overview).
    """

    id: str
    name: str
    scope: Scope
    path: str
    run: Callable[..., Answer]
    asks: str
    depth: int = 0
    lists: bool = False
    params: tuple[Param, ...] = ()
    looks_back: bool = True
    files: tuple[str, ...] = ()


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
    Query("Q-007", "constraints", _E, "constraints", constraints.constraints, "What constrains it?", _DEEP, lists=True),
    Query("Q-008", "decisions", _E, "decisions", decided.decisions, "Which decisions affect it?", _DEEP, lists=True),
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
        results.results_of,
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
        results.conflicting_results,
        "Which results on it disagree?",
        lists=True,
    ),
    Query(
        "Q-013",
        "changes",
        _P,
        "changes",
        changes.changes,
        "What changed recently?",
        params=(Word("cursor", "`next` of the page before"),),
    ),
    Query(
        "Q-014",
        "decision_history",
        _E,
        "decision-history",
        decided.decision_history,
        "How did the decisions on it follow each other?",
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
    Query(
        "Q-018",
        "succession",
        _E,
        "succession",
        succession.succession,
        "What replaced what?",
        lists=True,
    ),
    Query("Q-019", "uses", _E, "uses", uses.uses, "Where is it used?", lists=True),
    Query("Q-020", "overview", _P, "overview", overview.overview, "Where does the project stand?", files=("md",)),
    Query(
        "Q-101",
        "verification_matrix",
        _P,
        "verification-matrix",
        verification.verification_matrix,
        "How is each requirement verified?",
        lists=True,
        params=(_only(verification.OPEN, verification.FAILED, verification.EVIDENCED, verification.PASSED),),
        files=("csv",),
    ),
    Query("Q-102", "suspects", _P, "suspect-links", suspects.suspects, "Which links are suspect?", lists=True),
    Query(
        "Q-103",
        "differences",
        _P,
        "differences",
        baselines.differences,
        "What differs between two moments?",
        lists=True,
        params=(
            Word(
                "since", "a baseline, a time or the number of an audit row; the newest baseline unless told otherwise"
            ),
            Word("until", "the same, or now, which it is unless told otherwise"),
            Choice("change", ("", *baselines.CHANGES), "list only these; the counts stay whole"),
            Choice("kind", ("", *baselines.KINDS), "list only records of this kind; the counts stay whole"),
        ),
        looks_back=False,
        files=("csv",),
    ),
    Query(
        "Q-104",
        "unreviewed",
        _P,
        "changes/unreviewed",
        changes.unreviewed,
        "What changed since I last reviewed it?",
        params=(Word("cursor", "`next` of the page before"),),
        looks_back=False,
    ),
    Query(
        "Q-105",
        "coverage",
        _P,
        "coverage",
        verification.coverage,
        "How much is satisfied and verified?",
        params=(Word("role", "count also the requirements with a link of this origin_role"),),
        files=("csv",),
    ),
    Query(
        "Q-106",
        "health",
        _P,
        "health",
        health.health,
        "What is wrong with the graph?",
        lists=True,
        params=(Word("role", "only links of this origin_role"),),
    ),
    Query(
        "Q-107",
        "budget",
        _E,
        "budget",
        budget.budget,
        "Does it keep within its budget?",
        _DEEP,
        params=(
            Choice("property", budget.SUMMED, "what is added up"),
            Word("unit", "what it is answered in, such as kg; without it the unit of the bound"),
        ),
    ),
    Query("gaps", "gaps", _P, "gaps", gaps.gaps, "What did the team forget?", lists=True, files=("csv",)),
)
BY_ID: dict[str, Query] = {query.id: query for query in QUERIES}
