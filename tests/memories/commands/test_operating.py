"""What an operator sleeps by: backups that are whole, a way back, and a doctor that sees what is wrong."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.assistants.assistant import rest
from tests.live import ROOT, LiveApp, installation

COUNT = "from memories.models import Memory, AuditEntry; print(Memory.objects.count(), AuditEntry.objects.count())"
WRITE = """
from memories.actors import Actor
from memories.services import edit
for number in range({number}):
    edit.create("memory", {{"memory_type": "knowledge", "content": f"{word} {{number}} of the shutter."}},
                actor=Actor.system("import"))
"""


def shell(app: LiveApp, code: str) -> str:
    return app.manage("shell", "-v", "0", "-c", code).stdout.strip()


def write(app: LiveApp, word: str, number: int = 5) -> None:
    shell(app, WRITE.format(word=word, number=number))


def findings(app: LiveApp, *options: str) -> dict[str, tuple[str, str]]:
    done = app.manage("doctor", "--json", *options, check=False)
    return {one["name"]: (one["level"], one["words"]) for one in json.loads(done.stdout)}


def in_file(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(sql)


@pytest.fixture
def file(stopped_app: LiveApp) -> Path:
    return stopped_app.folder / "data" / "atocore.sqlite3"


@pytest.mark.needs_sqlite
def test_a_backup_under_load_is_whole_and_private(stopped_app: LiveApp) -> None:
    write(stopped_app, "Before")
    command = [
        sys.executable,
        str(ROOT / "manage.py"),
        "shell",
        "-v",
        "0",
        "-c",
        WRITE.format(word="During", number=300),
    ]
    writer = subprocess.Popen(command, env=stopped_app.environment)
    copies = [Path(stopped_app.manage("backup").stdout.strip()) for _ in range(2)]
    assert writer.wait(120) == 0
    for copy in copies:
        assert copy.stat().st_mode & 0o777 == 0o600
        assert "Whole" in stopped_app.manage("restore", "--verify", str(copy)).stderr
        with closing(sqlite3.connect(copy)) as database:
            [(memories,)] = database.execute("SELECT count(*) FROM memories")
            [(rows,)] = database.execute("SELECT count(*) FROM memory_audit WHERE entity_kind = 'memory'")
        assert memories == rows >= 5
    assert {path.name for path in copies[0].parent.iterdir()} == {path.name for path in copies}


@pytest.mark.needs_sqlite
def test_only_the_newest_are_kept(stopped_app: LiveApp) -> None:
    made = [Path(stopped_app.manage("backup", "--keep", "2").stdout.strip()) for _ in range(3)]
    assert [path.exists() for path in made] == [False, True, True]


@pytest.mark.needs_sqlite
def test_the_way_back_keeps_what_stood_there(stopped_app: LiveApp, file: Path) -> None:
    write(stopped_app, "First")
    copy = stopped_app.manage("backup").stdout.strip()
    write(stopped_app, "Second")
    assert shell(stopped_app, COUNT) == "10 10"
    stopped_app.manage("restore", copy)
    assert shell(stopped_app, COUNT) == "5 5"
    [aside] = file.parent.glob("atocore.sqlite3.before-*")
    with closing(sqlite3.connect(aside)) as database:
        assert database.execute("SELECT count(*) FROM memories").fetchone() == (10,)
    write(stopped_app, "Third")
    assert findings(stopped_app)["audit"] == ("ok", "10 records as their last audit rows say")


@pytest.mark.needs_sqlite
def test_nothing_is_restored_under_a_server_that_runs(stopped_app: LiveApp) -> None:
    copy = stopped_app.manage("backup").stdout.strip()
    write(stopped_app, "Later")
    stopped_app.start()
    refused = stopped_app.manage("restore", copy, check=False)
    assert refused.returncode == 1
    assert "stop the server first" in refused.stderr
    stopped_app.stop()
    assert shell(stopped_app, COUNT) == "5 5"


@pytest.mark.needs_sqlite
@pytest.mark.parametrize(
    ("harm", "told"),
    [
        ("UPDATE memories SET content = 'forged' WHERE id = (SELECT min(id) FROM memories)", "content"),
        ("DROP TRIGGER memory_audit_no_delete", "triggers are missing: memory_audit_no_delete"),
    ],
)
def test_a_copy_that_is_not_whole_is_told_and_never_announced(
    stopped_app: LiveApp, file: Path, harm: str, told: str
) -> None:
    write(stopped_app, "Reading")
    good = stopped_app.manage("backup").stdout.strip()
    in_file(file, harm)
    refused = stopped_app.manage("backup", str(file.parent / "mine.sqlite3"), check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert told in refused.stderr
    assert not [path.name for path in file.parent.iterdir() if "mine" in path.name]
    in_file(Path(good), harm)
    verified = stopped_app.manage("restore", "--verify", good, check=False)
    assert (verified.returncode, told in verified.stderr) == (1, True)
    assert stopped_app.manage("restore", good, check=False).returncode == 1


@pytest.mark.needs_sqlite
def test_what_is_no_database_is_refused(stopped_app: LiveApp, tmp_path: Path) -> None:
    other = tmp_path / "other?#%.sqlite3"
    for content in (b"", b"hello", os.urandom(9000)):
        other.write_bytes(content)
        refused = stopped_app.manage("restore", str(other), check=False)
        assert refused.returncode == 1
        assert "no database of AtoCore" in refused.stderr
    copy = Path(stopped_app.manage("backup", str(tmp_path / "a b?#%.sqlite3")).stdout.strip())
    stopped_app.manage("restore", "--verify", str(copy))
    assert "exists already" in stopped_app.manage("backup", str(copy), check=False).stderr


@pytest.mark.needs_postgres
def test_on_postgresql_rows_are_packed_and_come_back_into_an_empty_database(
    stopped_app: LiveApp, tmp_path: Path
) -> None:
    stopped_app.manage("load_sample")
    token = stopped_app.create_token("kept")
    path = Path(stopped_app.manage("backup").stdout.strip())
    assert path.name.endswith(".tar.gz")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert "Whole" in stopped_app.manage("restore", "--verify", str(path)).stderr
    assert "not empty" in stopped_app.manage("restore", str(path), check=False).stderr
    with installation(tmp_path / "other") as other:
        assert "in place now" in other.manage("restore", str(path)).stderr
        assert shell(other, COUNT) == shell(stopped_app, COUNT)
        told = findings(other)
        assert {told[name][0] for name in ("audit", "index", "triggers")} == {"ok"}
        shutil.copy(Path(stopped_app.environment["ATOCORE_DATA"]) / "secret_key", other.environment["ATOCORE_DATA"])
        other.start()
        assert rest(other, token, "GET", "projects")["results"]


def test_what_is_no_backup_is_refused(stopped_app: LiveApp, tmp_path: Path) -> None:
    (tmp_path / "text.gz").write_bytes(b"\x1f\x8b but not packed")
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../evil.jsonl"))
    (tmp_path / "text").write_text("words")
    for name in ("text.gz", "evil.tar.gz", "text", "nowhere"):
        refused = stopped_app.manage("restore", "--verify", str(tmp_path / name), check=False)
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
    assert not (tmp_path.parent / "evil.jsonl").exists()


@pytest.mark.needs_sqlite
@pytest.mark.parametrize("where", ["os.link", "memories.services.backups.sqlite.settle"])
def test_killed_while_restoring_a_database_is_in_place_and_again_completes(
    stopped_app: LiveApp, file: Path, where: str
) -> None:
    write(stopped_app, "Before")
    copy = stopped_app.manage("backup").stdout.strip()
    write(stopped_app, "After")
    now = shell(stopped_app, COUNT)
    code = f"""
