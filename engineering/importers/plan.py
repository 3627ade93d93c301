"""From what a reader found to what is to be written: pure, by the mapping and the ontology. It reads no database.

Every item and link of the tree ends as a planned record or as a refused finding; a repaired one is planned and has a
finding besides.
"""

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engineering.importers.cycles import drop_cycles
from engineering.importers.mapping import FALLBACK, RoleRule
from engineering.importers.mapping import Mapping as ToolMapping
from engineering.importers.records import ForeignItem, ForeignLink, Tree
from engineering.ontology import acyclic_group, canonical_edge, declared, ends_allowed
from memories.errors import Invalid
from memories.findings import Finding, Place
from memories.text import MAX_NAME, clean_json, text_fault

MAX_REF = 300
MAX_ROLE = 120
MAX_TITLE = 120
_UNTAKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
Edge = tuple[str, str, str]  # relationship type, source, target; ends by external_ref


@dataclass(frozen=True, slots=True)
class PlannedEntity:
    """An entity to create or bring up to date, found again by its external_ref."""

    external_ref: str
    entity_type: str
    name: str
    description: str
    properties: dict[str, Any]
    active: bool
    place: Place


@dataclass(frozen=True, slots=True)
class PlannedLink:
    """A relationship between two external_refs; `suspect` is what the tool's own fingerprint says, None for nothing."""

    source: str
    type: str
    target: str
    origin_role: str
    place: Place
    stamp: str = ""
    suspect: bool | None = None

    @property
    def edge(self) -> Edge:
        """The pair as it is stored from either side; the foreign role tells `refers_to` links apart."""
        name, source, target = canonical_edge(self.type, self.source, self.target)
        return (f"{name}:{self.origin_role}" if name == FALLBACK else name), source, target


