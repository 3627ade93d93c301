"""Who gets in: tokens, roles, hosts and origins; what a proposal becomes; many at once; a clean standard output."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.assistants.assistant import HTTP, STDIO, WAYS, assistant, post_mcp, rest
from tests.live import ROOT, LiveApp

MANY = 100


def start(app: LiveApp, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the server on standard input and output and close it again."""
    command = [sys.executable, str(ROOT / "manage.py"), "mcp"]
    return subprocess.run(
        command, env={**app.environment, **environment}, input="", capture_output=True, text=True, timeout=60
    )


def test_without_a_token_of_an_agent_nothing_starts(live_app: LiveApp, tmp_path: Path) -> None:
    for environment, code, said in (
        ({}, 2, "ATOCORE_TOKEN"),
        ({"ATOCORE_TOKEN": "atc_nonsense"}, 1, "unknown, expired or revoked"),
        ({"ATOCORE_TOKEN": live_app.create_token("decider", "reviewer")}, 1, "an assistant proposes"),
    ):
        done = start(live_app, **environment)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert said in done.stderr
    file = tmp_path / "token"
    file.write_text(live_app.create_token("of-a-file") + "\n")
    file.chmod(0o644)
    assert "chmod 600" in start(live_app, ATOCORE_TOKEN_FILE=str(file)).stderr
    file.chmod(0o600)
    assert start(live_app, ATOCORE_TOKEN_FILE=str(file)).returncode == 0


def test_http_lets_in_only_live_tokens_of_agents(live_app: LiveApp) -> None:
    assert post_mcp(live_app).status_code == 401
    assert post_mcp(live_app, "atc_nonsense").headers["WWW-Authenticate"].startswith("Bearer")
    above = post_mcp(live_app, live_app.create_token("decider-http", "reviewer"))
    assert above.status_code == 403
    assert "an assistant proposes" in above.json()["detail"]
    token = live_app.create_token("short-lived")
    assert post_mcp(live_app, token).status_code == 200
    live_app.manage("revoke_token", "short-lived")
    gone = post_mcp(live_app, token)
    assert (gone.status_code, gone.json()["code"]) == (401, "bad_token")
    assert gone.headers["Content-Type"] == "application/problem+json"


def test_pages_and_names_of_others_are_refused(live_app: LiveApp) -> None:
    token = live_app.create_token("placed")
    for headers, status in (
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1.evil.example"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": ""}, 421),
        ({"Origin": live_app.base_url}, 200),
        ({"Origin": "http://localhost:3000"}, 200),
        ({}, 200),
    ):
        assert post_mcp(live_app, token, **headers).status_code == status, headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PUT", "OPTIONS"])
def test_nothing_but_a_message_is_taken_and_no_stream_opened(live_app: LiveApp, method: str) -> None:
    answer = httpx.request(method, f"{live_app.base_url}/mcp", headers={"Accept": "text/event-stream"}, timeout=20)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_request_has_an_id_which_stands_in_the_audit_row(
    live_app: LiveApp, known: dict[str, Any], reviewer: str
) -> None:
    token, wanted = live_app.create_token("traced"), "trace-me-1"
    content = {"memory_type": "knowledge", "content": "The trace is red.", "project": known["project"]}
    call = {"name": "atocore_memory_propose", "arguments": content}
    answer = post_mcp(live_app, token, "tools/call", call, **{"X-Request-ID": wanted})
    assert answer.headers["X-Request-ID"] == wanted
    rows = rest(live_app, reviewer, "GET", f"audit?request={wanted}")["results"]
    assert [row["actor"] for row in rows] == ["agent:traced"]
    assert post_mcp(live_app).headers["X-Request-ID"]


def test_so_many_requests_a_minute(stopped_app: LiveApp) -> None:
    stopped_app.environment["ATOCORE_API_RATE"] = "3"
    token = stopped_app.create_token("hasty")
    stopped_app.start()
    answers = [post_mcp(stopped_app, token) for _ in range(8)]  # a minute may end among them, once
    assert answers[0].status_code == 200
    refused = next(answer for answer in answers if answer.status_code != 200)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 61


def test_a_body_too_large_is_refused(live_app: LiveApp) -> None:
    headers = {"Authorization": f"Bearer {live_app.create_token('large')}", "Content-Type": "application/json"}
    answer = httpx.post(f"{live_app.base_url}/mcp", content=b"x" * (10 * 1024 * 1024 + 1), headers=headers, timeout=60)
    assert answer.status_code == 413


@pytest.mark.parametrize("way", WAYS)
def test_a_revoked_token_ends_with_the_next_call(live_app: LiveApp, way: str) -> None:
    name = f"leaving-{way}"
    with assistant(live_app, live_app.create_token(name), way) as leaving:
        leaving.call("atocore_health")
        live_app.manage("revoke_token", name)
        if way == STDIO:
            assert leaving.refused("atocore_health")["code"] == "bad_token"
        else:
            with pytest.raises(Exception, match=r"401|Unauthorized|HTTP|error"):
                leaving.call("atocore_health")


