"""`manage.py capture` and `manage.py extract`: counts, exit codes, safe to repeat and to run twice at once."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from memories.models import ExtractionRun, Interaction, Memory
from memories.services.capture import capture
from tests import factories as make
from tests.live import ROOT, LiveApp
from tests.memories.capture.model_server import item, says, serving, status

FACT = "The detector cooler draws 22 W at full power."
EXCHANGE = {"prompt": "How much?", "response": FACT, "session_id": "s1", "project": "p04"}


def run(*arguments: str) -> tuple[dict[str, int], int, str]:
    """Run a command; return its counts, its exit code and what it said."""
    out, said, code = StringIO(), StringIO(), 0
    try:
        call_command(*arguments, "--json", stdout=out, stderr=said)
    except SystemExit as end:
        code = int(end.code or 0)
    return json.loads(out.getvalue()), code, said.getvalue()


def lines(folder: Path, *rows: Any) -> str:
    path = folder / "exchanges.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return str(path)


@pytest.mark.django_db
def test_a_file_is_captured_and_captured_again_without_effect(tmp_path: Path) -> None:
    make.project()
    make.memory("At full power the detector cooler draws 22 W.", active=True)
    path = lines(tmp_path, EXCHANGE, "", {**EXCHANGE, "response": "We decided to use two packs."})
    counts, code, _ = run("capture", path)
    assert (counts["read"], counts["captured"], counts["reinforced"], counts["proposed"], code) == (2, 2, 1, 1, 0)
    counts, code, _ = run("capture", path)
    assert (counts["captured"], counts["unchanged"], code) == (0, 2, 0)
    assert Interaction.objects.count() == 2


@pytest.mark.django_db
def test_what_is_refused_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    make.project()
    path = lines(tmp_path, "{no json", EXCHANGE, {"response": "no prompt"}, "[1]", '{"prompt": "\\ud800"}', "[" * 9_000)
    counts, code, said = run("capture", path)
    assert (counts["read"], counts["captured"], counts["refused"], code) == (6, 1, 5, 1)
    for number in (1, 3, 4, 5, 6):
        assert f"line {number}:" in said


@pytest.mark.django_db
def test_one_object_over_several_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make.project()
    monkeypatch.setattr(sys, "stdin", StringIO(json.dumps(EXCHANGE, indent=2)))
    counts, code, _ = run("capture", "-")
    assert (counts["captured"], code) == (1, 0)
    assert Interaction.objects.get().created_by == "import"


@pytest.mark.django_db
def test_it_captures_as_a_token_or_not_at_all(tmp_path: Path) -> None:
    from memories.choices import Role
    from tests.rest import token

    make.project()
    token(Role.AGENT, "scribe")
    run("capture", lines(tmp_path, EXCHANGE), "--as", "Scribe")
    assert Interaction.objects.get().created_by == "agent:scribe"
    for wrong in (["capture", str(tmp_path / "none")], ["capture", "--as", "nobody"]):
        with pytest.raises(CommandError) as refusal:
            call_command(*wrong)
        assert refusal.value.returncode == 2


@pytest.mark.django_db
def test_extract_looks_through_what_was_not_looked_through(settings: Any) -> None:
    make.project()
    settings.ATOCORE_EXTRACT_ON_CAPTURE = "off"
    scribe = make.agent("scribe")
    for number in range(3):
        capture({**EXCHANGE, "response": f"Pump {number} of the bench draws {number} W."}, actor=scribe)
    capture({**EXCHANGE, "project": "p99-nowhere"}, actor=scribe)
    counts, code, said = run("extract", "--dry-run")
    assert (counts["looked_through"], counts["proposed"], Memory.objects.count()) == (3, 3, 0)
    assert "Nothing was changed" in said
    assert run("extract", "--project", "p04", "--limit", "1")[0]["proposed"] == 1
    assert run("extract", "--since", "2999-01-01")[0]["looked_through"] == 0
    assert run("extract")[0]["proposed"] == 2
    assert run("extract")[0] == dict.fromkeys(counts, 0)
    assert code == 0
    assert set(Memory.objects.values_list("created_by", flat=True)) == {"agent:scribe"}


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [["--project", "p99"], ["--since", "soon"], ["--extractor", "llm"]])
def test_wrong_use_exits_2(wrong: list[str]) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("extract", *wrong)
    assert refusal.value.returncode == 2


@pytest.mark.django_db
def test_a_model_that_is_gone_is_not_asked_about_everything(settings: Any) -> None:
    make.project()
    scribe = make.agent()
    for number in range(6):
        capture({**EXCHANGE, "response": f"{FACT} {number}"}, actor=scribe)
    with serving(status(401)) as server:
        settings.ATOCORE_LLM_URL, settings.ATOCORE_LLM_MODEL = server.url, "tiny"
        assert run("extract", "--extractor", "llm", "--dry-run")[0] == {"would_ask_about": 6}
        counts, code, said = run("extract", "--extractor", "llm")
    assert (counts["failed"], code, len(server.asked)) == (3, 1, 3)
    assert "waits for the next run" in said
    assert ExtractionRun.objects.filter(extractor="llm", outcome="failed").count() == 3


def start(app: LiveApp, *arguments: str, **more: str) -> "subprocess.Popen[str]":
    command, pipe = [sys.executable, str(ROOT / "manage.py"), *arguments], subprocess.PIPE
    return subprocess.Popen(command, env={**app.environment, **more}, text=True, stdout=pipe, stderr=pipe)


def ended(process: "subprocess.Popen[str]") -> dict[str, int]:
    """Wait for a command and return its counts."""
    out, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return dict(json.loads(out))


def test_two_captures_at_once_both_count(stopped_app: LiveApp, tmp_path: Path) -> None:
    """Each reads a memory's count, and neither may write over the other's or fail for it."""
    fact = {**EXCHANGE, "project": "", "response": "A note. " * 9 + FACT}
    ended(start(stopped_app, "capture", lines(tmp_path, fact), "--json"))
    files = []
    for name in ("one", "two"):
        rows = [{**fact, "response": f"{FACT} As {name} said: {n}.", "session_id": f"{name}{n}"} for n in range(15)]
        (tmp_path / name).mkdir()
        files.append(lines(tmp_path / name, *rows))
    counts = [ended(process) for process in [start(stopped_app, "capture", file, "--json") for file in files]]
    assert [(done["captured"], done["reinforced"], done["refused"]) for done in counts] == [(15, 15, 0)] * 2


def test_twice_at_once_and_a_model_outside_of_any_transaction(stopped_app: LiveApp, tmp_path: Path) -> None:
    """In real processes: nothing is proposed twice, and a model is asked although asking in a transaction raises."""
    rows = [{**EXCHANGE, "project": "", "response": f"Pump {n} of the bench draws {n} W."} for n in range(20)]
    off = {"ATOCORE_EXTRACT_ON_CAPTURE": "off"}

    def counts(*arguments: str, **more: str) -> dict[str, int]:
        return ended(start(stopped_app, *arguments, "--json", **off, **more))

    assert counts("capture", lines(tmp_path, *rows))["captured"] == 20
    both = [ended(process) for process in [start(stopped_app, "extract", "--json", **off) for _ in range(2)]]
    assert sum(done["proposed"] for done in both) == 20
    assert sum(done["looked_through"] for done in both) == 20
    with serving(says({"items": [item("How much?", statement="Somebody asked how much.")]})) as server:
        llm = {"ATOCORE_LLM_URL": server.url, "ATOCORE_LLM_MODEL": "tiny"}
        asked = counts("extract", "--extractor", "llm", "--limit", "2", **llm)
    assert (asked["looked_through"], asked["failed"], len(server.asked)) == (2, 0, 2)
