"""Resources of the engineering floor: a project's overview, an entity."""

from typing import cast

from engineering.mcp_tools.entity_tools import with_links
from engineering.models import Entity
from engineering.queries.overview import overview
from engineering.queries.overview_text import as_markdown
from memories.mcp_tools.resources import JSON, MARKDOWN, resource
from memories.mcp_tools.shapes import NOTICE
from memories.queries import projects, records
from memories.services import caller


def project_overview(name: str) -> str:
    """Where a project stands, as Markdown: its parts, requirements, decisions, gaps and recent changes."""
    actor = caller.actor()
    project = projects.get(name, actor)
    return f"<!-- {NOTICE} -->\n\n{as_markdown(project, overview(project, actor))}"


def entity(id: str) -> str:
    """One entity with its status, its sources, its properties and its links, as JSON."""
    actor = caller.actor()
    row = cast(Entity, records.get("entity", id, actor))
    return with_links(row, actor).model_dump_json(indent=2)


RESOURCES = [
    resource("atocore://project/{name}/overview", MARKDOWN, project_overview),
    resource("atocore://entity/{id}", JSON, entity),
]
