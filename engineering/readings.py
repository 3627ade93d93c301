"""How relationship types read from either end of a link, for whoever relates by hand. Pure.

The ontology has words for a type ("satisfies") and its inverse ("satisfied by"); a sentence needs "is satisfied by".
"""

from dataclasses import dataclass

from engineering.ontology import ENTITY_TYPES, RELATIONSHIP_TYPES, RelationshipType, ends_allowed

#: First words after which a sentence needs "is" although they are no participle.
_NOUNS = ("part", "member", "evidence")
_TURNED = "~"


def phrase(words: str) -> str:
    """Return a label as the verb of a sentence: "is part of", "is satisfied by", "satisfies"."""
    first, _, rest = words.partition(" ")
    return f"is {words}" if rest and (first.endswith("ed") or first in _NOUNS) else words


@dataclass(frozen=True)
class Reading:
    """A relationship type as one end of a link reads it.

    Attributes:
        spec: the type.
        outgoing: whether this end is A of `A type B`.
    """

    spec: RelationshipType
    outgoing: bool

    @property
    def name(self) -> str:
        """Its word in addresses and forms."""
        return self.spec.name if self.outgoing else self.spec.name + _TURNED

    @property
    def words(self) -> str:
        """How it reads from this end."""
        return phrase(self.spec.label if self.outgoing else self.spec.inverse)

    @property
    def backwards(self) -> str:
        """How it reads from the other end."""
        return phrase(self.spec.inverse if self.outgoing else self.spec.label)

    def ends(self, entity_type: str) -> tuple[str, ...]:
        """Return the types that may stand at the other end."""
        return tuple(other for other in ENTITY_TYPES if self._allowed(entity_type, other))

    def _allowed(self, this: str, other: str) -> bool:
        return ends_allowed(self.spec.name, *((this, other) if self.outgoing else (other, this)))


def readings(entity_type: str) -> list[Reading]:
    """Return every reading that an entity of a type may have, in the ontology's order, each edge once.

    `contains` is left out, since `part_of` turned round says the same; a symmetric type reads alike from both ends.
    """
    ways = [
        Reading(spec, outgoing)
        for spec in RELATIONSHIP_TYPES.values()
        if spec.name != "contains"
        for outgoing in ((True,) if spec.symmetric else (True, False))
    ]
    return [way for way in ways if way.ends(entity_type)]


def reading(name: str, entity_type: str) -> Reading | None:
    """Return the reading of that name, or None where an entity of the type has none such."""
    return next((way for way in readings(entity_type) if way.name == name), None)
