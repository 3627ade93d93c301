"""The two commands: counts, report, exit codes, quiet in a pipe."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from engineering.models import Entity
from memories.actors import SYSTEM, Actor
from memories.models import Memory
from memories.services import lifecycle, people, projects
from tests.engineering.importers.builders import doorstop_tree, item, old_database, optics, sdoc, uid

pytestmark = pytest.mark.django_db

WORDS = ("read", "created", "changed", "unchanged", "vanished", "repaired", "refused")


@pytest.fixture(autouse=True)
def _project() -> None:
    projects.register("p04-gigabit", actor=Actor.system("import"), aliases=["p04"])


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def as_json(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json"))
    return found


def test_each_format_comes_in_and_ends_with_its_counts(tmp_path: Path) -> None:
    doorstop = doorstop_tree(tmp_path / "d", {"REQ001.yml": item("Mass."), "REQ002.yml": item("Arm.", "[REQ001]")})
    strict = tmp_path / "s.sdoc"
    strict.write_text(sdoc("[REQUIREMENT]\nUID: S-1\nTITLE: Stiff\n"))
    table = tmp_path / "i.csv"
    table.write_text("type,external_ref,name,links\nsystem,A,Arm,\ncomponent,B,Bolt,part_of:A\n")
    lines = tmp_path / "i.jsonl"
    lines.write_text('{"type": "system", "external_ref": "J", "name": "Jig"}\n')
    for tool, path, created in (
        ("doorstop", doorstop, 6),
        ("strictdoc", strict, 3),
        ("csv", table, 3),
        ("jsonl", lines, 1),
    ):
        done = as_json("import_requirements", tool, str(path), "--project", "P04")
        assert {word: done[word] for word in WORDS} == dict.fromkeys(WORDS, 0) | {"read": created, "created": created}
        assert Path(done["report"]).read_text() == ""
    assert Entity.objects.filter(project__name="p04-gigabit").count() == 8


def test_the_closing_lines_name_all_counts_and_the_report(tmp_path: Path) -> None:
    tree = doorstop_tree(tmp_path, {"REQ001.yml": item("Mass.", "[REQ009]")})
    out = run("import_requirements", "doorstop", str(tree), "--project", "p04", "--report", str(tmp_path / "r.jsonl"))
    total, report = out.splitlines()[-2:]
    assert total == "total: read 4, created 3, changed 0, unchanged 0, vanished 0, repaired 0, refused 1"
    assert report == f"report: {tmp_path / 'r.jsonl'}"
    [line] = (tmp_path / "r.jsonl").read_text().splitlines()
    assert json.loads(line) | {"reason": ""} == {
        "outcome": "refused",
        "kind": "link",
        "ref": "REQ001",
        "rule": "dangling_link",
        "reason": "",
        "path": "REQ001.yml",
        "line": 0,
        "row": {"source": "REQ001", "role": "parent", "target": "REQ009"},
    }


def test_a_dry_run_writes_a_report_and_nothing_else(tmp_path: Path) -> None:
    tree = doorstop_tree(tmp_path, {"REQ001.yml": item("Mass.")})
    done = as_json("import_requirements", "doorstop", str(tree), "--project", "p04", "--dry-run")
    assert (done["dry_run"], done["created"]) == (True, 3)
    assert not Entity.objects.exists()
    old = old_database(tmp_path / "old.sqlite3", "p5", projects=[optics()], memories=[{"id": uid(20), "content": "x"}])
    assert as_json("import_legacy", str(old), "--dry-run")["created"] == 2
    assert not Memory.objects.exists()


def test_an_older_database_is_reported_table_by_table(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": uid(20), "content": "x", "confidence": 2},
        {"id": uid(21), "content": "y", "project": "p99"},
    ]
    old = old_database(tmp_path / "old.sqlite3", "p9", projects=[optics()], memories=rows)
    done = as_json("import_legacy", str(old))
    assert done["phase"] == "p9"
    assert done["by_kind"]["memories"] | {"vanished": 0} == {
        "read": 2,
        "created": 0,
        "changed": 0,
        "unchanged": 0,
        "repaired": 1,
        "refused": 1,
        "vanished": 0,
    }
    assert done["rules"] == {"refused": {"unknown_project": 1}, "repaired": {"confidence_range": 1}}
    report = [json.loads(line) for line in Path(done["report"]).read_text().splitlines()]
    assert {(line["outcome"], line["ref"]) for line in report} == {("repaired", uid(20)), ("refused", uid(21))}
    assert Path(done["report"]).is_relative_to(settings.ATOCORE_DATA)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("import_requirements", "doorstop", "nowhere", "--project", "p04"), 1, "no such folder"),
        (("import_requirements", "csv", "nowhere.csv", "--project", "p04"), 1, "no such file"),
        (("import_requirements", "doorstop", ".", "--project", "p05"), 1, "p04-gigabit"),
        (("import_requirements", "doorstop", ".", "--project", " "), 2, "must name a project"),
        (("import_requirements", "doorstop", ".", "--project", "p04", "--links", "x"), 2, "--links is for csv"),
        (("import_requirements", "csv", "x", "--project", "p04", "--map", "none.yaml"), 1, "none.yaml"),
        (("import_legacy", "none.sqlite3"), 1, "no such file"),
    ],
)
def test_a_refusal_says_why_and_how_to_exit(arguments: tuple[str, ...], code: int, words: str) -> None:
    with pytest.raises(CommandError, match=words) as refusal:
        run(*arguments)
    assert refusal.value.returncode == code


def test_a_default_project_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    old = old_database(tmp_path / "old.sqlite3", "p0", projects=[optics()], memories=[{"id": uid(20), "content": "x"}])
    with pytest.raises(CommandError, match="optics"):
        run("import_legacy", str(old), "--default-project", "optic")
    assert not Memory.objects.exists()


def test_wrong_use_exits_2_and_a_pipe_hears_nothing_but_the_counts(tmp_path: Path) -> None:
    manage = [sys.executable, "manage.py", "import_requirements"]
    wrong = subprocess.run(
        [*manage, "word", "x", "--project", "p"], capture_output=True, text=True, cwd=settings.BASE_DIR
    )
    assert wrong.returncode == 2
    assert "invalid choice" in wrong.stderr
    tree = doorstop_tree(tmp_path, {"REQ001.yml": item("Mass.")})
    piped = run("import_requirements", "doorstop", str(tree), "--project", "p04")
    assert "\r" not in piped


def test_progress_is_shown_on_a_terminal_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = doorstop_tree(tmp_path, {"REQ001.yml": item("Mass.")})
    run("import_requirements", "doorstop", str(tree), "--project", "p04", "--dry-run")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    run("import_requirements", "doorstop", str(tree), "--project", "p04")
    assert "entities: 2 of 2" in capsys.readouterr().err


def test_an_imported_entity_is_promoted_and_read_back_with_its_whole_history(tmp_path: Path, client: Client) -> None:
    tree = doorstop_tree(tmp_path, {"REQ001.yml": item("Mass below 5 kg.")})
    run("import_requirements", "doorstop", str(tree), "--project", "p04")
    row = Entity.objects.select_related("project").get(external_ref="REQ001")
    lifecycle.promote(row, actor=Actor.user("grace", SYSTEM))
    (tree / "REQ001.yml").write_text(item("Mass below 4 kg."))
    run("import_requirements", "doorstop", str(tree), "--project", "p04")
    client.force_login(people.first_admin("ada"))
    read = client.get(f"/api/v1/entities/{row.pk}/").json()
    assert (read["external_ref"], read["status"], read["properties"]["statement"]) == (
        "REQ001",
        "active",
        "Mass below 4 kg.",
    )
    history = client.get(f"/api/v1/entities/{row.pk}/audit/").json()["results"]
    assert [(entry["action"], entry["actor"]) for entry in reversed(history)] == [
        ("import", "import"),
        ("promote", "user:grace"),
        ("update", "import"),
    ]
