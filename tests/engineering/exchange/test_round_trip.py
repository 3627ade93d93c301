"""Out, into an empty database, out again: the same to the byte, on either database and from one to the other."""

import filecmp
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engineering.importers.builders import SHARED, needs_shared_data
from tests.live import ROOT, LiveApp, installation
from tests.machine import on_postgres

TREE = SHARED / "rtems_spec" / "normalised"
RTEMS = [
    *("import_requirements", "jsonl", str(TREE / "items.jsonl"), "--links", str(TREE / "links.csv")),
    *("--map", str(ROOT / "examples" / "rtems-mapping.yaml"), "--project", "rtems", "--active"),
]


def load_sample(app: LiveApp) -> None:
    app.manage("load_sample")
    app.manage("create_user", "ines", "--role", "reviewer", "--project", "p21-heron")
    app.create_token("bench", "agent")
    app.manage("housekeep")
    app.manage("context", "What is the camera barrel made of?", "--project", "p21-heron")


def load_rtems(app: LiveApp) -> None:
    app.manage("shell", "-v", "0", "-c", REGISTER)
    app.manage(*RTEMS)


def load_legacy(app: LiveApp) -> None:
    app.manage("import_legacy", str(SHARED / "legacy" / "atocore-p5.sqlite3"))


REGISTER = """
from memories.actors import Actor
from memories.services import projects
projects.register("rtems", actor=Actor.system("import"))
"""
shared = needs_shared_data


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Callable[..., LiveApp]]:
    """Make empty installations: on this run's database, or on SQLite where told so."""
    open_ones = []

    def make(name: str, *, sqlite: bool = False) -> LiveApp:
        folder = tmp_path / name
        folder.mkdir()
        if sqlite and on_postgres():
            environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
            app = LiveApp(folder, environment | {"ATOCORE_DATA": str(folder / "data"), "DATABASE_URL": ""})
            (folder / "data").mkdir(mode=0o700)
            app.manage("migrate", "-v", "0")
            return app
        context = installation(folder)
        open_ones.append(context)
        return context.__enter__()

    yield make
    for context in open_ones:
        context.__exit__(None, None, None)


def out(app: LiveApp, name: str, *options: str) -> Path:
    folder = app.folder.parent / name
    app.manage("export", str(folder), *options)
    return folder


def same(one: Path, other: Path) -> bool:
    names = sorted(path.name for path in one.iterdir())
    equal, *unequal = filecmp.cmpfiles(one, other, names, shallow=False)
    return sorted(equal) == names == sorted(path.name for path in other.iterdir()) and not any(unequal)


@pytest.mark.parametrize(
    "load",
    [load_sample, pytest.param(load_rtems, marks=shared), pytest.param(load_legacy, marks=shared)],
    ids=["sample", "rtems", "legacy"],
)
def test_what_left_and_came_back_is_the_same_to_the_byte(
    load: Callable[[LiveApp], None], new: Callable[..., LiveApp]
) -> None:
    """On PostgreSQL: from there to SQLite, and back to PostgreSQL."""
    source = new("source")
    load(source)
    first = out(source, "first")
    for number, sqlite in enumerate((True, False)):
        app = new(f"target-{number}", sqlite=sqlite)
        app.manage("import", str(first))
        assert same(first, out(app, f"again-{number}"))
        told = {one["name"]: one["level"] for one in json.loads(app.manage("doctor", "--json", check=False).stdout)}
        assert {told["audit"], told["index"], told["integrity"]} == {"ok"}
    assert json.loads((first / "manifest.json").read_text())["tables"]["memory_audit"]["rows"] > 100


def test_what_was_imported_is_worked_on_as_before(new: Callable[..., LiveApp]) -> None:
    source = new("source")
    load_sample(source)
    target = new("target")
    target.manage("import", str(out(source, "first")))
    found = target.manage("context", "What is the camera barrel made of?", "--project", "heron").stdout
    assert "Ti-6Al-4V" in found
    code = """
from memories.actors import Actor
from memories.models import AuditEntry
from memories.services import edit
before = AuditEntry.objects.latest("seq").seq
row = edit.create("memory", {"memory_type": "knowledge", "content": "The shutter sticks at -40 °C."},
                  actor=Actor.system("import"))
print(AuditEntry.objects.latest("seq").seq - before)
"""
    assert target.manage("shell", "-v", "0", "-c", code).stdout.strip() == "1"


