"""Many assistants at once: nothing is lost, nothing doubled, and each row has its audit row."""

import json
import subprocess
import sys
from typing import Any

import anyio
import pytest

from tests.assistants.assistant import STDIO, Assistant, assistant
from tests.assistants.storm_assistant import content
from tests.live import ROOT, LiveApp
from tests.wire import Wire

ASSISTANTS, ROWS, AT_ONCE = 4, 2_000, 100


@pytest.fixture
def app(stopped_app: LiveApp) -> LiveApp:
    """A server without a limit of requests."""
    stopped_app.environment["ATOCORE_API_RATE"] = "0"
    stopped_app.start()
    return stopped_app


@pytest.mark.storm
def test_four_assistants_and_the_web_app_write_into_one_database(app: LiveApp) -> None:
    names = [f"assistant-{number}" for number in range(ASSISTANTS)]
    runs = [_start(app, name) for name in names]
    token = app.create_token("web")
    with Wire(app.base_url, token) as client:
        for number in range(ROWS):
            words = {"memory_type": "knowledge", "content": content("web", number)}
            made = client.post("/api/v1/memories", words)
            assert made.status == 201, made.content
    outputs = [run.communicate(timeout=900) for run in runs]
    assert [run.returncode for run in runs] == [0] * ASSISTANTS, outputs
    assert [json.loads(out) for out, _ in outputs] == [{"made": ROWS, "refused": []}] * ASSISTANTS
    total = (ASSISTANTS + 1) * ROWS
    with Wire(app.base_url, app.create_token("counting", "admin")) as client:
        stats = client.get("/api/v1/stats").json
        assert stats["memories"]["by_status"]["candidate"] == total
        rows = [json.loads(line) for line in client.get("/api/v1/audit/export?kind=memory").content.splitlines()]
    assert len(rows) == total
    assert len({row["record_id"] for row in rows}) == total
    assert {row["actor"] for row in rows} == {f"agent:{name}" for name in [*names, "web"]}


@pytest.mark.storm
def test_a_hundred_proposals_at_once_to_one_server(app: LiveApp) -> None:
    with assistant(app, app.create_token("busy"), STDIO) as connected:
        answers = connected.portal.call(_all_at_once, connected)
        assert [answer.is_error for answer in answers] == [False] * AT_ONCE
        assert len({answer.structured_content["id"] for answer in answers}) == AT_ONCE
        found = connected.call("atocore_memory_list", status=["candidate"], limit=AT_ONCE)["results"]
    assert {row["content"] for row in found} == {content("busy", number) for number in range(AT_ONCE)}


async def _all_at_once(connected: Assistant) -> list[Any]:
    answers = []

    async def one(number: int) -> None:
        arguments = {"memory_type": "knowledge", "content": content("busy", number)}
        answers.append(await connected.client.call_tool("atocore_memory_propose", arguments))

    async with anyio.create_task_group() as group:
        for number in range(AT_ONCE):
            group.start_soon(one, number)
    return answers


def _start(app: LiveApp, name: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.assistants.storm_assistant", name, str(ROWS)]
    return subprocess.Popen(
        command,
        env={**app.environment, "ATOCORE_TOKEN": app.create_token(name)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
