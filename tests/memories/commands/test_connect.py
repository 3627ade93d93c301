"""`manage.py connect`: a token and a configuration that works, and a file of which nothing is lost."""

import json
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memories import assistants
from memories.assistants import HTTP, PROGRAMS, STDIO
from memories.models import ApiToken
from memories.services import tokens

pytestmark = pytest.mark.django_db


def connect(*arguments: str) -> tuple[str, str]:
    """Run the command; returns what it printed on standard output and error."""
    out, err = StringIO(), StringIO()
    call_command("connect", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def token_in(entry: dict[str, Any]) -> str:
    """Return the token of an entry."""
    if "env" in entry:
        return str(entry["env"]["ATOCORE_TOKEN"])
    return str(entry["headers"]["Authorization"]).removeprefix("Bearer ")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
@pytest.mark.parametrize("way", [HTTP, STDIO])
def test_it_prints_a_configuration_with_a_live_token(program: assistants.Program, way: str) -> None:
    if way not in program.ways:
        with pytest.raises(CommandError, match="stdio only"):
            connect(program.name, "--transport", way)
        return
    out, err = connect(program.name, "--transport", way, "--url", "http://127.0.0.1:9000/")
    entry = json.loads(out)[program.key]["atocore"]
    token = tokens.authenticate(token_in(entry))
    assert token is not None
    assert (token.role, token.name) == ("agent", program.name)
    assert program.where in err
    assert token_in(entry) not in err
    assert entry.get("type") == (way if program.typed else None)
    if way == HTTP:
        assert entry["url"] == "http://127.0.0.1:9000/mcp"
    else:
        assert entry["args"][-1] == "mcp"
        assert Path(entry["args"][0]).name == "manage.py"


def test_a_second_connection_has_a_token_of_its_own() -> None:
    for _ in range(3):
        connect("cursor")
    assert set(ApiToken.objects.values_list("name", flat=True)) == {"cursor", "cursor-2", "cursor-3"}


def test_writing_keeps_what_stands_there(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "mcp.json"
    connect("cursor", "--write", "--file", str(file))
    first = json.loads(file.read_text())
    other = {"mcpServers": {**first["mcpServers"], "other": {"command": "other"}}, "theme": "dark"}
    file.write_text(json.dumps(other))
    out, err = connect("cursor", "--write", "--file", str(file))
    now = json.loads(file.read_text())
    assert out == ""
    assert now["theme"] == "dark"
    assert now["mcpServers"]["other"] == {"command": "other"}
    assert token_in(now["mcpServers"]["atocore"]) != token_in(first["mcpServers"]["atocore"])
    assert json.loads(file.with_name("mcp.json.before-atocore").read_text()) == other
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "version control" in err
    assert sorted(path.name for path in file.parent.iterdir()) == ["mcp.json", "mcp.json.before-atocore"]


def test_a_file_that_cannot_be_written_leaves_no_live_token(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no folder")
    folder = tmp_path / "mcp.json.before-atocore"
    folder.mkdir()
    file = tmp_path / "mcp.json"
    file.write_text("{}")
    for where in (tmp_path / "taken" / "mcp.json", file):
        with pytest.raises(CommandError, match=str(where)):
            connect("cursor", "--write", "--file", str(where))
    assert not ApiToken.objects.filter(revoked_at__isnull=True).exists()
    assert file.read_text() == "{}"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".mcp")] == []


def test_a_link_to_the_file_stays_one(tmp_path: Path) -> None:
    file, link = tmp_path / "kept.json", tmp_path / "mcp.json"
    file.write_text("{}")
    link.symlink_to(file)
    connect("cursor", "--write", "--file", str(link))
    assert link.is_symlink()
    assert "atocore" in file.read_text()


@pytest.mark.parametrize("text", ["{", "[]", '{"mcpServers": []}', "[" * 100_000])
def test_a_file_that_cannot_be_merged_is_left_alone_and_no_token_made(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mcp.json"
    file.write_text(text)
    with pytest.raises(CommandError, match="left as it is"):
        connect("cursor", "--write", "--file", str(file))
    assert file.read_text() == text
    assert not ApiToken.objects.exists()


_VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.integers(), max_size=3)
_OBJECTS = st.dictionaries(st.text(max_size=8), _VALUES, max_size=4)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a machine may be busy
@given(_OBJECTS, _OBJECTS)
def test_merging_changes_one_entry(whole: dict[str, Any], servers: dict[str, Any]) -> None:
    program = PROGRAMS[0]
    before = {**whole, program.key: servers}
    after = json.loads(assistants.merged(program, json.dumps(before), {"url": "here"}))
    assert after[program.key].pop("atocore") == {"url": "here"}
    before[program.key] = {name: value for name, value in servers.items() if name != "atocore"}
    assert after == before
