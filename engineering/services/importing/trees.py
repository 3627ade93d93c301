"""Requirement trees: items become entities found again by external_ref, links become relationships.

One transaction; entities and links are inserted in bulk. People's decisions stand: a record that was rejected is not
brought back, a field that the source did not change is not touched.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from engineering.importers.mapping import Mapping
from engineering.importers.plan import Known, Plan, PlannedEntity, build
from engineering.importers.records import Tree
from engineering.models import Entity, Relationship
from engineering.ontology import RELATIONSHIP_TYPES, canonical_edge
from engineering.services.importing import links, origin
from memories import permissions
from memories.actors import Actor
from memories.choices import LIVE, Role, Status
from memories.errors import Blocked, DomainError, Invalid
from memories.findings import Finding, Place
from memories.kinds import kinds
from memories.models import Project
from memories.outcome import Outcome, Say, silent
from memories.services._write import Batch, serialise

CONFIDENCE = 0.9
_ACYCLIC = [name for name, spec in RELATIONSHIP_TYPES.items() if spec.acyclic]


def import_tree(
    tree: Tree,
    mapping: Mapping,
    *,
    project: Project,
    actor: Actor,
    active: bool = False,
    source: str = "",
    dry_run: bool = False,
    say: Say = silent,
) -> Outcome:
    """Bring a tree into a project, or bring the project up to date with it.

    Args:
        tree: what a reader found.
        mapping: how its types and roles become AtoCore's.
        project: where to.
        actor: reviewer or above; stands in every audit row.
        active: new records are active instead of candidates, but for those the tool itself counts as switched off.
        source: tells two trees of one tool in one project apart.
        dry_run: do everything and take it back.
        say: told how far it is.

    Raises:
        Blocked: the project holds records of this tool and the tree has none of them: another tree, to be named.
    """
    permissions.require(actor, Role.REVIEWER, project.pk)
    with transaction.atomic():
        with Batch(actor) as batch:
            serialise(f"import {project.pk}")
            outcome = _Import(batch, project, active, say).run(tree, mapping, source)
        outcome.dry_run = dry_run
        transaction.set_rollback(dry_run)
    return outcome


class _Import:
    """One run: what the project holds, what the plan says, and the difference."""

    def __init__(self, batch: Batch, project: Project, active: bool, say: Say) -> None:
        self.batch, self.project, self.active, self.say = batch, project, active, say
        self.kind = kinds.named("entity")
        self.outcome = Outcome()
        self.written: set[str] = set()
        self.dropped: set[str] = set()
        held = Entity.objects.filter(project=project, external_ref__isnull=False).select_related("project")
        self.held: dict[str, Entity] = {str(entity.external_ref): entity for entity in held}

    def run(self, tree: Tree, mapping: Mapping, source: str) -> Outcome:
        plan = build(tree, mapping, self._known(tree))
        self.label = f"{plan.tool}:{source}" if source else plan.tool
        self._refuse_other_tree(plan)
        self.images = origin.images(self.held.values(), self.label)
        new = self._entities(plan)
        self.say("entities", len(plan.entities), len(plan.entities))
        ends = {ref: entity for ref, entity in self.held.items() if entity.status in LIVE} | new
        writer = links.LinkWriter(self.batch, self.project, self.label, ends, self.active)
        link_tally = writer.write(plan, self.say)
        tally = self.outcome.tally("items")
        tally.vanished = self._mark_vanished(plan)
        link_tally.vanished = writer.mark_vanished(plan)
        self._count(plan)
        self.outcome.tallies["links"] = link_tally
        self.outcome.findings = plan.findings + writer.findings
        self.outcome.facts = _facts(plan, self.label)
        return self.outcome

    def _known(self, tree: Tree) -> Known:
        ours = {item.ref for item in tree.items}
        types = {ref: entity.entity_type for ref, entity in self.held.items() if ref not in ours}
        return Known(types=types, edges=list(self._rings_held()))

    def _rings_held(self) -> Iterable[tuple[str, str, str]]:
        standing = Relationship.objects.filter(
            source_entity__project=self.project, relationship_type__in=_ACYCLIC, status__in=LIVE
        )
        names = {entity.pk: ref for ref, entity in self.held.items()}
        for kind, source, target in standing.values_list("relationship_type", "source_entity", "target_entity"):
            yield canonical_edge(kind, names.get(source, str(source)), names.get(target, str(target)))

    def _refuse_other_tree(self, plan: Plan) -> None:
        """Refuse a tree that shares nothing with what was imported under its label: all of that would vanish."""
        ours = {ref for ref, entity in self.held.items() if origin.tool_of(entity) == self.label}
        if ours and not ours & ({planned.external_ref for planned in plan.entities} | plan.present):
            raise Blocked(
                f"The project holds {len(ours)} records of “{self.label}” and this tree has none of them. "
                "If it is another tree, name it: --source NAME.",
                blockers=sorted(ours)[:5],
            )

    def _entities(self, plan: Plan) -> dict[str, Entity]:
        """Create and update; return the new ones by external_ref."""
        new: dict[str, Entity] = {}
        stamps = links.stamps(plan)
        for number, bare in enumerate(plan.entities):
            if number % 500 == 0:
                self.say("entities", number, len(plan.entities))
            planned = self._fitted(plan, bare, stamps)
            if planned is None:
                continue
            present = self.held.get(planned.external_ref)
            if present is None:
                new[planned.external_ref] = self._row(planned)
            else:
                self._update(plan, present, planned)
        self.batch.insert_many(self.kind, list(new.values()))
        self.written |= new.keys()
        return new

    def _fitted(self, plan: Plan, planned: PlannedEntity, stamps: dict[str, dict[str, str]]) -> PlannedEntity | None:
        properties = {name: value for name, value in planned.properties.items() if name not in origin.OWN}
        if planned.external_ref in stamps:
            properties["reviewed_links"] = stamps[planned.external_ref]
        try:
            fitted, moved = origin.fit(planned.entity_type, properties)
        except Invalid as error:
            self._find(plan, "refused", planned, "unreadable_value", error.message)
            return None
        if moved:
            plan.repaired_refs.add(planned.external_ref)
            reason = f"the ontology takes other values for {', '.join(moved)}; kept under `as_written`"
            self._find(plan, "repaired", planned, "property_kind", reason)
        return replace(planned, properties=fitted)

    def _row(self, planned: PlannedEntity) -> Entity:
        at: datetime = self.batch.at
        return Entity(
            entity_type=planned.entity_type,
            name=planned.name,
            project=self.project,
            external_ref=planned.external_ref,
            description=planned.description,
            properties={**planned.properties, origin.ORIGIN: self.label},
            confidence=CONFIDENCE,
            source_refs=[links.source_ref(planned.place, planned.external_ref)],
            status=Status.ACTIVE if self.active and planned.active else Status.CANDIDATE,
            created_by=self.batch.actor.label,
            created_at=at,
            updated_at=at,
        )

    def _update(self, plan: Plan, present: Entity, planned: PlannedEntity) -> None:
        values = origin.changes(present, planned, self.images.get(str(present.pk)), self.label)
        if not values:
            return
        if present.status not in LIVE:
            self._find(plan, "note", planned, "decided", f"the source changed it, but it is {present.status} here")
            return
        try:
            with self.batch.decision(savepoint=True):
                self.batch.change(self.kind, present, "update", values, note=origin.changed_in(self.label))
                if "entity_type" in values:
                    self.kind.check(present, "update")  # its links must allow the new type
            self.written.add(planned.external_ref)
        except DomainError as refusal:
            self.held[planned.external_ref] = present.fresh()
            self._find(plan, "refused", planned, "update_refused", refusal.message)

    def _mark_vanished(self, plan: Plan) -> int:
        """Mark the records of this source that it no longer has; their status stays, a person decides."""
        if not plan.complete:
            reason = "an item without a readable id was refused, so nothing is marked as vanished"
            plan.findings.append(Finding("note", "item", "", "incomplete", reason, Place("")))
            return 0
        there = {planned.external_ref for planned in plan.entities} | plan.present
        gone = [
            entity
            for ref, entity in self.held.items()
            if ref not in there
            and entity.status in LIVE
            and origin.tool_of(entity) == self.label
            and not origin.vanished(entity)
        ]
        for entity in gone:
            mark = {origin.VANISHED: self.batch.at.date().isoformat()}
            values = {"properties": {**entity.properties, **mark}}
            self.batch.change(self.kind, entity, "update", values, note=f"no longer in {self.label}")
        return len(gone)

    def _count(self, plan: Plan) -> None:
        tally = self.outcome.tally("items")
        tally.read = plan.read["item"]
        tally.refused = sum(1 for found in plan.findings if found.outcome == "refused" and found.kind == "item")
        for planned in plan.entities:
            ref = planned.external_ref
            if ref in self.written and ref in plan.repaired_refs:
                tally.repaired += 1
            elif ref in self.written:
                tally.changed += ref in self.held
                tally.created += ref not in self.held
            elif ref not in self.dropped:
                tally.unchanged += 1

    def _find(self, plan: Plan, outcome: str, planned: PlannedEntity, rule: str, reason: str) -> None:
        if outcome == "refused":
            self.dropped.add(planned.external_ref)
        plan.findings.append(Finding(outcome, "item", planned.external_ref, rule, reason, planned.place))


def _facts(plan: Plan, label: str) -> dict[str, Any]:
    roles = Counter((link.origin_role, link.type) for link in plan.links)
    return {
        "source": label,
        "types": dict(Counter(planned.entity_type for planned in plan.entities)),
        "roles": {f"{role} -> {kind}": count for (role, kind), count in sorted(roles.items())},
        "suspect": sum(1 for link in plan.links if link.suspect),
    }
