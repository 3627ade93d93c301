"""`manage.py ingest`: counts, report, exit codes, quiet in a pipe, and unmoved by what means harm."""

import errno
import json
import os
import resource
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from memories.models import SourceDocument
from tests import factories
from tests.memories import hostile_files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _project() -> None:
    factories.project()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with one page in a folder."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# A\n\nWords.\n")
    return tmp_path


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("ingest", *arguments, "--project", "P04", "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def report(done: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(done["report"]).read_text().splitlines()]


def test_a_folder_and_one_file_of_it_are_one_tree(tree: Path) -> None:
    done = run(str(tree))
    assert (done["read"], done["created"], done["tree"].partition("@")[0]) == (1, 1, tree.name)
    assert run(str(tree / "docs" / "a.md"), "--root", str(tree))["unchanged"] == 1
    assert run(str(tree / "docs"), "--root", str(tree))["unchanged"] == 1
    assert SourceDocument.objects.get().file_path == "docs/a.md"


def test_candidates_and_names(tree: Path) -> None:
    run(str(tree), "--candidate", "--source", "wiki", "--prefix", "/wiki/")
    row = SourceDocument.objects.get()
    assert (row.status, row.origin, row.file_path, row.created_by) == ("candidate", "wiki", "wiki/docs/a.md", "import")


def test_a_dry_run_says_so(tree: Path) -> None:
    done = run(str(tree), "--dry-run")
    assert (done["created"], done["dry_run"], SourceDocument.objects.count()) == (1, True, 0)


@pytest.mark.parametrize(
    ("path", "more", "words", "code"),
    [
        ("nowhere", (), "there is no such folder", 1),
        ("docs/b.txt", (), "only .md and .markdown", 1),
        ("pipe.md", (), "no such folder or regular file", 1),
        ("docs", ("--root", "other"), "is not below", 2),
        ("docs", ("--prefix", "../x"), "relative to its tree", 2),
        ("out.md", ("--root", "docs"), "is not below", 2),
    ],
)
def test_wrong_use_says_what_is_wrong(tree: Path, path: str, more: tuple[str, ...], words: str, code: int) -> None:
    (tree / "docs" / "b.txt").write_text("x")
    (tree / "other").mkdir()
    (tree / "other" / "c.md").write_text("# C\n")
    os.mkfifo(tree / "pipe.md")
    (tree / "out.md").symlink_to(tree / "other" / "c.md")
    options = [str(tree / word) if word in ("other", "docs") else word for word in more]
    with pytest.raises(CommandError, match=words) as refusal:
        run(str(tree / path), *options)
    assert refusal.value.returncode == code


def test_an_unknown_project_is_named_with_the_closest(tree: Path) -> None:
    with pytest.raises(CommandError, match="p04-gigabit"):
        call_command("ingest", str(tree), "--project", "p04-gigabyte")


def test_two_hundred_hostile_files_do_nothing_but_be_reported(tmp_path: Path) -> None:
    taken, refused = hostile_files.make(tmp_path / "tree")
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = run(str(tmp_path / "tree"))
    assert taken + refused == 200
    assert (done["read"], done["created"], done["refused"]) == (200, taken, refused)
    lines = report(done)
    assert len(lines) == len({line["ref"] for line in lines}) == refused
    assert all(line["reason"] and line["rule"] for line in lines)
    assert not SourceDocument.objects.filter(source__text__contains="4711").exists()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 1024  # kilobytes
    assert time.monotonic() - began < 120
    again = run(str(tmp_path / "tree"))
    assert (again["unchanged"], again["vanished"]) == (taken, 0)


def test_what_may_not_be_read_is_reported(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(str(tree))
    _forbid(tree / "docs", monkeypatch)
    done = run(str(tree))
    (tree / "docs").chmod(0o755)
    assert (done["refused"], done["vanished"]) == (1, 0)


def _forbid(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no one read a folder; nothing is forbidden to root (so in CI), for whom the system's answer is given here."""
    folder.chmod(0)
    opened = os.open

    def refused(path: Any, *arguments: Any, **more: Any) -> int:
        if os.fspath(path) == folder.name:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return opened(path, *arguments, **more)

    if os.geteuid() == 0:
        monkeypatch.setattr(os, "open", refused)


@pytest.mark.needs_sqlite
def test_the_command_is_quiet_in_a_pipe(tree: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "ATOCORE_DATA": str(tmp_path / "data"), "DATABASE_URL": ""}
    setup = "from tests import factories; factories.project()"
    for words in (["migrate", "-v0"], ["shell", "-v0", "-c", setup]):
        subprocess.run([sys.executable, "manage.py", *words], env=environment, check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, "manage.py", "ingest", str(tree / "docs"), "--project", "p04-gigabit"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "read 1, created 1" in done.stdout
    assert connection.vendor == "sqlite"
