"""A server with a project in it, and an assistant connected to it each way."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.assistants.assistant import WAYS, Assistant, assistant, rest
from tests.live import LiveApp


@pytest.fixture(scope="module")
def reviewer(live_app: LiveApp, unique: str) -> str:
    """The token of somebody who decides."""
    return live_app.create_token(f"reviewer-{unique}", "maintainer")


@pytest.fixture(scope="module")
def unique(request: pytest.FixtureRequest) -> str:
    """A word of this module's own: the installation is shared."""
    return str(request.module.__name__).rpartition(".")[2].replace("_", "-")


@pytest.fixture(scope="module")
def known(live_app: LiveApp, reviewer: str, unique: str) -> dict[str, Any]:
    """A project with a part in a part, a requirement, a memory and a conflict."""
    project = f"p-{unique}"
    rest(live_app, reviewer, "POST", "projects", name=project, aliases=[f"{unique}-alias"])

    def entity(entity_type: str, name: str, **more: Any) -> str:
        body = {"entity_type": entity_type, "name": name, "project": project, "status": "active", **more}
        return str(rest(live_app, reviewer, "POST", "entities", **body)["id"])

    camera, lens = entity("subsystem", "Camera"), entity("component", "Field lens", properties={"material": "silica"})
    need = entity("requirement", "Image quality")
    link = {"relationship_type": "part_of", "source_entity": lens, "target_entity": camera, "status": "active"}
    rest(live_app, reviewer, "POST", "relationships", **link)
    memory = {"memory_type": "knowledge", "content": "The field lens is coated for 400 to 700 nm.", "status": "active"}
    made = rest(live_app, reviewer, "POST", "memories", project=project, **memory)
    return {"project": project, "camera": camera, "lens": lens, "need": need, "memory": made["id"]}


@pytest.fixture(scope="module", params=WAYS)
def scribe(
    request: pytest.FixtureRequest, live_app: LiveApp, known: dict[str, Any], unique: str
) -> Iterator[Assistant]:
    """A connected assistant."""
    token = live_app.create_token(f"scribe-{unique}-{request.param}")
    with assistant(live_app, token, request.param) as connected:
        yield connected
