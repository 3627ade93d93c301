"""Claims: what active rows say about one slot, read off plain facts. Nothing here asks whether two claims agree.

A slot is one question that has one answer: the mass of this bench, the parent of that part. Its key is the subject's
own name within the tree (or its id in the tool it came from), so that two rows about one thing meet in it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from engineering import ontology
from engineering.ontology import Property, PropertyKind
from engineering.slots.sentences import Said
from memories.text import normalise

KEY_LENGTH = 400
_PROSE = frozenset({"rationale", "justification", "confidence_note", "specification"})


class Slot(NamedTuple):
    """One question: of a project, of a kind ("component.mass"), about a subject."""

    project: UUID | None
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Thing:
    """An active entity."""

    id: UUID
    project: UUID | None
    type: str
    name: str
    ref: str
    properties: Mapping[str, Any]

    @property
    def scope(self) -> str:
        """Where its properties hold (as-designed, a serial number), normalised; "" for no limit."""
        text = self.properties.get("scope")
        return normalise(text) if isinstance(text, str) else ""


class Link(NamedTuple):
    """An active relationship, as it is stored."""

    id: UUID
    type: str
    source: UUID
    target: UUID


class Remark(NamedTuple):
    """An active memory that claims a property."""

    id: UUID
    project: UUID | None
    said: Said


@dataclass(frozen=True, slots=True)
class Claim:
    """What one member says.

    Attributes:
        slot: the question.
        member_kind, member_id: who says it.
        value: the answer as written, for people.
        sort, dimension: how answers are compared (slots.compare); sort "token" compares `token`.
        token: the answer where it is no text but a record.
    """

    slot: Slot
    member_kind: str
    member_id: UUID
    value: str
    sort: str = "text"
    dimension: str = ""
    token: str = ""


@dataclass(slots=True)
class Facts:
    """What claims are read off.

    Attributes:
        things: active entities by id.
        links: active relationships of the types that make slots.
        remarks: active memories that claim a property.
        parents: for a part the wholes it is in by active links, the oldest link first.
        labels: names of entities of any status that stand above a thing, or in a chain of replacements.
        replaced: (older, newer) pairs of entities, by superseded_by or by an active `supersedes` link.
        owners: entities whose slots the facts cover in full; None for all. Other things are there for their names.
    """

    things: dict[UUID, Thing] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    parents: dict[UUID, list[UUID]] = field(default_factory=dict)
    labels: dict[UUID, str] = field(default_factory=dict)
    replaced: set[tuple[UUID, UUID]] = field(default_factory=set)
    owners: set[UUID] | None = None

    def owned(self) -> Iterable[Thing]:
        """Return the things whose slots are covered."""
        return (thing for thing in self.things.values() if self.owners is None or thing.id in self.owners)

    def owns(self, *things: UUID) -> bool:
        """Tell whether the slots of one of the things are covered."""
        return self.owners is None or any(thing in self.owners for thing in things)


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


def edge(link: Link) -> tuple[UUID, UUID]:
    """Return (part, whole) of a part_of or contains link."""
    return (link.target, link.source) if link.type == "contains" else (link.source, link.target)


class _Reader:
    """Reads claims off facts; keeps each thing's subject."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.subjects = self._subjects()
        self.out: dict[UUID, list[Link]] = defaultdict(list)
        self.into: dict[UUID, list[Link]] = defaultdict(list)
        for link in facts.links:
            if link.source in facts.things and link.target in facts.things:
                self.out[link.source].append(link)
                self.into[link.target].append(link)

    def all(self) -> Iterable[Claim]:
        for thing in self.facts.owned():
            yield from self._properties(thing)
            yield self._identity(thing)
        yield from self._structure()
        yield from self._evidence()
        yield from self._quarrels()
        yield from self._heads()
        yield from self._remarks()

    # The subject: what a thing is called by every row about it.

    def _subjects(self) -> dict[UUID, str]:
        """Return each thing's subject: its foreign id, else its name and the path above it.

        One that stands nowhere yet is taken for the one of its name that does; where several do, it is its own.
        """
        paths = {thing.id: self._path(thing.id) for thing in self.facts.things.values() if not thing.ref}
        placed: dict[tuple[UUID | None, str, str], set[str]] = defaultdict(set)
        for thing in self.facts.things.values():
            if paths.get(thing.id):
                placed[thing.project, thing.type, normalise(thing.name)].add(paths[thing.id])
        found = {}
        for thing in self.facts.things.values():
            alike = placed[thing.project, thing.type, normalise(thing.name)] if not thing.ref else ()
            path = paths.get(thing.id) or (next(iter(alike)) if len(alike) == 1 else "")
            name = thing.ref or normalise(thing.name)
            found[thing.id] = f"{name} in {path}" if path else name
        return found

    def _own(self, thing: Thing) -> str:
        """Return what a thing is called by itself, whatever else has its name."""
        path = "" if thing.ref else self._path(thing.id)
        name = thing.ref or normalise(thing.name)
        return f"{name} in {path}" if path else name

    def _path(self, thing: UUID) -> str:
        names: list[str] = []
        seen = {thing}
        above = self.facts.parents.get(thing, [])
        while above and above[0] not in seen:
            seen.add(above[0])
            names.append(normalise(self.facts.labels.get(above[0], "")))
            above = self.facts.parents.get(above[0], [])
        return " / ".join(reversed(names))

    def _slot(self, thing: Thing, what: str, *, scoped: bool = False, key: str = "") -> Slot:
        text = key or self.subjects[thing.id]
        if scoped and thing.scope:
            text = f"{text} @ {thing.scope}"
        return Slot(thing.project, f"{thing.type}.{what}"[:80], _short(text))

    # Properties and identity

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

    # Links

    def _structure(self) -> Iterable[Claim]:
        for link in self.facts.links:
            if link.type in ("part_of", "contains"):
                part, whole = edge(link)
                if self.facts.owns(part) and part in self.facts.things and whole in self.facts.things:
                    child, parent = self.facts.things[part], self.facts.things[whole]
                    place = self._own(parent)
                    slot = self._slot(child, "part_of")
                    yield Claim(slot, "relationship", link.id, parent.name, "token", token=place)
            elif (
                self.facts.owns(link.source)
                and link.type == "uses_material"
                and self._is(link.source, "component")
                and link.target in self.facts.things
            ):
                user, material = self.facts.things[link.source], self.facts.things[link.target]
                slot = self._slot(user, "material", scoped=True)
                yield Claim(slot, "relationship", link.id, material.name)

    def _is(self, thing: UUID, wanted: str) -> bool:
        return thing in self.facts.things and self.facts.things[thing].type == wanted

    def _evidence(self) -> Iterable[Claim]:
        for thing in self.facts.owned():
            if thing.type in ("requirement", "constraint"):
                yield from self._validation(thing)
            yield from self._support(thing)

    def _validation(self, wanted: Thing) -> Iterable[Claim]:
        """A requirement that parts satisfy while all its results failed."""
        answers = [link for link in self.into[wanted.id] if link.type == "satisfies"]
        results = [
            self.facts.things[link.target]
            for link in self.out[wanted.id]
            if link.type == "validated_by" and self._is(link.target, "result")
        ]
        verdicts = [result.properties.get("passed") for result in results]
        if not answers or not verdicts or any(verdict is not False for verdict in verdicts):
            return
        slot = self._slot(wanted, "validation")
        for link in answers:
            words = f"satisfied by {self.facts.things[link.source].name}"
            yield Claim(slot, "relationship", link.id, words, "token", token="satisfied")  # noqa: S106 - a word
        for result in {result.id: result for result in results}.values():
            yield Claim(slot, "entity", result.id, f"{result.name}: failed", "token", token="failed")  # noqa: S106 - a word

    def _support(self, claimed: Thing) -> Iterable[Claim]:
        """A result that supports a claim and contradicts it, by failing or by a conflicts_with link."""
        against = {
            (link.source if link.target == claimed.id else link.target): link
            for link in (*self.into[claimed.id], *self.out[claimed.id])
            if link.type == "conflicts_with"
        }
        for link in self.into[claimed.id]:
            result = self.facts.things[link.source]
            if link.type != "supports" or result.type != "result":
                continue
            failed = result.properties.get("passed") is False
            if not failed and result.id not in against:
                continue
            slot = self._slot(claimed, "support", key=f"{self._own(claimed)} by {self._own(result)}")
            yield Claim(slot, "relationship", link.id, f"{result.name} supports it", "token", token="for")  # noqa: S106 - a word
            if failed:
                yield Claim(slot, "entity", result.id, f"{result.name}: failed", "token", token="against")  # noqa: S106 - a word
            if result.id in against:
                words = f"{result.name} conflicts with it"
                yield Claim(slot, "relationship", against[result.id].id, words, "token", token="against")  # noqa: S106 - a word

    def _quarrels(self) -> Iterable[Claim]:
        """Two entities that somebody said conflict."""
        for link in self.facts.links:
            ends = [self.facts.things.get(end) for end in sorted((link.source, link.target))]
            one, other = ends
            if link.type != "conflicts_with" or one is None or other is None or self._supports(one, other):
                continue
            if not self.facts.owns(one.id, other.id):
                continue
            key = _short(" / ".join(sorted(f"{end.type} {self._own(end)}" for end in (one, other))))
            slot = Slot(one.project, "entity.conflicts_with", key)
            for end in (one, other):
                yield Claim(slot, "entity", end.id, end.name, "token", token=str(end.id))

    def _supports(self, one: Thing, other: Thing) -> bool:
        pairs = ((one, other), (other, one))
        return any(
            link.type == "supports" and link.target == b.id and a.type == "result"
            for a, b in pairs
            for link in self.out[a.id]
        )

    def _heads(self) -> Iterable[Claim]:
        """A chain of replacements that ends in two active entities."""
        for chain in _components(self.facts.replaced):
            older = {old for old, new in self.facts.replaced if old in chain and new in self.facts.things}
            heads = [self.facts.things[node] for node in chain if node in self.facts.things and node not in older]
            if len(heads) < 2:
                continue
            newer = {new for old, new in self.facts.replaced if old in chain}
            root = min(chain - newer or chain)
            slot = self._slot(
                min(heads, key=lambda head: head.id), "head", key=normalise(self.facts.labels.get(root, ""))
            )
            for head in heads:
                yield Claim(slot, "entity", head.id, head.name, "token", token=str(head.id))

    # Memories

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


def _short(key: str) -> str:
    if len(key) <= KEY_LENGTH:
        return key
    return f"{key[: KEY_LENGTH - 14]}… {hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _components(pairs: Iterable[tuple[UUID, UUID]]) -> list[set[UUID]]:
    near: dict[UUID, set[UUID]] = defaultdict(set)
    for old, new in pairs:
        near[old].add(new)
        near[new].add(old)
    found: list[set[UUID]] = []
    seen: set[UUID] = set()
    for start in sorted(near):
        if start in seen:
            continue
        chain, edge_of = {start}, [start]
        while edge_of:
            fresh = near[edge_of.pop()] - chain
            chain |= fresh
            edge_of.extend(fresh)
        seen |= chain
        found.append(chain)
    return found
