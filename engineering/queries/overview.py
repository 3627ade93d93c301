"""The overview of a project (Q-020): where it stands, on one page, put together from what the other queries answer.

What they share is read once: all entities in one query, all statements in one, the ends of both walks in one.
Deterministic: two runs on the same data give the same answer, but for the time of asking.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Count,
    DateTimeField,
    F,
    Func,
    JSONField,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from engineering.models import Entity
from engineering.propagation import DOWN
from engineering.queries import conflicts, disputes
from engineering.queries.changes import changes
from engineering.queries.claims import (
    CONTRADICTED,
    Case,
    case_of,
    stated,
    statements,
    unsupported_of,
    waiting_for_claims,
)
from engineering.queries.contents import INNER_TYPES, ROOT_TYPES, loose, map_of, roots_of, waiting_for_structure
from engineering.queries.cover import Cover, demands, derivations, relate, waiting_for_requirements
from engineering.queries.decisions import BACK, REACH, risky_of, shaky_assumptions, waiting_on_decisions
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.graph import NODE, Graph, Link, Node, by_name, item, ref, rows_of, said
from engineering.queries.requirements import orphans_of
from engineering.queries.verification import shares, verified_by
from engineering.queries.walk import Walk, links_met, walk_over
from memories.actors import Actor
from memories.choices import ConflictStatus, Status
from memories.models import Project

#: Lines of a section that are shown, and of those that are long; the counts are of all.
SHOWN, TREE_SHOWN = 25, 200
#: Why a row was read that is no entity.
_NUMBER = "number"
SECTIONS = ("gap", "conflict", "decision", "coverage", "requirement", "map", "change")


@dataclass
class _Sheet:
    """What was read of a project.

    Attributes:
        nodes: entities by why they were read: demand, claim, decision, root, shaky.
        marked: of demands those that are satisfied, of shaky assumptions those that are contested.
        unplaced: how many parts have no place in the map.
    """

    nodes: dict[str, list[Node]] = field(default_factory=dict)
    marked: set[tuple[str, Any]] = field(default_factory=set)
    unplaced: int = 0
    satisfied: Cover = field(default_factory=Cover)
    verified: Cover = field(default_factory=Cover)
    claims: Case = field(default_factory=Case)
    below: Walk = field(default_factory=lambda: Walk({}))
    back: Walk = field(default_factory=lambda: Walk({}))

    def of(self, why: str) -> list[Node]:
        """Return the entities that were read for a reason."""
        return self.nodes.get(why, [])

    @property
    def shaky(self) -> list[tuple[Node, bool]]:
        """The assumptions that may no longer hold, each with whether it is contested."""
        return [(node, ("shaky", node.key) in self.marked) for node in self.of("shaky")]


def overview(project: Project, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return the overview: map, decisions in force, requirements with coverage, gaps, open conflicts, changes (Q-020).

    Eight database queries; up to three more where claims or requirements lean on other projects.

    Args:
        project: whose overview.
        actor: only what they may read counts.
        limits: entities of the map at most.
    """
    graph = Graph(actor)
    given = Limits(nodes=min((limits or Limits()).nodes, TREE_SHOWN))
    sheet = _read(graph, project, given)
    waiting = graph.pending(_waiting(project))
    rule = "The map, decisions in force, requirements with their coverage, gaps, open conflicts and last changes."
    answer = Answer("Q-020", {"project": project.name}, graph.at, rule)
    tree = map_of(graph, project, given, sheet.of("root"), sheet.below, sheet.unplaced)
    risky = risky_of(graph, project, sheet.shaky, sheet.back)
    claims = unsupported_of(graph, project, sheet.claims, sheet.of("claim"), waiting)
    _gaps(answer, [orphans_of(graph, project, sheet.satisfied, SHOWN + 1), risky, claims])
    named = [node.name for part in ("demand", "claim", "decision") for node in sheet.of(part)]
    known = {name: name for name in (*named, *(one.name for one in tree.items))}
    _add(answer, "conflict", _conflicts(project, actor, known))
    _add(answer, "decision", _decisions(sheet, risky))
    _add(answer, "coverage", shares(sheet.satisfied, sheet.verified))
    _add(answer, "requirement", _requirements(sheet))
    _add(answer, "map", tree.items)
    _add(answer, "change", changes(project, actor, Limits(nodes=SHOWN)).items)
    answer.edges, answer.frontier, answer.cycles = tree.edges, tree.frontier, answer.cycles + tree.cycles
    answer.truncated = answer.truncated or tree.truncated
    answer.counts |= {f"map.{name}": number for name, number in tree.counts.items()}
    answer.counts |= {"requirements": len(sheet.satisfied.names), "decisions": len(sheet.of("decision"))}
    answer.wait(waiting)
    return answer


