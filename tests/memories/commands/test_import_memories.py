"""`import_memories`: counts, report, exit codes, a second run that changes nothing."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from memories.models import AuditEntry, Memory
from tests import factories as make

pytestmark = pytest.mark.django_db

COUNTS = ("read", "created", "changed", "unchanged", "repaired", "refused")


@pytest.fixture(autouse=True)
def _project() -> None:
    make.project()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_memories", *arguments, stdout=out)
    return out.getvalue()


def counted(*arguments: str) -> tuple[list[int], dict[str, Any]]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json"))
    return [found[word] for word in COUNTS], found


def report(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(found["report"]).read_text().splitlines()]


def written(path: Path, *items: Any) -> str:
    path.write_text("".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in items))
    return str(path)


def turn(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "external_ref": f"turn-{number}",
        "memory_type": "episodic",
        "content": f"In turn {number} the stage moved by {number} um.",
        "session_id": "s1",
        "position": number,
        **fields,
    }


def test_a_file_comes_in_once(tmp_path: Path) -> None:
    file = written(tmp_path / "m.jsonl", *(turn(number) for number in range(1_100)))
    assert counted(file, "--project", "P04")[0] == [1_100, 1_100, 0, 0, 0, 0]
    assert Memory.objects.filter(project__name="p04-gigabit", status="candidate").count() == 1_100
    assert AuditEntry.objects.filter(entity_kind="memory", actor="import").count() == 1_100
    assert counted(file, "--project", "P04")[0] == [1_100, 0, 0, 1_100, 0, 0]
    assert AuditEntry.objects.filter(entity_kind="memory").count() == 1_100


def test_bad_lines_are_reported_with_their_number_and_the_others_go_on(tmp_path: Path) -> None:
    file = tmp_path / "m.jsonl"
    written(file, turn(1), "{broken", "", '"text"', turn(2, project="p99"), turn(3, project="p04"), '{"a": 1, "a": 2}')
    with file.open("ab") as stream:
        stream.write(b'{"content": "\xff"}\n' + b'{"content": "' + b"x" * 1_100_000 + b'"}\n' + b'{"content": "last"')
    numbers, found = counted(str(file), "--project", "p04-gigabit")
    assert numbers == [9, 2, 0, 0, 0, 7]
    assert sorted((line["line"], line["rule"]) for line in report(found)) == [
        (2, "unreadable"),
        (4, "invalid"),
        (5, "unknown_project"),
        (7, "unreadable"),
        (8, "unreadable"),
        (9, "unreadable"),
        (10, "unreadable"),
    ]


def test_active_and_what_is_there(tmp_path: Path) -> None:
    first = written(tmp_path / "a.jsonl", turn(1), turn(2, status="candidate"))
    assert counted(first, "--project", "p04", "--active")[0][1] == 2
    assert list(Memory.objects.order_by("position").values_list("status", flat=True)) == ["active", "candidate"]
    newer = written(tmp_path / "b.jsonl", turn(1, content="The stage did not move."), turn(2))
    numbers, found = counted(newer, "--project", "p04")
    assert numbers == [2, 0, 0, 2, 0, 0]
    assert [(line["outcome"], line["rule"], line["ref"]) for line in report(found)] == [
        ("note", "existing_differs", "turn-1")
    ]
    assert counted(newer, "--project", "p04", "--update")[0] == [2, 0, 1, 1, 0, 0]
    assert Memory.objects.get(position=1).content == "The stage did not move."


def test_a_dry_run_counts_as_if_and_keeps_nothing(tmp_path: Path) -> None:
    file = written(tmp_path / "m.jsonl", *(turn(number % 700) for number in range(1_000)))
    numbers, found = counted(file, "--project", "p04", "--dry-run")
    assert (numbers, found["dry_run"]) == ([1_000, 700, 0, 300, 0, 0], True)
    assert not Memory.objects.exists()
    assert not AuditEntry.objects.filter(entity_kind="memory").exists()


def test_what_cannot_be_imported_at_all(tmp_path: Path) -> None:
    file = written(tmp_path / "m.jsonl", turn(1))
    for arguments in ([str(tmp_path / "none.jsonl")], [str(tmp_path)], [file, "--project", "p99"]):
        with pytest.raises(CommandError, match="Nothing was imported") as refusal:
            run(*arguments)
        assert refusal.value.returncode == 1
    assert not Memory.objects.exists()


def test_it_says_nothing_of_its_progress_in_a_pipe(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = run(written(tmp_path / "m.jsonl", turn(1)), "--project", "p04")
    assert "total: read 1, created 1, changed 0, unchanged 0" in text
    assert "report: " in text
    assert capfd.readouterr().err == ""