@dataclass(frozen=True, slots=True)
class Known:
    """What the project holds already.

    Attributes:
        types: entity type by external_ref, of live entities that are not in the tree too.
        edges: live links of the types that must form no cycle.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    edges: Iterable[Edge] = ()


@dataclass(slots=True)
class Plan:
    """What to write, and what to report.

    Attributes:
        repaired_refs: external_refs of entities that were repaired.
        repaired_edges: links that were repaired.
        folded: links that say what an earlier one says, one entry each.
        complete, present: as in records.Tree.
    """

    tool: str
    read: Counter[str]
    entities: list[PlannedEntity] = field(default_factory=list)
    links: list[PlannedLink] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    repaired_refs: set[str] = field(default_factory=set)
    repaired_edges: set[Edge] = field(default_factory=set)
    folded: list[Edge] = field(default_factory=list)
    complete: bool = True
    present: set[str] = field(default_factory=set)


def build(tree: Tree, mapping: ToolMapping, known: Known) -> Plan:
    """Return the plan of a tree.

    Args:
        tree: what the reader found.
        mapping: how its types and roles become AtoCore's.
        known: what the project holds already, so that links may point there.
    """
    plan = Plan(tree.tool, tree.read, findings=list(tree.findings), complete=tree.complete, present=set(tree.present))
    _Planner(plan, mapping, known).run(tree)
    return plan


class _Planner:
    def __init__(self, plan: Plan, mapping: ToolMapping, known: Known) -> None:
        self.plan, self.mapping, self.known = plan, mapping, known
        self.types: dict[str, str] = {}

    def run(self, tree: Tree) -> None:
        for item in tree.items:
            self._item(item)
        taken: dict[Edge, PlannedLink] = {}
        for link in tree.links:
            planned = self._link(link)
            if planned is not None:
                self._keep(planned, taken)
        self._break_cycles(taken)
        self.plan.links.extend(taken.values())

    def _item(self, item: ForeignItem) -> None:
        entity_type = item.declared or self.mapping.entity_type(item.type)
        fault = self._fault(item, entity_type)
        if fault or entity_type is None:
            self.plan.present.add(item.ref)
            self._refuse_item(item, *(fault or ("unknown_type", "")))
            return
        name, description = self._text(item, self._name(item)), self._text(item, item.description)
        properties = dict(item.properties)
        if len(name) > MAX_NAME:
            properties["title"] = name
            name = f"{name[: MAX_NAME - 1]}…"
            self._repair_item(item, "name_cut", f"a name has {MAX_NAME} characters at most; all of it is in `title`")
        stated = "statement" in properties or item.declared
        if description and not stated and "statement" in declared(entity_type):
            properties["statement"], description = description, ""
        self.types[item.ref] = entity_type
        self.plan.entities.append(
            PlannedEntity(item.ref, entity_type, name, description, properties, item.active, item.place)
        )

    def _fault(self, item: ForeignItem, entity_type: str | None) -> tuple[str, str] | None:
        if entity_type is None:
            known = ", ".join(sorted(self.mapping.types))
            return "unknown_type", f"the type {item.type!r} is not in the mapping; known: {known}"
        if item.ref in self.types:
            return "repeated_ref", "an item of that id was read before"
        if len(item.ref) > MAX_REF or text_fault(item.ref) or not item.ref.isprintable():
            return "unusable_ref", f"an id is one line of at most {MAX_REF} printable characters"
        try:
            clean_json(item.properties, "properties")
        except Invalid as error:
            return "unreadable_value", error.message
        fault = text_fault(_UNTAKEN.sub("", item.description))
        return ("too_large", fault.detail) if fault else None

    def _name(self, item: ForeignItem) -> str:
        """Return the title, else the first sentence of the text (cut at a word), else the id."""
        paragraph = next((part for part in item.description.split("\n\n") if part.strip()), "")
        words = " ".join((item.name or paragraph.strip(" #*_`\n") or item.ref).split())
        if item.name or len(words) <= MAX_TITLE:
            return words
        first = re.split(r"(?<=[.;:])\s", words, maxsplit=1)[0]
        return textwrap.shorten(first, MAX_TITLE, placeholder=" …")

    def _text(self, item: ForeignItem, text: str) -> str:
        if not _UNTAKEN.search(text):
            return text
        self._repair_item(item, "control_characters", "control characters and lone surrogates were replaced by U+FFFD")
        return _UNTAKEN.sub("\ufffd", text)

    def _link(self, link: ForeignLink) -> PlannedLink | None:
        rule = RoleRule(link.declared) if link.declared else self.mapping.role(link.role)
        source, target = (link.target, link.source) if rule.turned else (link.source, link.target)
        ends = [self._type_of(ref) for ref in (source, target)]
        if source == target:
            self._refuse_link(link, "self_link", "a link from a record to itself is never stored")
            return None
        if ends[0] is None or ends[1] is None:
            missing = link.target if self._type_of(link.target) is None else link.source
            self._refuse_link(link, "dangling_link", f"there is no item {missing!r}, neither here nor in the project")
            return None
        kind = rule.type
        if kind == "supersedes" or not ends_allowed(kind, ends[0], ends[1]):
            source, target, ends = link.source, link.target, [self._type_of(ref) for ref in (link.source, link.target)]
            kind = rule.otherwise if ends_allowed(rule.otherwise, ends[0] or "", ends[1] or "") else FALLBACK
        return PlannedLink(source, kind, target, link.role[:MAX_ROLE], link.place, link.stamp, link.suspect)

    def _type_of(self, ref: str) -> str | None:
        return self.types.get(ref) or self.known.types.get(ref)

    def _keep(self, planned: PlannedLink, taken: dict[Edge, PlannedLink]) -> None:
        """Take a link once; another role between the same two ends is kept as refers_to where that is free."""
        other = taken.get(planned.edge)
        if other is None:
            taken[planned.edge] = planned
            return
        spare = replace(planned, type=FALLBACK)
        if other.origin_role != planned.origin_role and spare.edge not in taken:
            taken[spare.edge] = spare
            self._repair_link(spare, "second_role", f"{other.origin_role} joins the two already; kept as {FALLBACK}")
        else:
            self._fold(planned, "repeated_link", "it says what an earlier link says; taken once")

    def _break_cycles(self, taken: dict[Edge, PlannedLink]) -> None:
        """Turn each link that would close a forbidden ring into refers_to, naming the ring."""
        groups: dict[tuple[str, ...], list[Edge]] = {}
        for edge, planned in taken.items():
            if group := acyclic_group(planned.type):
                groups.setdefault(group, []).append(edge)
        for group, edges in groups.items():
            fixed = [edge for edge in self.known.edges if edge[0] in group and edge not in taken]
            for edge, ring in drop_cycles(fixed, edges):
                spare = replace(taken.pop(edge), type=FALLBACK)
                reason = f"it closes a ring of {edge[0]}: {' → '.join(ring)}; kept as {FALLBACK}"
                if spare.edge in taken:
                    self._fold(spare, "closes_ring", reason)
                else:
                    taken[spare.edge] = spare
                    self._repair_link(spare, "closes_ring", reason)

    def _refuse_item(self, item: ForeignItem, rule: str, reason: str) -> None:
        row = {"type": item.type, "name": item.name, "description": item.description, **item.properties}
        self.plan.findings.append(Finding("refused", "item", item.ref, rule, reason, item.place, row))

    def _repair_item(self, item: ForeignItem, rule: str, reason: str) -> None:
        self.plan.repaired_refs.add(item.ref)
        self.plan.findings.append(Finding("repaired", "item", item.ref, rule, reason, item.place))

    def _refuse_link(self, link: ForeignLink, rule: str, reason: str) -> None:
        row = {"source": link.source, "role": link.role, "target": link.target}
        self.plan.findings.append(Finding("refused", "link", link.source, rule, reason, link.place, row))

    def _fold(self, link: PlannedLink, rule: str, reason: str) -> None:
        self.plan.folded.append(link.edge)
        self._report_link(link, rule, reason)

    def _repair_link(self, link: PlannedLink, rule: str, reason: str) -> None:
        self.plan.repaired_edges.add(link.edge)
        self._report_link(link, rule, reason)

    def _report_link(self, link: PlannedLink, rule: str, reason: str) -> None:
        row = {"source": link.source, "role": link.origin_role, "target": link.target}
        self.plan.findings.append(Finding("repaired", "link", link.source, rule, reason, link.place, row))
