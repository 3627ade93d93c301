"""One assistant of a storm: connects by the server that the environment tells of, and proposes. A process of its own.

Usage: python -m tests.assistants.storm_assistant NAME ROWS; prints how many proposals were made and what was refused.
"""

import json
import os
import sys

import anyio
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.live import ROOT


def content(name: str, number: int) -> str:
    """Return the statement of a row; no two are alike."""
    return f"Reading {number} of {name}: the bearing ran out by {number * 7919 % 99991} micrometres."


async def propose(name: str, rows: int) -> dict[str, object]:
    """Propose rows one after the other; returns what came of it."""
    server = StdioServerParameters(
        command=sys.executable, args=[str(ROOT / "manage.py"), "mcp"], env=dict(os.environ), cwd=str(ROOT)
    )
    ids, refused = set(), []
    async with Client(stdio_client(server)) as client:
        for number in range(rows):
            arguments = {"memory_type": "knowledge", "content": content(name, number)}
            result = await client.call_tool("atocore_memory_propose", arguments)
            if result.is_error:
                refused.append(getattr(result.content[0], "text", "")[:300])
            else:
                ids.add(str((result.structured_content or {})["id"]))
    return {"made": len(ids), "refused": refused[:3]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(anyio.run(propose, sys.argv[1], int(sys.argv[2]))))
