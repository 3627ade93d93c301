"""JSON Schema in words: what a value may be, and a table of an object's fields. Knows OpenAPI's and pydantic's ways."""

from collections.abc import Iterator
from typing import Any

from tests.reference.markdown import code, link, table, words

Schema = dict[str, Any]
_SIZES = {"Length": ("character", "characters"), "Items": ("item", "items")}


class Shapes:
    """Named objects that others refer to, each told once."""

    def __init__(self, named: dict[str, Schema]) -> None:
        self._named = named

    def kind(self, schema: Schema) -> str:
        """Return in words what a value may be."""
        if "$ref" in schema:
            return self._referred(schema["$ref"].rpartition("/")[2])
        for union in ("anyOf", "oneOf", "allOf"):
            if union in schema:
                return " or ".join(_once(self.kind(part) for part in schema[union]))
        if "enum" in schema:
            return "one of " + ", ".join("null" if value is None else code(value) for value in schema["enum"])
        if "const" in schema:
            return code(schema["const"])
        held = schema.get("type", "anything")
        return " or ".join(self._plain(one, schema) for one in ([held] if isinstance(held, str) else held))

    def fields(self, schema: Schema, must_be: str = "always there") -> list[str]:
        """Return the table of an object's fields; `must_be` is the title over those that are marked as required."""
        must = set(schema.get("required", ()))
        rows = (
            (code(name), self.kind(field), "yes" if name in must else "", about(field))
            for name, field in schema.get("properties", {}).items()
        )
        return table(("field", "what it is", must_be, "meaning"), rows)

    def told(self, name: str) -> list[str]:
        """Return the section of a named object."""
        schema = self._named[name]
        said = words(schema.get("description", ""))
        asked = "needed" if name.endswith("Request") else "always there"
        return [f"### {name}", "", *([said, ""] if said else []), *self.fields(schema, asked)]

    def reached(self, schema: object) -> set[str]:
        """Return the names of the objects that a schema leads to, over any number of steps."""
        names: set[str] = set()
        waiting = list(_references(schema))
        while waiting:
            name = waiting.pop()
            if name not in names:
                names.add(name)
                waiting += _references(self._named[name])
        return {name for name in names if "properties" in self._named[name]}

    def _referred(self, name: str) -> str:
        # A list of words or a plain value stands where it is used; an object has a section.
        return link(name) if "properties" in self._named[name] else self.kind(self._named[name])

    def _plain(self, kind: str, schema: Schema) -> str:
        if kind == "array":
            held = self.kind(schema["items"]) if schema.get("items") else "anything"
            return f"list {'out' if held.startswith('one of') else 'of'} {held.removeprefix('one ')}{_limits(schema)}"
        if kind == "object" and schema.get("properties"):
            inside = (f"{code(name)} ({self.kind(field)})" for name, field in schema["properties"].items())
            return f"object of {', '.join(inside)}"
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
            return f"object, each value {self.kind(schema['additionalProperties'])}"
        if kind == "null":
            return kind
        return f"{schema.get('format', kind)}{_limits(schema)}"


def about(schema: Schema, also: str = "") -> str:
    """Return the meaning of a field or parameter, and its default."""
    said = words(also or schema.get("description", ""))
    default = schema.get("default")
    if default in (None, "", [], {}):
        return said
    shown = default if isinstance(default, str) else str(default).lower()
    if said.endswith("."):
        return f"{said} Default: {code(shown)}."
    return f"{said}{'; ' if said else ''}default {code(shown)}"


def _limits(schema: Schema) -> str:
    limits = [f"{schema['minimum']} or more"] if "minimum" in schema else []
    if "maximum" in schema:
        low = schema.get("minimum")
        limits = [f"{low} to {schema['maximum']}" if low is not None else f"{schema['maximum']} at most"]
    for size, (one, many) in _SIZES.items():
        if least := schema.get(f"min{size}"):
            limits.append(f"{least} {one if least == 1 else many} at least")
        if most := schema.get(f"max{size}"):
            limits.append(f"{most} {one if most == 1 else many} at most")
    if "pattern" in schema:
        limits.append(f"matches {code(schema['pattern'])}")
    return f" ({', '.join(limits)})" if limits else ""


def _once(parts: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(parts))


def _references(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)
