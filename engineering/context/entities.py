"""The entities of a pack: those that the prompt names or finds, and around them requirements, decisions and gaps.

Six queries at most, whatever is found: the search (two), the links around, the records at their ends (twice, where a
decision was replaced) and what the gaps are judged by.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from engineering.context.gather import Asking, words_of
from engineering.context.render import fold, values
from engineering.context.sections import ENTITIES, Line
from engineering.models import Entity
from engineering.propagation import EVIDENCE, Step, Way
from engineering.queries.among import among
from engineering.queries.decided import DECIDED_BY, DEMANDED
from engineering.queries.decisions import shaky_assumptions
from engineering.queries.graph import Graph, Key, Link, key_of, rows_of
from engineering.queries.succession import chain, in_force
from memories.choices import Status
from memories.queries.search import Found, standing
from memories.search import words
from memories.text import normalise

#: Entities whose surroundings are told; the others stand for themselves.
FOCUS = 8
#: Requirements and decisions told around them.
MOST_AROUND = 60
_MET = (Step("satisfies", Way.IN), Step("derived_from", Way.IN))
_RESTS = (Step("based_on_assumption", Way.OUT),)
_ROLES = {"satisfies": "requirement of", "constrained_by": "constraint on", "affected_by_decision": "decision on"}


@dataclass
class _View:
    """What is told: rows by key in the order of telling, the role of what stands around, and open gaps."""

    rows: dict[Key, Entity] = field(default_factory=dict)
    why: dict[Key, str] = field(default_factory=dict)
    roles: dict[Key, str] = field(default_factory=dict)
    gaps: dict[Key, str] = field(default_factory=dict)

    def add(self, row: Entity, why: str, role: str = "") -> None:
        key = key_of(row.pk)
        if key not in self.rows:
            self.rows[key], self.why[key] = row, why
        if role:
            self.roles.setdefault(key, role)


def entities(asking: Asking) -> list[Line]:
    """Return the lines of entities: each that is named with what stands around it, then the others that were found."""
    graph, hits = Graph(asking.actor, asking.at), _named_first(asking.asked.prompt, asking.find("entity"))
    view, focus = _View(), hits[:FOCUS]
    around = _around(asking, graph, [hit.row for hit in focus])
    for hit in focus:
        view.add(hit.row, words_of(hit))
        for row, role in around.get(key_of(hit.row.pk), ()):
            view.add(row, f"{role} {hit.row.name}", f"{role} {fold(hit.row.name, 80)}")
    for hit in hits[FOCUS:]:
        view.add(hit.row, words_of(hit))
    view.gaps = _gaps(graph, view.rows)
    return [_line(asking, view, key) for key in view.rows]


def _named_first(prompt: str, hits: Sequence[Found]) -> list[Found]:
    """Return the hits, those first whose whole name stands in the prompt (the longest name first)."""
    said = f" {' '.join(words.runs(prompt))} "
    names = [words.runs(hit.row.name) for hit in hits]
    refs = [words.runs(hit.row.external_ref or "") for hit in hits]

    def rank(place: int) -> tuple[int, int]:
        held = [len(found) for found in (names[place], refs[place]) if found and f" {' '.join(found)} " in said]
        return -max(held, default=0), place

    return [hits[place] for place in sorted(range(len(hits)), key=rank)]


def _around(asking: Asking, graph: Graph, focus: Sequence[Entity]) -> dict[Key, list[tuple[Entity, str]]]:
    """Return the requirements, constraints and decisions in force around each of some entities."""
    links = graph.touching([key_of(row.pk) for row in focus], (*DEMANDED, *DECIDED_BY))
    targets = {link.target for link in links}
    rows = _read(asking, targets)
    replaced = {link.target for link in links if link.type == "affected_by_decision" and link.target not in rows}
    heirs = {key: in_force(key, successors) for key in replaced} if (successors := chain(graph, replaced)) else {}
    rows |= _read(asking, set(heirs.values()) - rows.keys())
    found: dict[Key, list[tuple[Entity, str]]] = {}
    for link in sorted(links, key=lambda one: (list(_ROLES).index(one.type), one.target)):
        row = rows.get(heirs.get(link.target, link.target))
        if row and len(found.setdefault(link.source, [])) < MOST_AROUND:
            found[link.source].append((row, _ROLES[link.type]))
    return found


def _read(asking: Asking, keys: Collection[Key]) -> dict[Key, Entity]:
    if not keys:
        return {}
    rows = standing("entity", [UUID(key) for key in keys], asking.actor, at=asking.at)
    return {key_of(row.pk): row for row in rows}


def _gaps(graph: Graph, rows: dict[Key, Entity]) -> dict[Key, str]:
    """Return what is open about some entities, by the rules of Q-006, Q-009 and Q-011 read off their own links.

    A requirement that something is derived from is not judged here: that takes the whole tree (Q-006).
    """
    asked = {name: [key for key, row in rows.items() if row.entity_type == name] for name in _JUDGED}
    links = _bearing(graph, asked)
    found = {key: _JUDGED["requirement"] for key in asked["requirement"] if _unmet(rows[key], key, links)}
    stood_for = {end for link in links for end in (link.source, link.target)}
    found |= {key: _JUDGED["validation_claim"] for key in asked["validation_claim"] if key not in stood_for}
    shaky = _shaky(graph, {link.target for link in links if link.type == "based_on_assumption"})
    risky = {link.source for link in links if link.type == "based_on_assumption" and link.target in shaky}
    return found | {key: _JUDGED["decision"] for key in asked["decision"] if key in risky}


_JUDGED = {
    "requirement": "nothing satisfies it",
    "decision": "it rests on an assumption that may no longer hold",
    "validation_claim": "no result stands behind it",
}


def _bearing(graph: Graph, asked: dict[str, list[Key]]) -> list[Link]:
    """Return the links by which requirements are met, decisions founded and claims supported. One query."""
    if not any(asked.values()):
        return []
    living = Q(source_entity__status=Status.ACTIVE, target_entity__status=Status.ACTIVE)
    met = graph.leaving(asked["requirement"], _MET) | graph.leaving(asked["validation_claim"], EVIDENCE)
    return graph.read_links(graph.links.filter((met & living) | graph.leaving(asked["decision"], _RESTS)))


def _unmet(row: Entity, key: Key, links: Iterable[Link]) -> bool:
    justified = str(row.properties.get("justification") or "").strip()
    return not justified and not any(link.target == key for link in links)


def _shaky(graph: Graph, keys: Collection[Key]) -> set[Key]:
    if not keys:
        return set()
    return {found[0] for found in rows_of(shaky_assumptions(graph).filter(among("pk", keys)).values_list("id"))}


def _line(asking: Asking, view: _View, key: Key) -> Line:
    row = view.rows[key]
    return Line(
        "entity",
        row,
        entity_text(asking, row, view.roles.get(key, ""), view.gaps.get(key, "")),
        ENTITIES,
        view.why[key],
    )


def _once(name: str, parts: Sequence[str]) -> list[str]:
    """Return the parts that do not repeat the name or one another: what was said in one sentence is all three."""
    told = {normalise(name)}
    kept: list[str] = []
    for part in parts:
        if normalise(part) not in told:
            told.add(normalise(part))
            kept.append(part)
    return kept


def entity_text(asking: Asking, row: Entity, role: str = "", gap: str = "") -> str:
    """Return what a line says of an entity: type, name, whose it is, what it states, its values, what is open."""
    kind = row.entity_type.replace("_", " ")
    ref = f", {fold(row.external_ref, 80)}" if row.external_ref else ""
    said = [str(row.properties.get("statement") or ""), row.description, values(row.properties, but=("statement",))]
    parts = _once(row.name, [fold(text).rstrip(".") for text in said if text.strip()])
    about = f" ({kind}{ref}{f'; {role}' if role else ''})"
    state = f": {'. '.join(parts)}" if parts else ""
    return f"{asking.place(row.project)}{fold(row.name, 300)}{about}{state}{f'. OPEN: {gap}' if gap else ''}"
