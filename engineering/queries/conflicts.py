"""Reads of conflicts: what is claimed now, whom the layers of trust favour, and what a decision would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from engineering.models import Conflict, ConflictMember, Entity, Relationship, ValueAlias
from engineering.ontology import Property, PropertyKind
from engineering.queries import around, trust, versions
from engineering.slots import numbers
from engineering.slots.claims import claims, property_of, sort_of, subjects
from engineering.slots.compare import Result, Sort, normal_form
from engineering.slots.facts import Claim, Slot
from engineering.slots.judge import Proposal, Standing, against, judge, propose
from memories import permissions
from memories.actors import Actor
from memories.choices import Role
from memories.errors import Invalid
from memories.kinds import Row, kinds
from memories.models import Memory

Member = tuple[str, UUID]


def visible(actor: Actor) -> QuerySet[Conflict]:
    """Return the conflicts that the actor may see."""
    return permissions.for_principal(Conflict.objects.select_related("project"), actor)


def members(actor: Actor) -> QuerySet[ConflictMember]:
    """Return the members of conflicts whose records stand in projects the actor may read, of whatever status."""
    rows = ConflictMember.objects.filter(left_at__isnull=True).order_by("member_kind", "member_id")
    here = permissions.within("project", actor.principal, Role.READER)
    if here is None:
        return rows
    source = permissions.within("source_entity__project", actor.principal, Role.READER)
    target = permissions.within("target_entity__project", actor.principal, Role.READER)
    links = Relationship.objects.filter(*(ends for ends in (source, target) if ends is not None))
    return rows.filter(
        Q(member_kind="entity", member_id__in=Entity.objects.filter(here).values("pk"))
        | Q(member_kind="memory", member_id__in=Memory.objects.filter(here).values("pk"))
        | Q(member_kind="relationship", member_id__in=links.values("pk"))
    )


def aliases(actor: Actor) -> QuerySet[ValueAlias]:
    """Return the value aliases in force of the projects that the actor may read, and those of all."""
    rows = ValueAlias.objects.filter(removed_at__isnull=True).select_related("project")
    here = permissions.within("project", actor.principal, Role.READER)
    return rows if here is None else rows.filter(here)


@dataclass(frozen=True)
class Side:
    """A member as a person compares it.

    Attributes:
        row: the record.
        value, normal: what it says, as written and as it is compared.
        trust: its layer's.
        since: when the record last changed.
    """

    kind: str
    row: Row
    value: str
    normal: str
    trust: int
    since: datetime

    @property
    def ref(self) -> str:
        """The member as a source is written: kind and id."""
        return f"{self.kind}:{self.row.pk}"


@dataclass(frozen=True)
class Effect:
    """What a decision would do to one record.

    Attributes:
        kind: the record's kind.
        row: the record.
        verb: "supersede" or "update".
        values: what the verb writes, by attribute name.
        words: the same for a person.
    """

    kind: str
    row: Row
    verb: str
    words: str
    values: Mapping[str, Any] = field(default_factory=dict)


def may_read(effect: Effect, actor: Actor) -> bool:
    """Tell whether the actor may read the projects of the record that a decision would change."""
    kind = kinds.of(effect.row)
    ends = (attrgetter(path.replace("__", "."))(effect.row) for path in kind.project_paths)
    return all(project is None or actor.principal.role_on(project.pk) is not None for project in ends)


class Dispute:
    """A conflict's slot as it stands now.

    Raises (its methods): Invalid for a winner that is no member, or a value that the slot cannot take.
    """

    def __init__(self, conflict: Conflict, at: datetime | None = None) -> None:
        self.conflict = conflict
        self.slot = Slot(conflict.project_id, conflict.slot_kind, conflict.slot_key)
        self.property: Property | None = property_of(conflict.slot_kind)
        self._around = around.read(around.Seeds(conflicts={conflict.pk}), at or timezone.now())
        self.aliases = self._around.aliases_of(conflict.project_id)

    @cached_property
    def said(self) -> list[Claim]:
        """The claims of the slot now."""
        return claims(self._around.facts).get(self.slot, [])

    @property
    def contested(self) -> bool:
        """Tell whether the claims disagree now."""
        return judge(self.said, self.aliases, self._around.facts.replaced).result is not Result.SAME

    @cached_property
    def rows(self) -> dict[Member, Row]:
        """The members' records."""
        found: dict[Member, Row] = {}
        for name in ("entity", "memory", "relationship"):
            ids = [claim.member_id for claim in self.said if claim.member_kind == name]
            kind = kinds.named(name)
            rows = kind.model._base_manager.select_related(*kind.select).filter(pk__in=ids)
            found |= {(name, row.pk): row for row in rows} if ids else {}
        return found

    @cached_property
    def sides(self) -> list[Side]:
        """The members side by side, the most trusted first."""
        weights = trust.weigh(self.rows)
        found = []
        for claim in self.said:
            member = (claim.member_kind, claim.member_id)
            weight = weights.get(member, trust.Weight(0, self.conflict.detected_at))
            normal = claim.value if claim.sort == "token" else normal_form(claim.value, self._sort(claim))
            found.append(Side(*member[:1], self.rows[member], claim.value, normal, weight.trust, weight.since))
        return sorted(found, key=lambda side: (-side.trust, side.since, side.row.pk))

    def proposal(self) -> Proposal:
        """Return the winner that the layers of trust propose, else what a document says in its present version."""
        standings = [Standing(side.row.pk, side.trust, side.since) for side in self.sides]
        found = propose(standings)
        if found.member_id is None:
            return versions.later({side.row.pk: side.row for side in self.sides}, standings) or found
        return found

    def keep(self, winner: UUID, losers: str = "") -> list[Effect]:
        """Return what keeping one member does to the others: those that agree with it stay.

        Args:
            winner: id of the member that stays.
            losers: "supersede" or "correct", where entities claim a property; default: they are corrected.
        """
        chosen = next((claim for claim in self.said if claim.member_id == winner), None)
        if chosen is None:
            raise Invalid.field("winner", f"{winner} is no member of this conflict.", "no_member")
        others = [claim for claim in self.said if claim.member_id != winner and self._differs(chosen, claim)]
        agreeing = [claim for claim in self.said if claim not in others]
        correct = self.property is not None and chosen.sort != "statement" and losers != "supersede"
        return [self._effect(claim, chosen.value, agreeing, chosen, correct) for claim in others]

    def set_value(self, value: str) -> list[Effect]:
        """Return what writing the right value does: to the subject, and to the members that say otherwise."""
        if self.property is None:
            raise Invalid.field("value", f"{self.slot.kind} is settled by choosing a member.", "no_property")
        sort, dimension = self._sort_of_slot()
        probe = Claim(self.slot, "entity", self.conflict.pk, value, sort, dimension)
        things = {thing.id: thing for thing in subjects(self._around.facts, self.slot)}
        held = {claim.member_id: claim for claim in self.said if claim.member_kind == "entity"}
        agreeing = [claim for claim in self.said if not self._differs(probe, claim)]
        written = [pk for pk in things.keys() | held.keys() if pk not in held or held[pk] not in agreeing]
        rows = {**self.rows, **self._entities([pk for pk in written if ("entity", pk) not in self.rows])}
        effects = [self._correction(rows["entity", pk], value, None) for pk in sorted(written)]
        rest = [claim for claim in self.said if claim.member_kind != "entity" and claim not in agreeing]
        return effects + [self._effect(claim, value, agreeing, None, True) for claim in rest]

    def _entities(self, ids: Sequence[UUID]) -> dict[Member, Row]:
        rows = Entity.objects.select_related(*kinds.named("entity").select).filter(pk__in=ids) if ids else []
        return {("entity", row.pk): row for row in rows}

    def _differs(self, one: Claim, other: Claim) -> bool:
        return against(one, other, self.aliases).result is not Result.SAME

    def _sort(self, claim: Claim) -> Sort:
        return Sort(claim.sort, claim.dimension, self.aliases)

    def _sort_of_slot(self) -> tuple[str, str]:
        return sort_of(self.property) if self.property else ("text", "")

    def _effect(
        self, claim: Claim, value: str, agreeing: Sequence[Claim], winner: Claim | None, correct: bool
    ) -> Effect:
        row = self.rows[claim.member_kind, claim.member_id]
        if claim.member_kind == "entity" and correct:
            return self._correction(row, value, winner)
        same = [one for one in agreeing if one.member_kind == claim.member_kind]
        heir = winner if winner in same else (same[0] if same else None)
        by = f" by {heir.value}" if heir and heir.value != claim.value else ""
        words = f"“{kinds.of(row).title(row)}” is superseded{by}"
        return Effect(
            claim.member_kind, row, "supersede", words, {"superseded_by_id": heir.member_id if heir else None}
        )

    def _correction(self, row: Row, value: str, winner: Claim | None) -> Effect:
        """Write a property as the winner has it, or as a text reads by the property's kind."""
        if self.property is None:
            raise Invalid.field("value", "Only a property is corrected.", "no_property")
        name = self.property.name
        chosen = self.rows.get(("entity", winner.member_id)) if winner and winner.member_kind == "entity" else None
        changed = {name: chosen.properties[name] if chosen else typed(self.property, value)}
        if name == "threshold" and chosen and "comparator" in chosen.properties:
            changed["comparator"] = chosen.properties["comparator"]
        words = f"{row.name}: {name} becomes {changed[name]}"
        return Effect("entity", row, "update", words, {"properties": {**row.properties, **changed}})


def typed(spec: Property, text: str) -> Any:
    """Return a property's value as its kind stores it. Raises Invalid for a text that it cannot be."""
    if spec.kind is PropertyKind.NUMBER:
        number = numbers.read(text.lstrip("+-"))
        if number is None:
            raise Invalid.field("value", f"{spec.name} takes a number.", "property_kind")
        size = -number.size if text.startswith("-") else number.size
        return int(size) if size.is_integer() else size
    if spec.kind is PropertyKind.BOOL:
        if text.casefold() not in ("true", "false"):
            raise Invalid.field("value", f"{spec.name} takes true or false.", "property_kind")
        return text.casefold() == "true"
    return text