@pytest.mark.parametrize("way", WAYS)
def test_what_is_proposed_and_promoted_is_in_the_next_context(
    live_app: LiveApp, known: dict[str, Any], reviewer: str, way: str
) -> None:
    project, name = known["project"], f"loop-{way}"
    with assistant(live_app, live_app.create_token(name), way) as scribe:
        statement = f"The baffle of the {way} unit is anodised black."
        memory = scribe.call("atocore_memory_propose", memory_type="knowledge", content=statement, project=project)
        part = scribe.call("atocore_entity_propose", entity_type="component", name=f"Baffle {way}", project=project)
        link = scribe.call(
            "atocore_relationship_propose",
            source_entity=part["id"],
            relationship_type="part_of",
            target_entity="Camera",
            project=project,
        )
        ask = {"prompt": f"Which finish has the baffle of the {way} unit?", "project": project}
        assert statement not in scribe.call("atocore_context", **ask)["text"]
        for plural, made in (("memories", memory), ("entities", part), ("relationships", link)):
            assert made["created"]
            rest(live_app, reviewer, "POST", f"{plural}/{made['id']}/promote", version=made["version"])
        assert statement in scribe.call("atocore_context", **ask)["text"]
        found = scribe.call("atocore_search", q=f"baffle {way}", project=project)["results"]
        assert {memory["id"], part["id"]} <= {one["id"] for one in found}
        assert scribe.call("atocore_entity_get", entity=part["id"])["links"][0]["status"] == "active"
    made_rows = rest(live_app, reviewer, "GET", f"audit?actor=agent:{name}&action=create")["results"]
    assert {row["record_id"] for row in made_rows} == {memory["id"], part["id"], link["id"]}
    assert len(made_rows) == 3


@pytest.mark.parametrize("way", WAYS)
def test_many_proposals_at_once_are_all_stored(
    live_app: LiveApp, known: dict[str, Any], reviewer: str, way: str
) -> None:
    name = f"busy-{way}"
    with assistant(live_app, live_app.create_token(name), way) as scribe, ThreadPoolExecutor(MANY) as threads:

        def propose(number: int) -> str:
            content = f"Screw {way} {number} has {number * 7} turns."
            call = partial(scribe.call, "atocore_memory_propose", memory_type="knowledge", project=known["project"])
            return str(call(content=content)["id"])

        ids = set(threads.map(propose, range(MANY)))
    stored = rest(live_app, reviewer, "GET", f"memories?created_by=agent:{name}&status=candidate&limit=200")["results"]
    assert {row["id"] for row in stored} == ids
    assert len(ids) == MANY
    rows = rest(live_app, reviewer, "GET", f"audit?actor=agent:{name}&limit=200")["results"]
    assert len(rows) == MANY


def test_two_assistants_of_one_server_are_told_apart(live_app: LiveApp, known: dict[str, Any]) -> None:
    one, other = (live_app.create_token(name) for name in ("first-of-two", "second-of-two"))
    with assistant(live_app, one, HTTP) as first, assistant(live_app, other, HTTP) as second:
        with ThreadPoolExecutor(8) as threads:
            calls = [(agent, name) for agent, name in ((first, "first-of-two"), (second, "second-of-two"))] * 10
            names = threads.map(lambda pair: (pair[0].call("atocore_health")["you"]["name"], pair[1]), calls)
        assert all(said == expected for said, expected in names)


def test_a_token_of_one_project_sees_that_alone(live_app: LiveApp, known: dict[str, Any], reviewer: str) -> None:
    rest(live_app, reviewer, "POST", "projects", name="p-elsewhere")
    token = live_app.create_token("confined", "agent", "--project", "p-elsewhere")
    with assistant(live_app, token, HTTP) as confined:
        assert confined.call("atocore_health")["you"]["projects"] == ["p-elsewhere"]
        assert confined.refused("atocore_entity_get", entity=known["lens"])["code"] == "not_found"
        assert confined.refused("atocore_search", q="lens", project=known["project"])["code"] == "unknown_project"


def test_standard_output_carries_the_protocol_and_nothing_else(live_app: LiveApp) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "plain", "version": "1"},
        },
    }
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    bad = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "atocore_search", "arguments": {}}}
    sent = "".join(json.dumps(line) + "\n" for line in (hello, ready, bad))
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), "mcp"],
        env={**live_app.environment, "ATOCORE_TOKEN": live_app.create_token("plain")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdin
    assert server.stdout
    server.stdin.write(sent)
    server.stdin.flush()
    lines = [json.loads(server.stdout.readline()) for _ in range(2)]
    server.stdin.close()
    assert server.wait(30) == 0
    assert server.stdout.read() == ""
    server.stdout.close()
    assert {line["id"] for line in lines} == {1, 2}
