"""The facts around some rows, so far that every slot of theirs is covered in full: one recursive query.

It starts from rows that were touched (or from conflicts) and walks along shared names, links, replacements, wholes and
conflicts. What a node is says how the walk goes on from it:

| node | what it is | the walk goes on to |
| --- | --- | --- |
| entity, moved | an entity whose slots are covered; moved: with all below | names, conflicts, links, chains, wholes |
| memory | a memory | the name it speaks of, conflicts |
| relationship | a link that was touched | conflicts |
| near | an entity that changed | the entities at the other end of its links |
| name | a name in a project (`via`) | the active rows that go by it |
| conflict | a conflict to check | its members |
| end, other, chain | the other end of a link (`via`); chain: by replacement | its wholes; chain: further replacements |
| above | a whole (`via`: the link to it) | its wholes |
| linked | a conflict to check whose slot is covered already | nothing |

`hop` is 1 for what was touched and whoever shares its names; only their conflicts are looked up.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from engineering.queries import around_sql, locked, trust
from engineering.queries.aliases import Alias, Aliases
from engineering.queries.facts import STRUCTURAL
from engineering.slots import sentences
from engineering.slots.facts import Facts, Link, Remark, Thing, edge

Name = tuple[UUID | None, str]
_OWNERS = ("entity", "moved")


@dataclass
class Seeds:
    """Where a walk starts.

    Attributes:
        entities: entities whose slots are asked for.
        moved: entities whose slots, and those of all below them, are.
        near: entities whose neighbours' slots are.
        memories, relationships: those touched.
        names: names that somebody bore and bears no more.
        conflicts: conflicts that are asked for whatever was touched.
    """

    entities: set[UUID] = field(default_factory=set)
    moved: set[UUID] = field(default_factory=set)
    near: set[UUID] = field(default_factory=set)
    memories: set[UUID] = field(default_factory=set)
    relationships: set[UUID] = field(default_factory=set)
    names: set[Name] = field(default_factory=set)
    conflicts: set[UUID] = field(default_factory=set)

    def nodes(self) -> Iterable[tuple[str, UUID | None, UUID | None, str]]:
        """Yield the nodes to begin with: what, id, via, name."""
        by_what = {
            "entity": self.entities,
            "moved": self.moved,
            "near": self.near,
            "memory": self.memories,
            "relationship": self.relationships,
            "conflict": self.conflicts,
        }
        for what, ids in by_what.items():
            for pk in ids:
                yield what, pk, None, ""
        for project, name in self.names:
            yield "name", None, project, name


@dataclass
class Around:
    """What a walk found.

    Attributes:
        facts: complete for the slots of its owners.
        conflicts: the conflicts whose slots it covers.
        vouched, unattended: records that a person vouched for, or only the auto-triage rule, as (kind, id).
        aliases: texts that stand for one another, for each project (None: for all).
        places: the projects whose aliases were read.
    """

    facts: Facts
    conflicts: set[UUID] = field(default_factory=set)
    vouched: set[trust.Member] = field(default_factory=set)
    unattended: set[trust.Member] = field(default_factory=set)
    aliases: dict[UUID | None, set[Alias]] = field(default_factory=dict)
    places: set[UUID | None] = field(default_factory=set)

    def aliases_of(self, project: UUID | None) -> Aliases:
        """Return the aliases that hold in a project."""
        if project not in self.places:
            return Aliases(project)
        return Aliases(project, self.aliases.get(None, set()) | self.aliases.get(project, set()))

    def trust_of(self, kind: str, pk: UUID) -> int:
        """Return the layer trust of an active member."""
        thing = self.facts.things.get(pk)
        word = thing.type if thing and kind == "entity" else ""
        return trust.of_active(kind, word, (kind, pk) in self.vouched, (kind, pk) in self.unattended)


def read(seeds: Seeds, at: datetime, locks: Collection[int] = ()) -> Around:
    """Return the facts around the seeds, as they are valid at a time.

    Args:
        seeds: where to start.
        at: rows whose validity ended before it do not count.
        locks: held from before the look (see `locked`).
    """
    found: dict[str, list[tuple[Any, ...]]] = {part: [] for part in around_sql.PARTS}
    for part, *columns in locked.fetch(around_sql.statement(connection.vendor), _parameters(seeds, at), locks):
        found[part].append(tuple(columns))
    return _Reading(found).around()


def _parameters(seeds: Seeds, at: datetime) -> list[Any]:
    key = str if connection.vendor == "postgresql" else _hex
    nodes = [[what, pk and key(pk), via and key(via), name] for what, pk, via, name in seeds.nodes()]
    moment = connection.ops.adapt_datetimefield_value(at)
    return [json.dumps(nodes), moment, moment]


def _hex(pk: UUID) -> str:
    return pk.hex


class _Reading:
    """Builds facts of the rows that the query answered."""

    def __init__(self, found: dict[str, list[tuple[Any, ...]]]) -> None:
        self.found = found
        self.nodes: dict[str, set[UUID]] = {}
        self.places: set[UUID | None] = set()
        for pk, what, *_ in found["node"]:
            if what == "name":
                self.places.add(UUID(pk) if pk else None)
            else:
                self.nodes.setdefault(what, set()).add(UUID(pk))

    def around(self) -> Around:
        facts = Facts(owners={pk for what in _OWNERS for pk in self.nodes.get(what, ())})
        self._things(facts)
        for pk, project, content, valid, *_ in self.found["memory"]:
            if valid and project and (said := sentences.said(content)):
                facts.remarks.append(Remark(UUID(pk), UUID(project), said))
        self._links(facts)
        conflicts = self.nodes.get("conflict", set()) | self.nodes.get("linked", set())
        found = Around(facts, conflicts, places=self.places)
        self._history(found)
        self._aliases(found)
        return found

    def _things(self, facts: Facts) -> None:
        chained = (facts.owners or set()) | self.nodes.get("chain", set())
        for pk, project, kind, name, ref, properties, valid, heir in self.found["thing"]:
            one = UUID(pk)
            place = UUID(project) if project else None
            facts.labels[one], facts.places[one] = name, place
            if valid:
                facts.things[one] = Thing(one, place, kind, name, ref or "", json.loads(properties))
            if heir and one in chained:
                facts.replaced.add((one, UUID(heir)))

    def _links(self, facts: Facts) -> None:
        links = (
            Link(UUID(pk), kind, UUID(source), UUID(target)) for pk, kind, source, target, *_ in self.found["link"]
        )
        facts.links = sorted(links)
        for link in facts.links:
            if link.type in STRUCTURAL:
                part, above = edge(link)
                facts.parents.setdefault(part, []).append(above)
            elif link.type == "supersedes":
                facts.replaced.add((link.target, link.source))

    def _history(self, found: Around) -> None:
        for record, kind, action, actor, *_ in self.found["audit"]:
            if trust.vouches(action, actor):
                found.vouched.add((kind, UUID(record)))
            elif action == trust.UNATTENDED_VERB:
                found.unattended.add((kind, UUID(record)))

    def _aliases(self, found: Around) -> None:
        for pk, project, text, stands_for, made, *_ in self.found["alias"]:
            place = UUID(project) if project else None
            found.aliases.setdefault(place, set()).add(Alias(made, pk, text, stands_for))
