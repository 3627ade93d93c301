"""The commands on tokens: the token alone on standard output, what is wrong on standard error with its exit code."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import LiveApp, installation


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveApp]:
    with installation(Path(tmp_path_factory.mktemp("tokens"))) as made:
        made.create_user("anna", "admin")
        made.create_user("rita", "reader")
        yield made


def test_the_token_stands_alone_on_standard_output(app: LiveApp) -> None:
    done = app.manage("create_token", "claude", "--role", "agent", "--days", "7")
    assert done.stdout.strip().startswith("atc_")
    assert len(done.stdout.splitlines()) == 1
    assert "claude" in done.stderr
    assert done.stdout.strip() not in done.stderr
    again = app.manage("create_token", "Claude", "--role", "agent", check=False)
    assert (again.returncode, again.stdout) == (1, "")
    revoked = app.manage("revoke_token", "CLAUDE")
    assert revoked.stdout == ""
    assert app.manage("revoke_token", "claude", check=False).returncode == 1
    assert app.manage("create_token", "claude", "--role", "agent").stdout.startswith("atc_")


def test_an_owner_is_not_outranked(app: LiveApp) -> None:
    assert app.manage("create_token", "high", "--role", "reviewer", "--owner", "rita", check=False).returncode == 1
    assert app.manage("create_token", "low", "--role", "reader", "--owner", "RITA").stdout.startswith("atc_")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["x", "--role", "king"], 2),
        (["x"], 2),
        (["--role", "agent"], 2),
        (["x", "--role", "agent", "--days", "soon"], 2),
        (["x", "--role", "agent", "--days", "0"], 1),
        (["x", "--role", "agent", "--owner", "nobody"], 1),
        (["x", "--role", "agent", "--project", "p99"], 1),
        (["x", "--role", "agent", "--project", ""], 1),
    ],
)
def test_wrong_use_ends_with_its_exit_code_and_no_output(app: LiveApp, arguments: list[str], code: int) -> None:
    done = app.manage("create_token", *arguments, check=False)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr
    assert "Traceback" not in done.stderr
