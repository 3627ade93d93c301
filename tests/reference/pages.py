"""Makes every page and writes them, as one JSON object, to standard output (see `tests.reference.__main__`)."""

import json
import sys

import django

from tests.reference.markdown import MADE

INDEX = f"""{MADE}

# Reference

Everything there is to call or to set, one by one, written by `make reference` from the code itself. How to work with it
is told in the pages beside this folder.

| page | what it lists | how it is used |
| --- | --- | --- |
| [REST](rest.md) | every address of the API, with its parameters, bodies and statuses | [the REST API](../rest.md) |
| [MCP](mcp.md) | the tools, resources and prompts of an assistant | [assistants](../assistants.md) |
| [Settings](settings.md) | every environment variable, with its default | [operators](../operators.md#settings) |
| [Commands](commands.md) | every command of `manage.py`, with its arguments | [operators](../operators.md) |
"""


def pages() -> dict[str, str]:
    """Return the text of each page by its file's name. Django is set up."""
    from tests.reference.commands_page import commands
    from tests.reference.mcp_page import mcp
    from tests.reference.rest_page import rest
    from tests.reference.settings_page import listed

    return {
        "README.md": INDEX,
        "rest.md": rest(),
        "mcp.md": mcp(),
        "settings.md": listed(),
        "commands.md": commands(),
    }


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(pages()))
