"""Properties of entities against the ontology: declared ones by their kind, others kept as they are."""

from typing import Any

from django.utils.dateparse import parse_date

from engineering import ontology
from engineering.ontology import Property, PropertyKind
from memories.errors import FieldError, Invalid
from memories.text import clean_json, clean_text

MOST_PROPERTIES = 200


def clean_properties(value: Any, entity_type: str) -> dict[str, Any]:
    """Return the properties, or raise Invalid with one fault a property.

    Args:
        value: a JSON object: property name -> value.
        entity_type: whose declaration applies.
    """
    if not isinstance(value, dict):
        raise Invalid.field("properties", "A JSON object is expected.", "not_an_object")
    if len(value) > MOST_PROPERTIES:
        raise Invalid.field("properties", f"At most {MOST_PROPERTIES} properties are taken.", "too_many")
    clean_json(value, "properties")
    known = ontology.declared(entity_type)
    faults: list[FieldError] = []
    for name, item in value.items():
        try:
            clean_text(name, f"properties/{name[:40]}", most=120, single=True)
            if name in known and item is not None:
                _check(known[name], item)
        except Invalid as error:
            faults.extend(error.errors)
    if faults:
        raise Invalid(faults)
    return dict(value)


def _check(spec: Property, value: Any) -> None:
    if spec.multi:
        if not isinstance(value, list):
            raise _wrong(spec, "a list")
        return
    if isinstance(value, list | dict):
        raise _wrong(spec, "a single value")
    if words := _fault(spec, value):
        raise _wrong(spec, words)


def _fault(spec: Property, value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    match spec.kind:
        case PropertyKind.NUMBER if not number:
            return "a number"
        case PropertyKind.BOOL if not isinstance(value, bool):
            return "true or false"
        case PropertyKind.ENUM if value not in spec.choices:
            return f"one of {', '.join(spec.choices)}"
        case PropertyKind.DATE if not isinstance(value, str) or not _is_date(value):
            return "a date like 2026-03-01"
        case PropertyKind.QUANTITY if not (isinstance(value, str) or number):
            return "a quantity as text with its unit, like “12.7 mm”"
        case PropertyKind.TEXT | PropertyKind.REFERENCE if not isinstance(value, str):
            return "text"
    return ""


def _is_date(value: str) -> bool:
    try:
        return parse_date(value) is not None
    except ValueError:
        return False


def _wrong(spec: Property, expected: str) -> Invalid:
    return Invalid.field(f"properties/{spec.name}", f"“{spec.name}” takes {expected}.", "property_kind")
