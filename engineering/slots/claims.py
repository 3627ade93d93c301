"""Claims: what active rows say about one slot, read off plain facts. Nothing here asks whether two claims agree.

A slot is one question that has one answer: the mass of this bench, the parent of that part. Its key is the subject's
own name within the tree (or its id in the tool it came from), so that two rows about one thing meet in it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from engineering import ontology
from engineering.ontology import Property, PropertyKind
from engineering.slots.facts import Claim, Facts, Slot, Thing
from engineering.slots.linked import LinkClaims
from memories.text import normalise

_PROSE = frozenset({"rationale", "justification", "confidence_note", "specification"})

Claims = dict[Slot, list[Claim]]


def claims(facts: Facts) -> Claims:
    """Return every claim that the facts hold, by slot, each slot's in the order of its members."""
    reader = _Reader(facts)
    found: Claims = defaultdict(list)
    for claim in reader.all():
        found[claim.slot].append(claim)
    for said in found.values():
        said.sort(key=lambda claim: (claim.member_kind, claim.member_id.bytes))
    return dict(found)


def subjects(facts: Facts, slot: Slot) -> list[Thing]:
    """Return the things that a property's slot is about, whether they answer it or not."""
    reader = _Reader(facts)
    name = slot.kind.partition(".")[2]
    about = (thing for thing in facts.owned() if name in ontology.declared(thing.type))
    return [thing for thing in about if reader._slot(thing, name, scoped=True) == slot]


def property_of(slot_kind: str) -> Property | None:
    """Return the declared property that slots of a kind ask for, None where they ask something else."""
    entity_type, _, name = slot_kind.partition(".")
    return ontology.declared(entity_type).get(name)


def fingerprint(said: Sequence[Claim]) -> str:
    """Return a digest of who says what in a slot, by which a decision on it is known again."""
    parts = [f"{claim.member_kind}:{claim.member_id}={claim.token or claim.value}" for claim in said]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


class _Reader(LinkClaims):
    """Reads all claims off facts."""

    def all(self) -> Iterable[Claim]:
        for thing in self.facts.owned():
            yield from self._properties(thing)
            yield self._identity(thing)
        yield from self._structure()
        yield from self._evidence()
        yield from self._quarrels()
        yield from self._heads()
        yield from self._remarks()

    def _properties(self, thing: Thing) -> Iterable[Claim]:
        for name, spec in ontology.declared(thing.type).items():
            if spec.multi or name == "scope":
                continue
            value = _written(thing.properties.get(name))
            if name == "threshold" and value:
                value = _with_comparator(value, thing.properties.get("comparator"))
            if thing.type == "requirement" and name == "statement":
                yield from self._statement(thing)
            elif value:
                sort, dimension = sort_of(spec)
                yield Claim(self._slot(thing, name, scoped=True), "entity", thing.id, value, sort, dimension)

    def _statement(self, thing: Thing) -> Iterable[Claim]:
        if value := _written(thing.properties.get("statement")):
            slot = self._slot(thing, "statement", key=normalise(thing.name))
            yield Claim(slot, "entity", thing.id, value, "statement")

    def _identity(self, thing: Thing) -> Claim:
        slot = self._slot(thing, "identity", scoped=True)
        return Claim(slot, "entity", thing.id, thing.name, "token", token=str(thing.id))

    def _remarks(self) -> Iterable[Claim]:
        named: dict[tuple[UUID | None, str], list[Thing]] = defaultdict(list)
        if self.facts.remarks:
            for thing in self.facts.things.values():
                for name in {normalise(thing.name), normalise(thing.ref)} - {""}:
                    named[thing.project, name].append(thing)
        for remark in self.facts.remarks:
            things = named[remark.project, remark.said.subject] if remark.project else []
            if found := self._meant(remark.said.attribute, things):
                slot, spec = found
                sort, dimension = sort_of(spec)
                yield Claim(slot, "memory", remark.id, remark.said.value, sort, dimension)

    def _meant(self, attribute: str, things: Sequence[Thing]) -> tuple[Slot, Property] | None:
        """Return the slot that a memory speaks of, if its subject is one; without a scope where it says none."""
        slots = {}
        for thing in things:
            spec = ontology.declared(thing.type).get(attribute)
            if spec is not None and not spec.multi:
                slots[self._slot(thing, attribute, scoped=True)] = (spec, thing.scope)
        if len(slots) > 1:
            slots = {slot: held for slot, held in slots.items() if not held[1]}
        if len(slots) != 1:
            return None
        slot, (spec, _) = slots.popitem()
        return slot, spec


def sort_of(spec: Property) -> tuple[str, str]:
    """Return how values of a property are compared, and their dimension."""
    match spec.kind:
        case PropertyKind.QUANTITY:
            return "quantity", spec.dimension
        case PropertyKind.NUMBER:
            return "number", ""
        case PropertyKind.TEXT if spec.name == "statement":
            return "statement", ""
        case PropertyKind.TEXT if spec.name in _PROSE:
            return "prose", ""
        case PropertyKind.TEXT:
            return "text", ""
        case _:
            return "plain", ""


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _with_comparator(value: str, comparator: Any) -> str:
    if not isinstance(comparator, str) or comparator in ("", "=") or value[:1] in "<>=≤≥":
        return value
    return f"{comparator} {value}"
