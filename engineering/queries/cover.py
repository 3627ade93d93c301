"""Which requirements of a project are satisfied, directly or through their children: what Q-006 and Q-105 count."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from engineering.models import Entity, Relationship
from engineering.queries.alive import alive
from engineering.queries.among import among
from engineering.queries.graph import Graph, Key, key_of, rows_of, said
from memories.choices import Status
from memories.models import Project

SATISFIED, COVERED, PARTIAL, ORPHAN, JUSTIFIED = "satisfied", "covered", "partial", "orphan", "justified"
REFINED, UNREFINED, NO_PARENT = "refined", "unrefined", "no_parent"
#: What is listed, the worst first; the other verdicts are counted only.
LISTED = (ORPHAN, UNREFINED, PARTIAL, JUSTIFIED)
#: What can be satisfied, and so covers what it is derived from.
DEMANDS = ("requirement", "constraint")


_ENDS = (
    "source_entity_id",
    "target_entity_id",
    "source_entity__entity_type",
    "source_entity__project_id",
)


@dataclass
class Cover:
    """The requirements of a project as verdicts are made of them.

    Attributes:
        names: (name, external_ref, level) of each requirement that is asked about.
        justified: those that say why nothing satisfies them.
        satisfied: everything an active design item satisfies.
        children: what is derived from each, by parent.
        others: children that are no demand themselves, and so cover nothing.
        above: what each is derived from, by child.
        refuted: those that count in no way, whatever is derived from them.
        verdicts: satisfied, covered, partial, justified or orphan, for each in `names`.
        tops: the levels at the top.
    """

    names: dict[Key, tuple[str, str | None, str]] = field(default_factory=dict)
    justified: set[Key] = field(default_factory=set)
    satisfied: set[Key] = field(default_factory=set)
    children: dict[Key, list[Key]] = field(default_factory=dict)
    others: set[Key] = field(default_factory=set)
    above: dict[Key, list[Key]] = field(default_factory=dict)
    refuted: set[Key] = field(default_factory=set)
    verdicts: dict[Key, str] = field(default_factory=dict)
    tops: set[str] = field(default_factory=set)

    def refined(self, key: Key) -> bool:
        """Tell whether something is derived from a requirement."""
        return key in self.children

    def loose(self) -> list[Key]:
        """Return the requirements that are derived from nothing although they are not top level.

        One without a level counts as top where something is derived from it.
        """
        bare = ((key, words[2]) for key, words in self.names.items() if key not in self.above)
        return [key for key, level in bare if (level not in self.tops if level else key not in self.children)]

    def _top_levels(self) -> set[str]:
        """Return the levels from which others are derived and which are derived from none; else the first by name."""
        levels = {key: words[2] for key, words in self.names.items() if words[2]}
        pairs = {
            (levels[parent], levels[child])
            for parent, children in self.children.items()
            if parent in levels
            for child in children
            if child in levels
        }
        above = {upper for upper, lower in pairs if upper != lower}
        below = {lower for upper, lower in pairs if upper != lower}
        return above - below or set(sorted(set(levels.values()))[:1])

    def take(self, key: Key, kind: str, met: Any, name: str, external: str | None, level: Any, why: Any) -> None:
        """Take one demand as it was read; `why` says why nothing satisfies it."""
        if met:
            self.satisfied.add(key)
        if kind == "requirement":
            self.names[key] = (name, external, level or "")
            if why and str(why).strip():
                self.justified.add(key)

    def judge(self) -> None:
        """Give every requirement its verdict: the least fixpoint from the satisfied ones upwards."""
        self.tops = self._top_levels()
        missing = {parent: len(children) for parent, children in self.children.items()}
        for parent in (parent for child in self.others for parent in self.above.get(child, ())):
            missing[parent] -= 1
        done, settled, above = set(self.satisfied), list(self.satisfied), self.above
        while settled:
            for parent in above.get(settled.pop(), ()):
                missing[parent] -= 1
                if not missing[parent] and parent not in done and parent not in self.refuted:
                    done.add(parent)
                    settled.append(parent)
        touched = _upwards(done, above)
        for key in self.names:
            unmet = JUSTIFIED if key in self.justified else PARTIAL if key in touched else ORPHAN
            self.verdicts[key] = SATISFIED if key in self.satisfied else COVERED if key in done else unmet


def _upwards(begun: Iterable[Key], above: dict[Key, list[Key]]) -> set[Key]:
    touched = set(begun)
    level = list(touched)
    while level:
        level = [parent for key in level for parent in above.get(key, ()) if parent not in touched]
        touched.update(level)
    return touched


def cover(graph: Graph, project: Project, group: Entity | None = None) -> Cover:
    """Return the requirements of a project with what satisfies and refines them. Two database queries, or three.

    Args:
        graph: what the actor may read.
        project: whose requirements.
        group: only those that are member_of this entity are asked about; verdicts are made of all.
    """
    found = Cover()
    columns = ("id", "entity_type", "mark", "name", "external_ref", said("level"), said("justification"))
    for row in rows_of(demands(graph, project).values_list(*columns)):
        found.take(*row)
    relate(graph, project, found, rows_of(derivations(graph, project).values_list(*_ENDS)))
    if group is not None:
        members = graph.links.filter(target_entity=group, relationship_type="member_of")
        held = {row[0] for row in rows_of(members.order_by().values_list("source_entity_id"))}
        found.names = {key: words for key, words in found.names.items() if key in held}
    found.judge()
    return found


def demands(graph: Graph, project: Project) -> "QuerySet[Entity]":
    """Return the requirements and constraints of a project; `mark` tells whether a design item satisfies one."""
    met = graph.links.filter(target_entity=OuterRef("pk"), relationship_type="satisfies")
    met = met.filter(alive("source")).order_by()
    return graph.active.filter(project=project, entity_type__in=DEMANDS).order_by().annotate(mark=Exists(met))


def derivations(graph: Graph, project: Project) -> "QuerySet[Relationship]":
    """Return the derived_from links with an end in a project."""
    ends = Q(source_entity__status=Status.ACTIVE, target_entity__status=Status.ACTIVE)
    here = Q(target_entity__project=project) | Q(source_entity__project=project)
    return graph.links.filter(ends, here, relationship_type="derived_from").order_by()


def relate(graph: Graph, project: Project, found: Cover, rows: Iterable[tuple[Any, ...]]) -> None:
    """Take what is derived from what: (source, target, the source's type and project). One query across projects."""
    home = key_of(project.pk)
    foreign: set[Key] = set()
    children, above = found.children, found.above
    for source, target, kind, owner in rows:
        children.setdefault(target, []).append(source)
        above.setdefault(source, []).append(target)
        if kind not in DEMANDS:
            found.others.add(source)
        elif owner != home:
            foreign.add(source)
    if foreign:
        ends = Q(source_entity__status=Status.ACTIVE, target_entity__status=Status.ACTIVE)
        elsewhere = graph.links.filter(ends, among("target_entity", foreign), relationship_type="satisfies")
        found.satisfied.update(row[0] for row in rows_of(elsewhere.order_by().values_list("target_entity_id")))


def waiting_for_requirements(project: Project) -> Q:
    """Return the condition for candidates that would satisfy or refine a requirement of a project."""
    return Q(relationship_type__in=("satisfies", "derived_from"), target_entity__project=project)