def _waiting(project: Project) -> Q:
    """Return the condition for candidates that would bear on any part."""
    claims = waiting_for_requirements(project) | waiting_for_claims(project)
    return waiting_for_structure(project) | waiting_on_decisions(project) | claims


def _read(graph: Graph, project: Project, given: Limits) -> _Sheet:
    """Read what the parts share. Five database queries, up to three more across projects."""
    sheet = _Sheet()
    _read_nodes(graph, project, sheet)
    links = statements(
        graph, project, ("requirement", "validation_claim"), stated(derivations(graph, project), "target", "derived")
    )
    read: dict[str, list[Any]] = {}  # most say the same, which is read once
    for node in sheet.of("demand"):
        if node.properties not in read:
            read[node.properties] = [node.values.get(name) for name in ("level", "justification")]
        met = ("demand", node.key) in sheet.marked
        sheet.satisfied.take(node.key, node.type, met, node.name, node.external_ref, *read[node.properties])
    relate(graph, project, sheet.satisfied, [(row[4], row[3], row[5], row[7]) for row in links if row[0] == "derived"])
    sheet.satisfied.judge()
    spoken = [row for row in links if row[0] != "derived"]
    sheet.verified = verified_by(sheet.satisfied, case_of(graph, project, "requirement", spoken))
    sheet.claims = case_of(graph, project, "validation_claim", spoken)
    _walk(graph, sheet, given)
    return sheet


def _read_nodes(graph: Graph, project: Project, sheet: _Sheet) -> None:
    """Read every entity that a part begins with, each branch with why it is read. One query.

    Of the properties, which are long, each branch reads what is asked of it.
    """
    own = graph.active.filter(project=project)
    whole = F("properties")
    asked, unread = _of_demands(), Value({}, output_field=JSONField())
    branches: list[tuple[str, QuerySet[Entity], Any]] = [
        ("demand", demands(graph, project), asked),
        ("claim", _unmarked(own.filter(entity_type="validation_claim")), whole),
        ("decision", _unmarked(own.filter(entity_type="decision")), whole),
        ("root", _unmarked(loose(graph, project, ROOT_TYPES)), unread),
        ("shaky", shaky_assumptions(graph), whole),
    ]
    columns = ("why", "mark", *("kept" if column == "properties" else column for column in NODE))
    first, *others = [rows.annotate(why=Value(why), kept=kept).values_list(*columns) for why, rows, kept in branches]
    make, kept_by = Node._make, sheet.nodes
    for row in rows_of(first.union(*others, _number_of(loose(graph, project, INNER_TYPES), project), all=True)):
        if row[0] == _NUMBER:
            sheet.unplaced = int(row[4])
            continue
        node = make(row[2:])
        node = node if node.active else graph.shown(node)
        kept_by.setdefault(row[0], []).append(node)
        if row[1]:
            sheet.marked.add((row[0], node.key))


def _number_of(rows: "QuerySet[Entity]", project: Project) -> "QuerySet[Any, Any]":
    """Return how many entities there are as one row of the union: the number as text where the others have a name."""
    number = rows.order_by().values("project").annotate(number=Count("pk")).values("number")
    said: dict[str, Any] = {
        "name": Cast(Coalesce(Subquery(number), 0), TextField()),
        "properties": Value({}, output_field=JSONField()),
        "valid_until": Cast(Value(None), DateTimeField()),
        "confidence": Value(0.0),
        "id": F("pk"),
        "project_id": F("pk"),
    }
    columns = [said.get(column, Value("")) if isinstance(column, str) else Value("") for column in NODE]
    return Project.objects.filter(pk=project.pk).order_by().values_list(Value(_NUMBER), Value(False), *columns)


def _of_demands() -> Func:
    """Return level and justification as JSON. (Before Django's JSONObject, SQLite is asked whether it knows JSON.)"""
    function = "jsonb_build_object" if connection.vendor == "postgresql" else "json_object"
    return Func(
        said("level"),
        said("justification"),
        template=f"{function}('level', %(expressions)s)",
        arg_joiner=", 'justification', ",
        output_field=JSONField(),
    )


