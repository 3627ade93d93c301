"""Eight processes decide the same candidates at once, over HTTP against a real server: each is decided exactly once."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from tests.live import LiveApp
from tests.wire import Wire

CANDIDATES = 300
PROCESSES = 8
LINE = "The bearing of spindle {} was measured at {} micrometres of runout on day {}."


@pytest.fixture
def app(stopped_app: LiveApp) -> LiveApp:
    """A server without a limit of requests."""
    stopped_app.environment["ATOCORE_API_RATE"] = "0"
    stopped_app.start()
    return stopped_app


def propose(client: Wire) -> list[str]:
    words = random.Random(7)
    ids = []
    for number in range(CANDIDATES):
        content = LINE.format(number, words.randrange(10**6), words.randrange(10**6))
        made = client.post("/api/v1/memories", {"memory_type": "knowledge", "content": content})
        assert made.status == 201, made.content
        ids.append(made.json["id"])
    return ids


@pytest.mark.storm
def test_three_hundred_candidates_have_three_hundred_winners(app: LiveApp) -> None:
    tokens = [app.create_token(f"reviewer-{number}", "reviewer") for number in range(PROCESSES)]
    with Wire(app.base_url, tokens[0]) as client:
        ids = propose(client)
        answers = [answer for run in _storm(app, tokens, ids) for answer in run]
        statuses = Counter(answer["status"] for answer in answers)
        assert set(statuses) == {200, 409}, (statuses, app.log()[-3000:])
        assert statuses[200] == CANDIDATES
        assert statuses[409] == CANDIDATES * (PROCESSES - 1)
        _check_losers(answers)
        _check_log(client, ids)


def _storm(app: LiveApp, tokens: list[str], ids: list[str]) -> list[list[dict[str, Any]]]:
    work = json.dumps(ids)
    command = [sys.executable, "-m", "tests.house.storm_client", app.base_url]
    runs = [
        subprocess.Popen(
            command,
            env={**os.environ, "STORM_TOKEN": token, "STORM_SEED": str(number)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number, token in enumerate(tokens)
    ]
    for run in runs:
        assert run.stdin is not None
        run.stdin.write(work)
        run.stdin.close()
    outputs = [run.stdout.read() if run.stdout else "" for run in runs]
    assert [run.wait(60) for run in runs] == [0] * PROCESSES
    return [json.loads(output) for output in outputs]


def _check_losers(answers: list[dict[str, Any]]) -> None:
    """Every loser is told who won, and what the winner did."""
    winners = {answer["id"]: answer for answer in answers if answer["status"] == 200}
    for answer in answers:
        if answer["status"] == 409:
            winner = winners[answer["id"]]
            assert answer["by"] == f"agent:{winner['who']}"
            assert answer["did"] == winner["verb"]


def _check_log(client: Wire, ids: list[str]) -> None:
    """One audit row a decision, none for a refusal."""
    found: list[dict[str, Any]] = []
    for verb in ("promote", "reject"):
        url: str | None = f"/api/v1/audit?action={verb}&limit=200"
        while url:
            page = client.get(url).json
            found += page["results"]
            url = page["next"]
    assert sorted(row["record_id"] for row in found) == sorted(ids)