def test_one_project_takes_with_it_what_it_rests_on(new: Callable[..., LiveApp]) -> None:
    source = new("source")
    load_sample(source)
    folder = out(source, "heron", "--project", "heron")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["projects"] == ["p21-heron"]
    assert manifest["elsewhere"]
    assert manifest["tables"]["memories"]["rows"] < source_count(source)
    target = new("target")
    target.manage("import", str(folder))
    told = {one["name"]: one["level"] for one in json.loads(target.manage("doctor", "--json", check=False).stdout)}
    assert {told["audit"], told["index"], told["integrity"]} == {"ok"}
    assert same(folder, out(target, "again", "--project", "heron"))


def source_count(app: LiveApp) -> int:
    code = "from memories.models import Memory; print(Memory.objects.count())"
    return int(app.manage("shell", "-v", "0", "-c", code).stdout)


def test_killed_in_the_middle_nothing_is_there_and_again_completes(new: Callable[..., LiveApp]) -> None:
    source = new("source")
    load_sample(source)
    folder, target = out(source, "first"), new("target")
    command = [sys.executable, str(ROOT / "manage.py"), "import", str(folder)]
    began = time.monotonic()
    subprocess.run(
        [*command, "--dry-run"], env=target.environment, check=True, capture_output=True
    )  # how long it takes here
    length = time.monotonic() - began
    for share in (0.5, 0.7, 0.9):
        process = subprocess.Popen(command, env=target.environment, stderr=subprocess.DEVNULL)
        time.sleep(length * share)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if source_count(target):  # it was through already
            break
        code = "from memories.models import AuditEntry; print(AuditEntry.objects.count())"
        assert target.manage("shell", "-v", "0", "-c", code).stdout.strip() == "0"
    else:
        target.manage("import", str(folder))
    assert same(folder, out(target, "again"))


def test_what_is_no_whole_export_is_refused_in_words(new: Callable[..., LiveApp]) -> None:
    source = new("source")
    load_sample(source)
    folder, target = out(source, "first"), new("target")

    def refused(*words: str) -> str:
        done = target.manage("import", *words, check=False)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        return done.stderr

    assert "manifest.json cannot be read" in refused(str(folder.parent / "nowhere"))
    file = folder / "memories.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-10])
    assert "memories.jsonl is not the file that was exported" in refused(str(folder))
    file.write_bytes(whole)
    manifest = folder / "manifest.json"
    text = manifest.read_text()
    manifest.write_text(text.replace('"format": 1', '"format": 2'))
    assert "reads format 1" in refused(str(folder))
    manifest.write_text(text.replace('"near_overlap"', '"nearness"'))
    assert "nearness" in refused(str(folder))
    manifest.write_text(text)
    assert target.manage("import", str(folder), "--dry-run").returncode == 0
    target.manage("import", str(folder))
    assert "not empty" in refused(str(folder))


@pytest.mark.needs_postgres
def test_an_installation_moves_to_postgresql_with_its_tokens(new: Callable[..., LiveApp]) -> None:
    source, target = new("source", sqlite=True), new("target")
    load_sample(source)
    before = out(source, "before")
    url = target.environment["DATABASE_URL"]
    done = source.manage("move", url, "--json")
    rows = {name: table["rows"] for name, table in json.loads(done.stdout)["tables"].items()}
    assert rows["api_tokens"] == 1
    target.environment["ATOCORE_DATA"] = source.environment["ATOCORE_DATA"]
    assert same(before, out(target, "after"))
    assert same(before, out(source, "still"))
    assert "not empty" in source.manage("move", url, check=False).stderr
    assert not list(Path(source.environment["ATOCORE_DATA"]).glob(".moving*"))
