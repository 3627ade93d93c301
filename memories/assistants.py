"""How the programs that assistants run in are told of AtoCore: their configuration as each of them reads it. Pure.

Formats as their makers document them (2026): an object of servers by name, under a key of the program's own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NAME = "atocore"
HTTP, STDIO = "http", "stdio"


@dataclass(frozen=True)
class Program:
    """A program.

    Attributes:
        name: as commands and addresses spell it.
        title: as its users know it.
        key: under which its configuration holds servers.
        ways: transports it speaks, the usual one first.
        file: its configuration file on Linux: the person's own (~), or one in the folder that they work in.
        where: the same in words, for all systems.
        typed: whether an entry names its transport.
        then: what a person does next.
    """

    name: str
    title: str
    key: str
    ways: tuple[str, ...]
    file: str
    where: str
    typed: bool
    then: str


PROGRAMS: tuple[Program, ...] = (
    Program(
        "claude-code",
        "Claude Code",
        "mcpServers",
        (HTTP, STDIO),
        ".mcp.json",
        "the file .mcp.json in the folder that you work in",
        typed=True,
        then="Start claude in that folder, allow the server, and ask /mcp whether it is connected.",
    ),
    Program(
        "claude-desktop",
        "Claude Desktop",
        "mcpServers",
        (STDIO,),
        "~/.config/Claude/claude_desktop_config.json",
        "claude_desktop_config.json in ~/Library/Application Support/Claude (macOS), %APPDATA%\\Claude (Windows) or "
        "~/.config/Claude (Linux); Settings, Developer, Edit Config opens it",
        typed=False,
        then="Quit Claude Desktop and start it again.",
    ),
    Program(
        "cursor",
        "Cursor",
        "mcpServers",
        (HTTP, STDIO),
        "~/.cursor/mcp.json",
        "the file ~/.cursor/mcp.json",
        typed=False,
        then="Reload the window; Settings, MCP shows whether it is connected.",
    ),
    Program(
        "vscode",
        "VS Code",
        "servers",
        (HTTP, STDIO),
        ".vscode/mcp.json",
        "the file .vscode/mcp.json in the folder that you work in",
        typed=True,
        then="Press Start above the entry, then choose agent mode in the chat.",
    ),
    Program(
        "generic",
        "Any other",
        "mcpServers",
        (HTTP, STDIO),
        "mcp.json",
        "wherever the program keeps its MCP servers; most take this form",
        typed=True,
        then="Start the program again.",
    ),
)
NAMES = tuple(program.name for program in PROGRAMS)


def named(name: str) -> Program | None:
    """Return a program by its name, or None."""
    return next((program for program in PROGRAMS if program.name == name), None)


def over_http(program: Program, url: str, token: str) -> dict[str, Any]:
    """Return the entry by which a program reaches a running AtoCore.

    Args:
        program: which.
        url: address of AtoCore.
        token: text of a token.
    """
    entry = {"url": f"{url.rstrip('/')}/mcp", "headers": {"Authorization": f"Bearer {token}"}}
    return {"type": HTTP, **entry} if program.typed else entry


def over_stdio(program: Program, command: Sequence[str], token: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the entry by which a program starts a server of its own on this machine.

    Args:
        program: which.
        command: the interpreter and manage.py.
        token: text of a token.
        environment: what else the server has to be told.
    """
    first, *rest = command
    entry = {"command": first, "args": [*rest, "mcp"], "env": {**environment, "ATOCORE_TOKEN": token}}
    return {"type": STDIO, **entry} if program.typed else entry


def configuration(program: Program, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration that holds an entry and nothing else."""
    return {program.key: {NAME: dict(entry)}}


def merged(program: Program, text: str, entry: Mapping[str, Any]) -> str:
    """Return a configuration file with the entry in it; every other server and setting stays as it is.

    Args:
        program: whose file.
        text: what stands in the file; "" for none.
        entry: the new entry.

    Raises:
        ValueError: the file is no JSON object, so that nothing of it can be kept.
    """
    whole = json.loads(text) if text.strip() else {}
    if not isinstance(whole, dict) or not isinstance(whole.get(program.key, {}), dict):
        raise ValueError(f"it holds no object with {program.key} in it")
    whole[program.key] = {**whole.get(program.key, {}), NAME: dict(entry)}
    return shown(whole)


def shown(whole: Mapping[str, Any]) -> str:
    """Return a configuration as a file holds it."""
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
