"""The overview of a project (Q-020): one page of what the other queries answer, and the same as Markdown.

Deterministic: two runs on the same data give the same bytes; no time of asking stands in the text.
"""

from django.db.models import Q

from engineering.models import Conflict
from engineering.queries.changes import changes
from engineering.queries.contents import system_map
from engineering.queries.envelope import Answer, Item, Limits
from engineering.queries.gaps import gaps
from engineering.queries.graph import Graph, by_name, item
from engineering.queries.verification import coverage
from memories import permissions
from memories.actors import Actor
from memories.choices import ConflictStatus
from memories.models import Project

#: Lines of a section that are shown; the counts are of all.
SHOWN = 25
TREE_SHOWN = 200
_SECTIONS = ("map", "decision", "coverage", "gap", "conflict", "change")


def overview(project: Project, actor: Actor, limits: Limits | None = None) -> Answer:
    """Return the overview: map, decisions in force, coverage, gaps, open conflicts, last changes (Q-020).

    It is put together from other queries, so it asks the database more often than they do: a fixed number of times.

    Args:
        project: whose overview.
        actor: only what they may read counts.
        limits: entities of the map at most.
    """
    graph = Graph(actor)
    rule = "The map, decisions in force, coverage of requirements, gaps, open conflicts and last changes."
    answer = Answer("Q-020", {"project": project.name}, graph.at, rule)
    most = min((limits or Limits()).nodes, TREE_SHOWN)
    tree = system_map(project, actor, Limits(nodes=most))
    missing, covered = gaps(project, actor, Limits(nodes=SHOWN)), coverage(project, actor)
    parts = [one for one in tree.items if one.group != "unplaced"]
    answer.items = _as("map", parts) + _as("decision", _decisions(graph, project))
    answer.items += _as("coverage", covered.items) + _as("gap", missing.items)
    answer.items += _as("conflict", _conflicts(project, actor))
    answer.items += _as("change", changes(project, actor, Limits(nodes=SHOWN)).items)
    answer.edges, answer.cycles = tree.edges, missing.cycles
    answer.pending = missing.pending
    answer.truncated = tree.truncated or missing.truncated
    answer.frontier = tree.frontier
    answer.counts = {**covered.counts, **missing.counts, **{f"map.{name}": n for name, n in tree.counts.items()}}
    return answer


def _as(section: str, items: list[Item]) -> list[Item]:
    for one in items:
        one.data = {**one.data, "section": section}
    return items


def _decisions(graph: Graph, project: Project) -> list[Item]:
    rows = graph.active.filter(project=project, entity_type="decision").order_by("-created_at", "pk")[:SHOWN]
    return [
        item(node, group="in_force", statement=node.values.get("statement"), date=node.values.get("date"))
        for node in sorted(graph.read(rows), key=by_name)
    ]


def _conflicts(project: Project, actor: Actor) -> list[Item]:
    found = Conflict.objects.filter(Q(project=project), status=ConflictStatus.OPEN).order_by("-detected_at", "pk")
    rows = permissions.for_principal(found, actor)[:SHOWN]
    return [
        Item(str(row.pk), "conflict", str(row), row.status, group="open", data={"severity": row.severity})
        for row in rows
    ]


def as_markdown(project: Project, answer: Answer) -> str:
    """Return an overview as Markdown."""
    sections = {name: [one for one in answer.items if one.data["section"] == name] for name in _SECTIONS}
    lines = [f"# {_text(project.name)}", ""]
    if project.description:
        lines += [_text(project.description), ""]
    lines += _section("System", _tree(sections["map"]), "No system is recorded yet.")
    lines += _section("Decisions in force", [_decision(one) for one in sections["decision"]], "None recorded yet.")
    lines += _section("Requirements", _coverage(sections["coverage"]), "None recorded yet.")
    lines += _section("Gaps", [_gap(one) for one in sections["gap"]], "All clear.")
    lines += _section("Open conflicts", [_conflict(one) for one in sections["conflict"]], "None.")
    lines += _section("Last changes", [_change(one) for one in sections["change"]], "None.")
    if answer.truncated:
        lines += ["_Only the first part is shown; the queries map and gaps hold all of it._", ""]
    return "\n".join(lines).rstrip() + "\n"


def _text(words: str) -> str:
    """Return words as one line in which Markdown sees no markup."""
    line = " ".join(str(words).split())
    return "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in line)


def _section(title: str, lines: list[str], empty: str) -> list[str]:
    return [f"## {title}", "", *(lines or [empty]), ""]


def _tree(items: list[Item]) -> list[str]:
    """Return the map as a nested list, each part under its whole."""
    below: dict[str, list[Item]] = {}
    for one in items:
        below.setdefault(one.via.source if one.via else "", []).append(one)
    lines: list[str] = []
    open_items = [(one, 0) for one in reversed(below.get("", []))]
    while open_items:
        one, indent = open_items.pop()
        lines.append(f"{'  ' * indent}- {_text(one.name)} ({one.type.replace('_', ' ')})")
        children = sorted(below.get(one.id, []), key=lambda child: (child.name.casefold(), child.id), reverse=True)
        open_items += [(child, indent + 1) for child in children]
    return lines


def _decision(one: Item) -> str:
    date = f" ({_text(one.data['date'])})" if one.data.get("date") else ""
    statement = f": {_text(one.data['statement'])}" if one.data.get("statement") else ""
    return f"- **{_text(one.name)}**{date}{statement}"


def _coverage(items: list[Item]) -> list[str]:
    if not items or not items[0].data["denominator"]:
        return []
    return [
        f"- {one.name}: {one.data['numerator']} of {one.data['denominator']} ({one.data['share']:.0%})" for one in items
    ]


def _gap(one: Item) -> str:
    return f"- {one.group.replace('_', ' ')}: {_text(one.name)} ({one.type.replace('_', ' ')}, {one.data['query']})"


def _conflict(one: Item) -> str:
    return f"- {_text(one.name)} ({one.data['severity']})"


def _change(one: Item) -> str:
    return f"- {one.data['at'][:16].replace('T', ' ')} {_text(one.name)}"
