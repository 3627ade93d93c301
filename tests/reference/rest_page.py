"""The page of the REST API, from the schema that it serves."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.reference.markdown import code, link, page, slug, table, words
from tests.reference.shapes import Shapes, about
from tests.rest import openapi

METHODS = ("get", "post", "put", "patch", "delete")
ABOUT = """Every address under `/api/v1/`: what it takes and what it answers, as the schema at `/api/v1/schema` has it.
What holds for all of them, such as tokens, versions, pages and `as_of`, is told in [the REST API](../rest.md). Where a
role does not reach, the answer is 403, and `data.role_needed` names the one that does."""
Operation = dict[str, Any]


def rest() -> str:
    """Return the page."""
    schema = openapi()
    shapes = Shapes(schema["components"]["schemas"])
    groups: dict[str, list[tuple[str, Operation]]] = {}
    for title, operation in _operations(schema):
        groups.setdefault(operation["tags"][0], []).append((title, operation))
    lines = _overview(groups) + _refusals([operation for held in groups.values() for _, operation in held])
    for group, held in groups.items():
        lines += [f"## {_heading(group)}", ""]
        for title, operation in held:
            lines += _operation(title, operation, shapes)
    lines += [
        "## Shapes",
        "",
        "The objects that the bodies are made of.",
        "",
    ]
    for name in sorted(shapes.reached(schema["paths"])):
        lines += shapes.told(name)
    return page("Reference: REST", ABOUT, lines)


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def _heading(group: str) -> str:
    # Not the word alone: a shape may be called like it, and both would have one anchor.
    return f"Addresses: {group}"


def _overview(groups: dict[str, list[tuple[str, Operation]]]) -> list[str]:
    lines = []
    for group, held in groups.items():
        lines += [f"**{link(_heading(group))}**", ""]
        rows = ((f"[{code(title)}](#{slug(title)})", words(operation["description"])) for title, operation in held)
        lines += table(("address", "what it does"), rows)
    return lines


def _refusals(operations: list[Operation]) -> list[str]:
    """Return what refusals mean; each operation names those that it may answer."""
    said = {
        status: held["description"]
        for one in operations
        for status, held in one["responses"].items()
        if status >= "400"
    }
    everywhere = Counter(status for one in operations for status in one["responses"])
    rows = (
        (status, words(said[status]), "everywhere" if everywhere[status] == len(operations) else "where it is named")
        for status in sorted(said)
    )
    lead = f"Each refusal is {code('application/problem+json')}: {link('Problem')}."
    return ["## Refusals", "", lead, "", *table(("status", "meaning", "answered"), rows)]


def _operation(title: str, operation: Operation, shapes: Shapes) -> list[str]:
    lines = [f"### {title}", "", words(operation["description"]), ""]
    rows = (
        (
            code(one["name"]),
            one["in"],
            shapes.kind(one["schema"]),
            "yes" if one.get("required") else "",
            about(one["schema"], one.get("description", "")),
        )
        for one in operation.get("parameters", ())
    )
    lines += table(("parameter", "in", "what it is", "needed", "meaning"), rows)
    if body := operation.get("requestBody"):
        optional = "" if body.get("required") else " (may be left away)"
        lines += [f"Takes{optional} {_contents(body['content'], shapes)}.", ""]
    return lines + _answers(operation["responses"], shapes)


def _answers(responses: dict[str, Any], shapes: Shapes) -> list[str]:
    lines = []
    for status, held in responses.items():
        if status < "400":
            said = words(held.get("description", "")).rstrip(".")
            content = _contents(held["content"], shapes) if "content" in held else "no body"
            lines.append(f"Answers **{status}**: {content}{f' ({said})' if said and 'content' in held else ''}.")
    refused = ", ".join(sorted(status for status in responses if status >= "400"))
    return [" ".join(lines), "", f"Refuses with {refused}.", ""]


def _contents(content: dict[str, Any], shapes: Shapes) -> str:
    return ", or ".join(f"{shapes.kind(held.get('schema', {}))} as {code(media)}" for media, held in content.items())
