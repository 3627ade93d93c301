"""The ontology (v1), declared once: entity types with their properties, relationship types with their rules.

Validation, forms, the OpenAPI schema, the admin and the documentation read this module. It is data and pure look-ups;
it touches no model.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class PropertyKind(StrEnum):
    """What a property's value is."""

    TEXT = "text"
    NUMBER = "number"
    QUANTITY = "quantity"
    ENUM = "enum"
    DATE = "date"
    BOOL = "bool"
    REFERENCE = "reference"


@dataclass(frozen=True)
class Property:
    """A declared property of an entity type.

    Attributes:
        name: its key in `properties`.
        kind: what its value is.
        dimension: for quantities, the dimension in pint's notation ("[length]"); empty for any.
        choices: for enumerations, the words allowed.
        multi: whether it takes a list; single-valued properties make slots (conflicts.md).
    """

    name: str
    kind: PropertyKind = PropertyKind.TEXT
    dimension: str = ""
    choices: tuple[str, ...] = ()
    multi: bool = False


class Family(StrEnum):
    """The four families of relationship types."""

    STRUCTURAL = "structural"
    INTENT = "intent"
    VALIDATION = "validation"
    PROVENANCE = "provenance"


@dataclass(frozen=True)
class RelationshipType:
    """`A name B`, read left to right.

    Attributes:
        name: the stored word.
        family: its family.
        sources: types that may stand at A; empty for any.
        targets: types that may stand at B; empty for any.
        inverse: how B reads it ("satisfied by").
        inverse_type: the stored type that is this one turned round (contains, part_of).
        symmetric: whether both ends read it alike.
        acyclic: whether a cycle is refused.
        same_type: whether both ends must be of one type.
    """

    name: str
    family: Family
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    inverse: str
    inverse_type: str = ""
    symmetric: bool = False
    acyclic: bool = False
    same_type: bool = False

    @property
    def label(self) -> str:
        """The type as a person reads it."""
        return self.name.replace("_", " ")


def _quantities(dimension: str, *names: str) -> tuple[Property, ...]:
    return tuple(Property(name, PropertyKind.QUANTITY, dimension) for name in names)


_PHYSICAL = (
    Property("material"),
    *_quantities("[mass]", "mass"),
    *_quantities("[length]", "length", "width", "height", "diameter", "thickness"),
    *_quantities("[power]", "power"),
    *_quantities("[temperature]", "temperature_min", "temperature_max"),
    Property("supplier"),
    Property("part_number"),
    Property("quantity", PropertyKind.NUMBER),
    Property("scope"),
    Property("tags", multi=True),
)
_STATEMENT = Property("statement")

ENTITY_PROPERTIES: dict[str, tuple[Property, ...]] = {
    "project": (),
    "system": _PHYSICAL,
    "subsystem": _PHYSICAL,
    "component": _PHYSICAL,
    "interface": (Property("kind"), Property("specification")),
    "requirement": (
        _STATEMENT,
        Property("level"),
        *_quantities("", "threshold"),
        Property("comparator", PropertyKind.ENUM, choices=("<", "<=", "=", ">=", ">")),
        Property("verification_method", PropertyKind.ENUM, choices=("test", "analysis", "inspection", "demonstration")),
        Property("priority"),
        Property("justification"),
    ),
    "constraint": (_STATEMENT, *_quantities("", "min", "max")),
    "decision": (
        _STATEMENT,
        Property("outcome"),
        Property("rationale"),
        Property("date", PropertyKind.DATE),
        Property("alternatives", multi=True),
    ),
    "assumption": (_STATEMENT, Property("flagged", PropertyKind.BOOL), Property("confidence_note")),
    "material": (
        *_quantities("[mass]/[length]**3", "density"),
        *_quantities("[pressure]", "youngs_modulus"),
        *_quantities("1/[temperature]", "cte"),
        *_quantities("[power]/[length]/[temperature]", "thermal_conductivity"),
    ),
    "parameter": _quantities("", "value", "tolerance", "min", "max"),
    "analysis_model": (),
    "result": (*_quantities("", "value"), Property("passed", PropertyKind.BOOL), Property("date", PropertyKind.DATE)),
    "validation_claim": (_STATEMENT,),
    "vendor": (),
    "process": (),
    "artifact": (),
    "session": (),
}
ENTITY_TYPES: tuple[str, ...] = tuple(ENTITY_PROPERTIES)

ANY: tuple[str, ...] = ()
_INTERFACING = ("system", "subsystem", "component", "interface")
_WHOLES = ("project", "system", "subsystem", "component", "process", "artifact")
_PARTS = ("system", "subsystem", "component", "interface", "process", "artifact")
_S, _I, _V, _P = Family.STRUCTURAL, Family.INTENT, Family.VALIDATION, Family.PROVENANCE