import os
from pathlib import Path
from unittest import mock
from memories.services import backups
from memories.services.backups.copy import settle
link = os.link
def killed(*given):
    link(*given) if "{where}" == "os.link" else settle(*given)
    os._exit(9)
with mock.patch("{where}", killed):
    backups.restore(Path({copy!r}))
"""
    assert stopped_app.manage("shell", "-v", "0", "-c", code, check=False).returncode == 9
    then = shell(stopped_app, COUNT)
    assert then == now if where == "os.link" else then != now
    stopped_app.manage("restore", copy)
    assert shell(stopped_app, COUNT) != now
    kept = sorted(one.name for one in file.parent.glob("atocore.sqlite3.before-*"))
    assert kept


def test_a_backup_that_is_killed_announces_nothing_and_running_again_completes(stopped_app: LiveApp) -> None:
    write(stopped_app, "Before", 40)
    folder = Path(stopped_app.environment["ATOCORE_DATA"]) / "backups"
    command = [sys.executable, str(ROOT / "manage.py"), "backup"]
    killed = 0
    for tries in range(12):
        with subprocess.Popen(command, env=stopped_app.environment, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout
            until = time.monotonic() + 30
            while running.poll() is None and time.monotonic() < until and not any(folder.glob(".atocore-*")):
                time.sleep(0.002)
            time.sleep(0.02 * tries)
            running.kill()
            announced = running.stdout.read().strip()
        killed += running.returncode == -signal.SIGKILL
        for there in folder.glob("atocore-*"):  # it has its name only once it was found whole
            stopped_app.manage("restore", "--verify", str(there))
            there.unlink()
        if announced:
            break
    assert killed
    last = stopped_app.manage("backup").stdout.strip()
    assert "Whole" in stopped_app.manage("restore", "--verify", last).stderr


def test_what_a_killed_backup_left_is_swept_away(stopped_app: LiveApp) -> None:
    folder = Path(stopped_app.environment["ATOCORE_DATA"]) / "backups"
    folder.mkdir(parents=True)
    left = (".atocore-1.sqlite3.part", ".atocore-1.sqlite3.part-journal")
    fresh = folder / ".atocore-2.sqlite3.part"
    for name in (*left, fresh.name):
        (folder / name).write_text("half")
    for name in left:
        os.utime(folder / name, (0, 0))
    rows = folder / ".atocore-3.tar.gz.part-x" / ".rows.part" / "api_tokens.jsonl"
    rows.parent.mkdir(parents=True)
    rows.write_text("digests of tokens")
    for path in (rows, rows.parent, rows.parent.parent):
        os.utime(path, (0, 0))
    stopped_app.manage("backup")
    assert not any((folder / name).exists() for name in (*left, ".atocore-3.tar.gz.part-x"))
    assert fresh.exists()


@pytest.mark.needs_sqlite
def test_the_doctor_makes_no_database(stopped_app: LiveApp, file: Path) -> None:
    file.unlink()
    assert list(findings(stopped_app)) == ["database"]
    assert not file.exists()


@pytest.mark.needs_sqlite
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("UPDATE search_rows SET lead = 'other' WHERE id = (SELECT min(id) FROM search_rows)", "another lead"),
        ("UPDATE search_rows SET marks = 'other' WHERE id = (SELECT min(id) FROM search_rows)", "another marks"),
        ("UPDATE search_rows SET band_3 = 7 WHERE id = (SELECT min(id) FROM search_rows)", "another band_3"),
        ("DELETE FROM search_rows WHERE id = (SELECT min(id) FROM search_rows)", "missing"),
        ("UPDATE search_rows SET record_id = hex(randomblob(16)) WHERE id = 1", "that are no more"),
    ],
)
def test_the_doctor_compares_the_whole_index_and_reindex_mends_it(
    stopped_app: LiveApp, file: Path, fault: str, words: str
) -> None:
    write(stopped_app, "Reading")
    assert findings(stopped_app)["index"][0] == "ok"
    in_file(file, fault)
    level, told = findings(stopped_app)["index"]
    assert (level, words in told) == ("fail", True), told
    stopped_app.manage("reindex")
    assert findings(stopped_app)["index"][0] == "ok"


def test_an_installation_that_is_well(stopped_app: LiveApp) -> None:
    stopped_app.manage("load_sample")
    stopped_app.manage("housekeep")
    found = findings(stopped_app)
    assert {name: words for name, (level, words) in found.items() if level != "ok"} == {}
    assert {"migrations", "triggers", "disk", "housekeeping", "integrity", "audit", "index"} <= found.keys()
    assert "audit" not in findings(stopped_app, "--quick")


@pytest.mark.needs_sqlite
def test_the_doctor_sees_what_is_wrong(stopped_app: LiveApp, file: Path) -> None:
    write(stopped_app, "Reading")
    in_file(file, "UPDATE memories SET confidence = 0.99 WHERE id = (SELECT min(id) FROM memories)")
    in_file(file, "UPDATE search_rows SET text = 'other' WHERE record_id = (SELECT max(id) FROM memories)")
    in_file(file, "DROP TRIGGER memory_audit_no_update")
    file.parent.chmod(0o755)
    found = findings(stopped_app)
    assert {name for name, (level, _) in found.items() if level == "fail"} == {"audit", "index", "triggers", "data"}
    assert "confidence" in found["audit"][1]
    assert "restore_guards" in found["triggers"][1]
    assert found["housekeeping"][0] == "warn"
    assert stopped_app.manage("doctor", check=False).returncode == 1
