"""The page of the MCP server, from what it registers."""

import asyncio
from typing import Any

from mcp_types import Tool

from atocore_site.mcp_server import INSTRUCTIONS, build
from tests.reference.markdown import code, page, table, words
from tests.reference.shapes import Schema, Shapes

ABOUT = """What an assistant finds at `/mcp`, or from `manage.py mcp`. How one is connected, and what it may do, is told
in [assistants](../assistants.md)."""
HINTS = {
    "read_only_hint": ("only reads", "writes"),
    "destructive_hint": ("may change what stands", "changes nothing that stands"),
    "idempotent_hint": ("a second call adds nothing", "a second call adds again"),
    "open_world_hint": ("reaches beyond AtoCore", "stays within AtoCore"),
}
SPOKEN = {"read_only_hint": "readOnlyHint", "destructive_hint": "destructiveHint"}
SPOKEN |= {"idempotent_hint": "idempotentHint", "open_world_hint": "openWorldHint"}


def mcp() -> str:
    """Return the page."""
    server = build()
    tools = asyncio.run(server.list_tools())
    shapes = Shapes(_named(tools))
    lines = [
        "## Instructions",
        "",
        "What the server tells an assistant as it connects:",
        "",
        f"> {words(INSTRUCTIONS)}",
        "",
    ]
    rows = ((f"[{code(one.name)}](#{one.name})", words(one.description or "")) for one in tools)
    lines += ["## Tools", "", *table(("tool", "what it does"), rows)]
    for tool in tools:
        lines += _tool(tool, shapes)
    lines += [*_resources(server), *_prompts(server)]
    lines += ["## Shapes", "", "The objects that answers are made of.", ""]
    for name in sorted(shapes.reached([tool.output_schema for tool in tools])):
        lines += shapes.told(name)
    return page("Reference: MCP", ABOUT, lines)


def _named(tools: list[Tool]) -> dict[str, Schema]:
    """Return the objects that tools share. Raises ValueError where one name stands for two."""
    named: dict[str, Schema] = {}
    for tool in tools:
        for schema in (tool.input_schema, tool.output_schema or {}):
            for name, held in schema.get("$defs", {}).items():
                if named.setdefault(name, held) != held:
                    raise ValueError(f"{tool.name}: another tool means something else by {name}; rename one of them")
    return named


def _tool(tool: Tool, shapes: Shapes) -> list[str]:
    lines = [f"### {tool.name}", "", f"**{tool.title}.** {words(tool.description or '')}", ""]
    lines += [f"Hints: {_hints(tool)}.", ""]
    lines += (
        ["Takes:", "", *shapes.fields(tool.input_schema, "needed")]
        if tool.input_schema.get("properties")
        else ["Takes nothing.", ""]
    )
    if not tool.output_schema:
        return [*lines, "Answers text.", ""]
    said = words(tool.output_schema.get("description", ""))
    return [*lines, f"Answers: {said}" if said else "Answers:", "", *shapes.fields(tool.output_schema)]


def _hints(tool: Tool) -> str:
    given: dict[str, Any] = tool.annotations.model_dump(exclude_none=True) if tool.annotations else {}
    return ", ".join(
        f"{code(f'{SPOKEN[name]}: {str(given[name]).lower()}')} ({yes if given[name] else no})"
        for name, (yes, no) in HINTS.items()
        if name in given
    )


def _resources(server: Any) -> list[str]:
    found = asyncio.run(server.list_resource_templates())
    rows = ((code(one.uri_template), code(one.mime_type), words(one.description)) for one in found)
    rows_fixed = (
        (code(one.uri), code(one.mime_type), words(one.description)) for one in asyncio.run(server.list_resources())
    )
    return ["## Resources", "", *table(("address", "read as", "what it holds"), [*rows_fixed, *rows])]


def _prompts(server: Any) -> list[str]:
    lines = ["## Prompts", ""]
    for one in asyncio.run(server.list_prompts()):
        rows = (
            (code(held.name), "yes" if held.required else "", words(held.description or "")) for held in one.arguments
        )
        lines += [f"### {one.name}", "", f"**{one.title}.** {words(one.description)}", ""]
        lines += table(("argument", "needed", "meaning"), rows)
    return lines