_DECLARED = (
    RelationshipType("contains", _S, _WHOLES, _PARTS, "part of", inverse_type="part_of", acyclic=True),
    RelationshipType("part_of", _S, _PARTS, _WHOLES, "contains", inverse_type="contains", acyclic=True),
    RelationshipType("interfaces_with", _S, _INTERFACING, _INTERFACING, "interfaces with", symmetric=True),
    RelationshipType("uses_material", _S, (*_INTERFACING, "process"), ("material",), "used in"),
    RelationshipType("supplied_by", _S, ("component", "subsystem", "material", "process"), ("vendor",), "supplies"),
    RelationshipType("member_of", _S, ANY, ANY, "has member"),
    RelationshipType(
        "derived_from",
        _I,
        ("requirement", "constraint", "interface", "process", "parameter"),
        ("requirement", "constraint", "interface"),
        "flows down to",
        acyclic=True,
    ),
    RelationshipType(
        "satisfies",
        _I,
        (*_INTERFACING, "decision", "process", "parameter"),
        ("requirement", "constraint"),
        "satisfied by",
    ),
    RelationshipType("constrained_by", _I, ANY, ("constraint", "requirement", "parameter"), "constrains"),
    RelationshipType("affected_by_decision", _I, ANY, ("decision",), "affects"),
    RelationshipType("based_on_assumption", _I, ANY, ("assumption",), "underlies"),
    RelationshipType("supersedes", _I, ANY, ANY, "superseded by", acyclic=True, same_type=True),
    RelationshipType("analyzed_by", _V, ANY, ("analysis_model",), "analyzes"),
    RelationshipType(
        "validated_by", _V, ANY, ("result", "analysis_model", "process", "artifact", "validation_claim"), "validates"
    ),
    RelationshipType(
        "supports", _V, ANY, ("validation_claim", "decision", "requirement", "assumption"), "supported by"
    ),
    RelationshipType("generated_by", _V, ("result", "artifact"), ("analysis_model", "process"), "generates"),
    RelationshipType("conflicts_with", _V, ANY, ANY, "conflicts with", symmetric=True),
    RelationshipType("depends_on", _V, ANY, ANY, "needed by"),
    RelationshipType("described_by", _P, ANY, ("artifact",), "describes"),
    RelationshipType("updated_by_session", _P, ANY, ("session",), "updated"),
    RelationshipType("evidenced_by", _P, ANY, ("artifact", "result", "session"), "evidence for"),
    RelationshipType("summarized_in", _P, ANY, ("artifact",), "summarises"),
    RelationshipType("refers_to", _P, ANY, ANY, "referred to by"),
)
RELATIONSHIP_TYPES: dict[str, RelationshipType] = {spec.name: spec for spec in _DECLARED}


def declared(entity_type: str) -> dict[str, Property]:
    """Return the declared properties of an entity type by name."""
    return {spec.name: spec for spec in ENTITY_PROPERTIES.get(entity_type, ())}


def ends_allowed(relationship_type: str, source_type: str, target_type: str) -> bool:
    """Tell whether the ontology lets `source relationship_type target` stand."""
    spec = RELATIONSHIP_TYPES[relationship_type]
    fits = (not spec.sources or source_type in spec.sources) and (not spec.targets or target_type in spec.targets)
    return fits and (not spec.same_type or source_type == target_type)


def types_between(source_type: str, target_type: str) -> list[str]:
    """Return the relationship types that may join the two types, in declared order."""
    return [name for name in RELATIONSHIP_TYPES if ends_allowed(name, source_type, target_type)]


def canonical_edge(relationship_type: str, source: str, target: str) -> tuple[str, str, str]:
    """Return (type, source, target) as the pair is stored from either side.

    `contains` is turned into `part_of`; the ends of a symmetric type are put in order.
    """
    spec = RELATIONSHIP_TYPES[relationship_type]
    if relationship_type == "contains":
        return "part_of", target, source
    if spec.symmetric and target < source:
        return relationship_type, target, source
    return relationship_type, source, target


def acyclic_group(relationship_type: str) -> tuple[str, ...]:
    """Return the types that together must form no cycle with this one (part_of with contains); () for none."""
    spec = RELATIONSHIP_TYPES[relationship_type]
    if not spec.acyclic:
        return ()
    return (spec.name, spec.inverse_type) if spec.inverse_type else (spec.name,)


def allowed_ends(names: Iterable[str]) -> str:
    """Return the allowed types as words for an error ("any type" for no limit)."""
    listed = ", ".join(names)
    return listed or "any type"
