"""`atocore capture`: what a hook hands in is stored once, whatever happens to server, client, disk or token."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.engineering.client.command import COMMAND, Client, free_port, listening
from tests.live import LiveApp

MANY = 30


@pytest.fixture
def app(stopped_app: LiveApp) -> LiveApp:
    """An installation that answers at the same address each time it is started."""
    stopped_app.environment["ATOCORE_API_RATE"] = "0"
    return stopped_app


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def client(app: LiveApp, port: int, tmp_path: Path) -> Client:
    return Client(f"http://127.0.0.1:{port}", app.create_token("hook"), tmp_path / "client")


def start(app: LiveApp, port: int) -> None:
    app.start("--bind", f"127.0.0.1:{port}")


def exchange(number: int = 0, **more: Any) -> dict[str, Any]:
    return {"prompt": f"What does pump {number} draw?", "response": f"{number} W.", "session_id": "s", **more}


def spool_many(client: Client) -> None:
    client.spool.mkdir(parents=True)
    code = (
        "import sys; from pathlib import Path; from engineering.client import spool;"
        f"[spool.put(Path(sys.argv[1]), spool.new({{'prompt': f'Question {{n}}?', 'session_id': 's'}}))"
        f" for n in range({MANY})]"
    )
    subprocess.run([sys.executable, "-c", code, str(client.spool)], check=True, env=client.environment)


def test_while_the_server_is_down_exchanges_wait_in_order(app: LiveApp, client: Client, port: int) -> None:
    for number in range(3):
        done = client.run("capture", stdin=exchange(number))
        assert done.returncode == 0, "kept is no failure"
        assert "wait in" in done.stderr
    assert [file.stat().st_mode & 0o777 for file in client.waiting()] == [0o600] * 3
    assert client.spool.stat().st_mode & 0o777 == 0o700
    assert client.run("capture", "--flush").returncode == 1, "asked to send, it could not"
    start(app, port)
    counts = client.counts(stdin=exchange(3))
    assert (counts["stored"], counts["waiting"]) == (4, 0)
    assert [row["prompt"] for row in client.stored("s")] == [exchange(number)["prompt"] for number in range(4)]
    assert client.waiting() == []


def test_an_answer_that_was_lost_does_not_store_twice(app: LiveApp, client: Client, port: int) -> None:
    start(app, port)

    def swallow(connection: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", port)) as real:
            connection.settimeout(0.3)
            try:
                while sent := connection.recv(65_536):
                    real.sendall(sent)
            except TimeoutError:
                real.recv(65_536)  # it is stored now, and nobody learns of it

    with listening(swallow) as url:
        lossy = Client(url, client.token, client.folder)
        assert client.run("capture", stdin=exchange(), ATOCORE_URL=url).returncode == 0
        (file,) = lossy.waiting()
    assert len(client.stored("s")) == 1
    client.spool.mkdir(parents=True)
    file.rename(client.spool / file.name)
    assert client.counts("--flush")["stored"] == 1
    assert len(client.stored("s")) == 1
    assert client.waiting() == []


def test_a_server_that_is_killed_while_it_captures(app: LiveApp, client: Client, port: int) -> None:
    spool_many(client)
    start(app, port)
    flushing = client.start("capture", "--flush")
    _until(lambda: len(client.waiting()) < MANY - 3)
    app.stop(signal.SIGKILL)
    assert flushing.wait(60) == 1
    assert client.waiting(), "it was killed in the middle"
    start(app, port)
    assert client.run("capture", "--flush").returncode == 0
    assert _questions(client) == [f"Question {number}?" for number in range(MANY)]


def test_a_client_that_is_killed_while_it_sends(app: LiveApp, client: Client, port: int) -> None:
    spool_many(client)
    start(app, port)
    flushing = client.start("capture", "--flush")
    _until(lambda: len(client.waiting()) < MANY - 3)
    flushing.kill()
    flushing.wait()
    assert client.run("capture", "--flush").returncode == 0
    assert _questions(client) == [f"Question {number}?" for number in range(MANY)]


def test_two_clients_send_at_once(app: LiveApp, client: Client, port: int) -> None:
    spool_many(client)
    start(app, port)
    runs = [client.start("capture", "--flush") for _ in range(3)]
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    assert _questions(client) == [f"Question {number}?" for number in range(MANY)]


def test_a_disk_that_takes_nothing_sends_at_once(app: LiveApp, client: Client, port: int) -> None:
    start(app, port)
    whole = f"ulimit -f 0; exec {' '.join(COMMAND)} capture --json"
    sent = json.dumps(exchange())
    done = subprocess.run(
        ["bash", "-c", whole], input=sent, env=client.environment, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, json.loads(done.stdout)["stored"]) == (0, 1)
    assert "takes nothing" in done.stderr
    assert [row["prompt"] for row in client.stored("s")] == [exchange()["prompt"]]


def test_no_spool_and_no_server_gives_the_exchange_back(client: Client) -> None:
    client.folder.mkdir()
    (client.folder / "spool").write_text("a file where the folder should be")
    done = client.run("capture", stdin=exchange())
    assert done.returncode == 1
    assert json.loads(done.stdout) == exchange()
    assert "Neither kept nor sent" in done.stderr


def test_a_token_that_is_refused_keeps_everything(app: LiveApp, client: Client, port: int) -> None:
    start(app, port)
    app.manage("revoke_token", "hook")
    done = client.run("capture", stdin=exchange())
    assert done.returncode == 1
    assert "401" in done.stderr
    assert len(client.waiting()) == 1
    renewed = Client(client.url, app.create_token("hook-2"), client.folder)
    assert renewed.counts("--flush")["stored"] == 1


def test_without_a_token_it_is_kept_all_the_same(app: LiveApp, client: Client, port: int) -> None:
    start(app, port)
    assert client.run("capture", stdin=exchange(), ATOCORE_TOKEN="").returncode == 1
    assert len(client.waiting()) == 1


def test_what_the_server_refuses_is_put_aside_with_the_reason(app: LiveApp, client: Client, port: int) -> None:
    start(app, port)
    assert client.run("capture", stdin=exchange(1, memories_used="no list")).returncode == 1
    (file,) = client.waiting("refused")
    assert "memories_used" in json.loads(file.read_text())["why"]
    assert client.counts(stdin=exchange(2))["stored"] == 1, "the next one is not held up"
    mended = json.loads(file.read_text())
    del mended["body"]["memories_used"]
    file.write_text(json.dumps(mended))
    assert client.counts("--retry-refused")["stored"] == 1
    assert (client.waiting(), client.waiting("refused")) == ([], [])


def test_a_file_that_is_no_exchange_holds_nobody_up(app: LiveApp, client: Client, port: int) -> None:
    start(app, port)
    client.spool.mkdir(parents=True)
    (client.spool / "0-broken.json").write_text('{"key": ')
    assert client.counts(stdin=exchange())["stored"] == 1
    assert [file.name for file in client.waiting("refused")] == ["0-broken.json"]


def test_what_cannot_be_read_is_kept(client: Client) -> None:
    done = client.run("capture", stdin="just words")
    assert done.returncode == 1, "a hook's exit code 2 would hold the assistant up"
    (file,) = client.waiting("refused")
    assert json.loads(file.read_text())["body"] == {"text": "just words"}


def test_after_a_day_the_server_is_asked_first(app: LiveApp, client: Client, port: int) -> None:
    start(app, port)
    assert client.counts(stdin=exchange())["stored"] == 1
    old = {"key": "spool-forgotten", "body": exchange(), "at": time.time() - 90_000}
    (client.spool / "0.json").write_text(json.dumps(old))
    counts = client.counts("--flush")
    assert (counts["known"], counts["stored"]) == (1, 0)
    assert len(client.stored("s")) == 1


def test_a_hook_that_hands_in_the_same_turn_twice(app: LiveApp, client: Client, port: int, tmp_path: Path) -> None:
    start(app, port)
    rows = [
        {"type": "user", "uuid": "u1", "sessionId": "s", "message": {"role": "user", "content": "How heavy?"}},
        {"type": "assistant", "uuid": "a1", "message": {"role": "assistant", "content": [_text("4.2 kg.")]}},
    ]
    file = tmp_path / "transcript.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    sent = {"session_id": "s", "transcript_path": str(file), "hook_event_name": "Stop", "cwd": "/"}
    for _ in range(2):
        assert client.run("capture", "--project", "p04", stdin=sent).returncode == 0
    (row,) = client.stored("s")
    assert (row["prompt"], row["response"], row["client"]) == ("How heavy?", "4.2 kg.", "claude-code")


def _text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


def _questions(client: Client) -> list[str]:
    return [row["prompt"] for row in client.stored("s")]


def _until(done: Any) -> None:
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end
        time.sleep(0.005)
