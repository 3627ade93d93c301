"""Claims that links make: parents, materials, evidence, quarrels, and the ends of chains of replacements."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from engineering.slots.facts import Claim, Slot, Thing, edge
from engineering.slots.naming import Names, short


class LinkClaims(Names):
    """Reads claims off links."""

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
            slot = self._slot(
                claimed, "support", key=f"{self._own(claimed)} by {self._own_to(result, claimed.project)}"
            )
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
            key = short(" / ".join(sorted(f"{end.type} {self._own_to(end, one.project)}" for end in (one, other))))
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
            first = min(heads, key=lambda head: head.id)
            slot = self._slot(first, "head", key=self._label(root, first.project))
            for head in heads:
                yield Claim(slot, "entity", head.id, head.name, "token", token=str(head.id))


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
