"""The dashboard of a project: what a team has to look at, counted, with the worst of each; coverage; twelve weeks.

A card's count is the count of the query it names, asked by the same person: whoever follows its link finds the same
rows. The figures are kept until something is written that they depend on (memories.queries.figures).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Min
from django.utils import timezone

from engineering.models import Entity
from engineering.queries import conflicts, disputes
from engineering.queries.claims import Case, case, find_unsupported, waiting_for_claims
from engineering.queries.cover import ORPHAN, Cover, cover
from engineering.queries.decisions import find_risky
from engineering.queries.envelope import Item, Limits
from engineering.queries.graph import Graph, ref
from engineering.queries.health import FAULTS, health
from engineering.queries.requirements import orphans_of
from engineering.queries.suspects import suspects
from engineering.queries.verification import shares, unproved, verified_by
from memories.actors import Actor
from memories.choices import ConflictSeverity, ConflictStatus, Status
from memories.kinds import kinds
from memories.models import Project
from memories.queries import figures, pulse, reviewing

#: Rows of a card.
WORST = 5
#: Counts up when the shape of the figures changes.
_SHAPE = 3


class About(NamedTuple):
    """What a card is about: its heading, what `of` counts, the REST addresses that answer its count and its list."""

    title: str
    unit: str
    queries: tuple[str, ...]


CARDS: Mapping[str, About] = {
    "orphan-requirements": About(
        "Orphan requirements", "requirements", ("queries/projects/{}/gaps/orphan-requirements?verdict=orphan",)
    ),
    "risky-decisions": About("Risky decisions", "decisions", ("queries/projects/{}/gaps/risky-decisions",)),
    "unsupported-claims": About(
        "Unsupported claims", "validation claims", ("queries/projects/{}/gaps/unsupported-claims",)
    ),
    "unverified-requirements": About(
        "Requirements without verification",
        "requirements",
        ("queries/projects/{}/verification-matrix?verdict=open",),
    ),
    "suspect-links": About("Suspect links", "reviewed links", ("queries/projects/{}/suspect-links",)),
    "open-conflicts": About("Open conflicts", "entities", ("conflicts?project={}&status=open&ordering=detected_at",)),
    "graph-health": About("Faults in the graph", "entities", ("queries/projects/{}/health",)),
    "without-provenance": About(
        "Without provenance",
        "active memories and entities",
        tuple(f"{kind}?project={{}}&status=active&without_source=true" for kind in ("memories", "entities")),
    ),
}


def dashboard(project: Project, actor: Actor) -> dict[str, Any]:
    """Return {project, cards, coverage, waiting, trends, reviewing, computed_at}, as the actor may read it."""
    name = f"dashboard {_SHAPE} {settings.ATOCORE_WEAK_BELOW}"
    return figures.kept(name, project, actor, lambda: _made(project, actor))


def _made(project: Project, actor: Actor) -> figures.Made:
    graph = Graph(actor)
    demands, proved = cover(graph, project), case(graph, project, "requirement")
    bare, waits = pulse.unsourced(project, actor), pulse.waiting(project, actor)
    there = _there(graph, project)
    value = {
        "project": project.name,
        "cards": [
            *_forgotten(graph, project, there, demands, proved),
            _suspect(project, actor),
            _conflicts(project, actor, there["all"]),
            _health(project, actor),
            _bare(project, bare),
        ],
        "coverage": [_share(one) for one in shares(demands, verified_by(demands, proved))],
        "waiting": {**waits, "seen": pulse.reviews(project, actor), "recorded": bare["of"] + waits["waiting"]},
        "trends": pulse.trends(project, actor, kinds.named("entity")),
        "reviewing": reviewing.reviewing(project, actor),
        "computed_at": graph.at,
    }
    return figures.Made(value, _reach(project), _until(graph))


def _reach(project: Project) -> frozenset[Any] | None:
    """Return the projects whose writes count: every one where entities of no project might join any two."""
    return None if Entity.objects.filter(project__isnull=True).exists() else figures.reach(project)


def _until(graph: Graph) -> datetime:
    """Return when time alone changes the figures: a new day begins, or an assumption runs out."""
    running = graph.active.filter(entity_type="assumption", valid_until__gt=graph.at).order_by()
    ends: datetime | None = running.aggregate(first=Min("valid_until"))["first"]
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return min(ends, midnight) if ends else midnight


def _there(graph: Graph, project: Project) -> dict[str, int]:
    """Return how many active entities there are by type, and `all`."""
    rows = graph.active.filter(project=project).order_by().values_list("entity_type").annotate(Count("pk"))
    found = dict(rows)
    return {**found, "all": sum(found.values())}


def _forgotten(
    graph: Graph, project: Project, there: dict[str, int], demands: Cover, proved: Case
) -> list[dict[str, Any]]:
    orphans, risky = orphans_of(graph, project, demands), find_risky(graph, project)
    claims = find_unsupported(graph, project, graph.pending(waiting_for_claims(project)))
    bare = unproved(demands, proved)
    named = [(ref(key), *demands.names[key][:2]) for key in bare[:WORST]]
    unverified = [Item(pk, "requirement", name, Status.ACTIVE, data={"external_ref": ext}) for pk, name, ext in named]
    of = len(demands.names)
    return [
        _card(project, "orphan-requirements", orphans.counts.get(ORPHAN, 0), of, orphans.group(ORPHAN), orphans.rule),
        _card(project, "risky-decisions", risky.counts["risky"], there.get("decision", 0), risky.items, risky.rule),
        _card(
            project,
            "unsupported-claims",
            claims.counts["unsupported"],
            claims.counts["claims"],
            claims.items,
            claims.rule,
        ),
        _card(project, "unverified-requirements", len(bare), of, unverified, _UNVERIFIED),
    ]


_UNVERIFIED = "Active requirements that no active result, model or document validates, evidences or supports."


def _card(project: Project, name: str, count: int, of: int, items: Iterable[Item], rule: str) -> dict[str, Any]:
    rows = [_row(one) for one, _ in zip(items, range(WORST), strict=False)]
    return _framed(project, name, count, of, rows, rule)


def _framed(project: Project, name: str, count: int, of: int, rows: list[dict[str, Any]], rule: str) -> dict[str, Any]:
    about = CARDS[name]
    return {
        "name": name,
        "title": about.title,
        "count": count,
        "of": of,
        "unit": about.unit,
        "items": rows,
        "queries": [f"/api/v1/{address.format(project.name)}" for address in about.queries],
        "rule": rule,
    }


def _row(one: Item) -> dict[str, Any]:
    kind, pk = ("relationship", one.via.relationship) if "suspect" in one.flags and one.via else ("entity", one.id)
    return {"kind": kind, "id": pk, "type": one.type, "name": one.name, "note": _note(one), "since": None}


def _note(one: Item) -> str:
    """Return the few words that say why an item is listed."""
    if one.data.get("assumptions"):
        worst = one.data["assumptions"][0]
        return f"{one.group} risk: rests on “{worst['name']}”, {_WORDS.get(worst['reason'], worst['reason'])}"
    if one.data.get("changed"):
        return f"{one.via.type.replace('_', ' ') if one.via else ''} “{one.data['changed']['name']}”, which changed"
    return _WORDS.get(one.group) or str(one.data.get("external_ref") or "")


_WORDS = {
    "invalid": "which is invalid",
    "superseded": "which was superseded",
    "flagged": "which is flagged",
    "expired": "which is past its date",
    "contested": "which is in conflict",
    "contradicted": "the evidence speaks against it",
    "none": "no evidence",
    "only_dead": "only evidence that no longer holds",
    "only_unsupported": "only claims that nothing supports",
    "only_candidates": "only candidates",
    "weak": "weak evidence",
    "in_ring": "stands in a ring",
    "two_parents": "part of two wholes",
    "dead_edge": "linked to what is no longer true",
    "dangling_source": "its source is gone",
    "isolated": "no link at all",
    "unparsed": "a value that cannot be read",
}


def _suspect(project: Project, actor: Actor) -> dict[str, Any]:
    answer = suspects(project, actor, Limits(nodes=WORST))
    return _card(
        project, "suspect-links", answer.counts["suspect"], answer.counts["checked"], answer.items, answer.rule
    )


def _conflicts(project: Project, actor: Actor, of: int) -> dict[str, Any]:
    kind = kinds.named("conflict")
    found = conflicts.visible(actor).filter(project=project, status=ConflictStatus.OPEN)
    oldest = disputes.told(list(found.order_by("detected_at", "pk")[:WORST]), actor)
    rows = [
        {"kind": kind.name, "id": str(one.row.pk), "type": kind.name, "name": one.title}
        | {"note": "" if one.row.severity == ConflictSeverity.CONFLICT else one.row.severity}
        | {"since": one.row.detected_at}
        for one in oldest
    ]
    rule = "Disagreements about one fact that nobody settled yet, the oldest first."
    return _framed(project, "open-conflicts", found.count(), of, rows, rule)


def _health(project: Project, actor: Actor) -> dict[str, Any]:
    answer = health(project, actor, Limits(nodes=WORST))
    count = sum(answer.counts[group] for group in FAULTS)
    return _card(project, "graph-health", count, answer.counts["entities"], answer.items, answer.rule)


def _bare(project: Project, found: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"kind": kind, "id": pk, "type": kind, "name": title, "note": "", "since": None}
        for _, kind, pk, title in found["rows"]
    ]
    return _framed(
        project, "without-provenance", found["count"], found["of"], rows, "Active records that name no source."
    )


def _share(one: Item) -> dict[str, Any]:
    return {"name": one.id.replace(".", "_"), "label": one.name, **one.data}