def _unmarked(rows: "QuerySet[Entity]") -> "QuerySet[Entity]":
    return rows.order_by().annotate(mark=Value(False, output_field=BooleanField()))


def _walk(graph: Graph, sheet: _Sheet, given: Limits) -> None:
    """Walk down from the roots and back from shaky assumptions; the entities of both are read together."""
    roots = [node.key for node in roots_of(sheet.of("root"), given)]
    shaky = sorted((node.key for node in sheet.of("shaky")), key=str)
    down = links_met(graph, roots, DOWN, given)
    back = links_met(graph, shaky, BACK, REACH)
    nodes = graph.nodes({*roots, *shaky, *_ends(down), *_ends(back)})
    sheet.below = walk_over(graph, roots, DOWN, given, down, nodes)
    sheet.back = walk_over(graph, shaky, BACK, REACH, back, nodes)


def _ends(links: list[Link]) -> set[Any]:
    return {key for link in links for key in (link.source, link.target)}


def _add(answer: Answer, section: str, items: list[Item]) -> None:
    for one in items:
        one.data = {**one.data, "section": section}
    answer.items += items


def _gaps(answer: Answer, parts: list[Answer]) -> None:
    """Add the first gaps of each sort; the counts are of all, each under its query's id."""
    for part in parts:
        for one in part.items:
            one.data["query"] = part.query
        _add(answer, "gap", part.items[:SHOWN])
        answer.cycles += part.cycles
        answer.truncated = answer.truncated or part.truncated or len(part.items) > SHOWN
        answer.counts |= {f"{part.query}.{name}": number for name, number in part.counts.items()}


def _decisions(sheet: _Sheet, risky: Answer) -> list[Item]:
    """Return the newest decisions in force, in order of their names, each with its risk."""
    risks = {one.id: one.group for one in risky.items}
    newest = sorted(sheet.of("decision"), key=lambda node: (node.created_at, str(node.key)), reverse=True)[:SHOWN]
    found = []
    for node in sorted(newest, key=by_name):
        values = node.values
        said: dict[str, Any] = {name: values.get(name) for name in ("statement", "date", "rationale")}
        found.append(item(node, group="in_force", risk=risks.get(ref(node.key), ""), **said))
    return found


def _requirements(sheet: _Sheet) -> list[Item]:
    """Return the first requirements by reference and name, each with what satisfies and verifies it."""
    names = sheet.satisfied.names
    order = sorted(names, key=lambda key: (names[key][1] or "~", names[key][0].casefold(), str(key)))
    found = []
    for key in order[:TREE_SHOWN]:
        name, external, level = names[key]
        verdict, proof = sheet.satisfied.verdicts[key], sheet.verified.verdicts[key]
        proof = CONTRADICTED if key in sheet.verified.refuted else proof
        data = {"external_ref": external, "level": level, "verified": proof}
        found.append(Item(ref(key), "requirement", name, Status.ACTIVE, group=verdict, data=data))
    return found


def _conflicts(project: Project, actor: Actor, names: dict[str, str]) -> list[Item]:
    found = conflicts.visible(actor).filter(project=project, status=ConflictStatus.OPEN)
    rows = found.order_by("-detected_at", "pk")[:SHOWN]
    return [
        Item(
            str(told.row.pk),
            "conflict",
            told.title,
            told.row.status,
            group="open",
            data={"severity": told.row.severity},
        )
        for told in disputes.briefly(rows, actor, names)
    ]


def sections(answer: Answer) -> dict[str, list[Item]]:
    """Return the items of an overview by section, in order."""
    found: dict[str, list[Item]] = {name: [] for name in SECTIONS}
    for one in answer.items:
        found[one.data["section"]].append(one)
    return found


def tally(answer: Answer) -> dict[str, int]:
    """Return the figures of an overview's first lines."""
    parts = sections(answer)
    reached = {one.id: one.data["numerator"] for one in parts["coverage"]}
    counts = Counter(answer.counts)
    return {
        "requirements": counts["requirements"],
        "satisfied": reached.get("satisfied.deep", 0),
        "verified": reached.get("verified.deep", 0),
        "decisions": counts["decisions"],
        "risky": counts["Q-009.risky"],
        "claims": counts["Q-011.claims"],
        "unsupported": counts["Q-011.unsupported"],
        "conflicts": len(parts["conflict"]),
    }
