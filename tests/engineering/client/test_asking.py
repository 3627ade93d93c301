"""`atocore`: asking and proposing from a shell, its exit codes, and where it takes address and token from."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.assistants.assistant import rest
from tests.engineering.client.command import COMMAND, Client, free_port, listening
from tests.live import LiveApp

PROJECT = "p-atocore-client"


@pytest.fixture(scope="module")
def agent(live_app: LiveApp) -> str:
    reviewer = live_app.create_token("client-reviewer", "maintainer")
    rest(live_app, reviewer, "POST", "projects", name=PROJECT)
    for name in ("Camera", "Field lens"):
        body = {"entity_type": "component", "name": name, "project": PROJECT, "status": "active"}
        rest(live_app, reviewer, "POST", "entities", **body)
    words = {"memory_type": "knowledge", "content": "The field lens is made of fused silica.", "status": "active"}
    rest(live_app, reviewer, "POST", "memories", project=PROJECT, **words)
    return live_app.create_token("client-agent")


@pytest.fixture
def client(live_app: LiveApp, agent: str, tmp_path: Path) -> Client:
    return Client(live_app.base_url, agent, tmp_path)


def test_it_answers_what_is_true(client: Client) -> None:
    shown = client.run("context", "What is the field lens made of?", "--project", PROJECT)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "fused silica" in shown.stdout
    found = client.run("search", "fused", "silica", "--project", PROJECT)
    assert found.stdout.startswith("memory:")
    whole = json.loads(client.run("search", "fused silica", "--project", PROJECT, "--json").stdout)
    assert whole["results"][0]["kind"] == "memory"


def test_the_questions_of_a_project(client: Client) -> None:
    proposed = client.run("propose", "entity", "requirement", "Image quality", "--project", PROJECT)
    assert proposed.returncode == 0
    for command in ("gaps", "map"):
        shown = client.run(command, "--project", PROJECT)
        assert (shown.returncode, shown.stderr) == (0, "")
        assert "items" in json.loads(client.run(command, "--project", PROJECT, "--json").stdout)


def test_what_is_proposed_waits_and_is_not_added_twice(client: Client) -> None:
    said = ("propose", "memory", "The camera weighs 4.2 kg.", "--project", PROJECT, "--tag", "mass")
    first, second = client.run(*said, "--json"), client.run(*said)
    made = json.loads(first.stdout)
    assert (made["status"], made["domain_tags"], first.returncode) == ("candidate", ["mass"], 0)
    assert second.stdout.strip() == made["id"]
    assert "already" in second.stderr


def test_a_relationship_goes_by_names(client: Client) -> None:
    made = client.run("propose", "relationship", "Field lens", "part_of", "Camera", "--project", PROJECT, "--json")
    assert json.loads(made.stdout)["relationship_type"] == "part_of"
    wrong = client.run("propose", "relationship", "Field lense", "part_of", "Camera", "--project", PROJECT)
    assert wrong.returncode == 1
    assert "Field lense" in wrong.stderr


def test_a_refusal_says_what_is_allowed(client: Client) -> None:
    wrong = client.run("propose", "entity", "gadget", "Thing", "--project", PROJECT)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "component" in wrong.stderr
    assert client.run("gaps", "--project", "nobody-knows-this").returncode == 1


def test_wrong_use_is_exit_code_2(client: Client) -> None:
    for wrong in ([], ["gaps"], ["search"], ["propose", "entity", "component", "A", "--set", "x"], ["dance"]):
        done = client.run(*wrong)
        assert (done.returncode, done.stdout) == (2, ""), wrong
        assert done.stderr
    assert client.run("search", "x", ATOCORE_TOKEN="").returncode == 2
    assert client.run("search", "x", "--url", "nonsense").returncode == 2


def test_nobody_answers(client: Client) -> None:
    done = client.run("search", "x", "--url", f"http://127.0.0.1:{free_port()}")
    assert done.returncode == 1
    assert "does not answer" in done.stderr


def test_something_else_answers(client: Client) -> None:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"

    def answer(connection: socket.socket) -> None:
        connection.recv(9_999)
        connection.sendall(page)

    with listening(answer) as url:
        done = client.run("search", "x", "--url", url)
    assert done.returncode == 1
    assert "not as AtoCore does" in done.stderr


def test_a_reader_that_has_had_enough_is_no_failure(client: Client) -> None:
    line = " ".join([*COMMAND, "context", "lens", "--json"])
    shell = ["bash", "-o", "pipefail", "-c", f"{line} | head -c 1"]
    done = subprocess.run(shell, env=client.environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "{", "")


def test_login_keeps_address_and_token_for_their_owner(client: Client) -> None:
    said = client.run("login", "--url", client.url, "--project", PROJECT, stdin=f"{client.token}\n")
    file = client.folder / ".config" / "atocore" / "client.json"
    assert (said.returncode, file.stat().st_mode & 0o777) == (0, 0o600)
    assert client.token not in said.stdout + said.stderr
    bare = {"ATOCORE_URL": "", "ATOCORE_TOKEN": ""}
    assert client.run("gaps", **bare).returncode == 0
    file.chmod(0o640)
    refused = client.run("gaps", **bare)
    assert refused.returncode == 2
    assert "chmod 600" in refused.stderr


def test_login_with_a_wrong_token_keeps_nothing(client: Client) -> None:
    assert client.run("login", stdin="atc_wrong\n").returncode == 1
    assert not (client.folder / ".config").exists()


def test_it_starts_without_django() -> None:
    names = "'django', 'memories', 'atocore_site', 'httpx'"
    code = f"import sys; import engineering.client.main; sys.exit(any(name in sys.modules for name in ({names})))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
