"""Settings stop on nonsense, name what is wrong, and can all be listed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from atocore_site.env import Env
from atocore_site.sqlite import wal_is_safe

ROOT = Path(__file__).resolve().parents[2]


def manage(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ATOCORE_", "DATABASE_URL"))}
    environment = {**inherited, "ATOCORE_DATA": str(folder / "data"), **settings}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("raw", "value"), [("on", True), ("YES", True), ("1", True), ("off", False), ("False", False), ("  ", True)]
)
def test_a_flag_reads_the_usual_words(raw: str, value: bool) -> None:
    assert Env({"X_FLAG": raw}, "X_").flag("X_FLAG", True, "") is value


def test_every_fault_is_named_at_once() -> None:
    env = Env({"X_FLAG": "perhaps", "X_WHOLE": "1.5", "X_NUMBER": "nan", "X_CHOICE": "blue", "X_HIGH": "99"}, "X_")
    env.flag("X_FLAG", False, "")
    env.whole("X_WHOLE", 1, "")
    env.number("X_NUMBER", 0.5, "")
    env.choice("X_CHOICE", "red", "", among=("red", "green"))
    env.whole("X_HIGH", 1, "", high=10)
    with pytest.raises(ImproperlyConfigured) as refusal:
        env.finish()
    for words in ("X_FLAG: 'perhaps'", "X_WHOLE: '1.5'", "X_NUMBER", "X_CHOICE: 'blue'", "X_HIGH: 99 is out of range"):
        assert words in str(refusal.value)


def test_a_misspelt_setting_is_refused_with_the_right_one() -> None:
    env = Env({"X_HOSTSS": "a"}, "X_")
    env.listed("X_HOSTS", [], "")
    with pytest.raises(ImproperlyConfigured, match="X_HOSTSS: no such setting, did you mean X_HOSTS"):
        env.finish()


def test_a_password_in_an_address_is_masked() -> None:
    env = Env({"DATABASE_URL": "postgres://ann:hunter2@db:5432/atocore"}, "X_")
    assert env.url("DATABASE_URL", "", "", schemes=("postgres",)) == "postgres://ann:hunter2@db:5432/atocore"
    (setting,) = env.finish()
    assert "hunter2" not in setting.value
    assert "ann" in setting.value


@pytest.mark.parametrize("address", ["mysql://db/x", "postgres://db:notaport/x", "nonsense"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    env = Env({"DATABASE_URL": address}, "X_")
    env.url("DATABASE_URL", "", "", schemes=("postgres",))
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        env.finish()


@pytest.mark.parametrize(
    ("version", "safe"),
    [("3.40.1", False), ("3.44.6", True), ("3.45.3", False), ("3.50.6", False), ("3.50.7", True), ("3.51.3", True)],
)
def test_only_fixed_sqlite_gets_a_write_ahead_log(version: str, safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_nonsense_stops_every_command_with_exit_2_and_no_traceback(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", ATOCORE_DEBUG="perhaps")
    assert done.returncode == 2
    assert "ATOCORE_DEBUG: 'perhaps'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_data_folder_and_key_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    assert manage(tmp_path, "settings").returncode == 0
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_list_shows_value_source_and_meaning_and_no_secret(tmp_path: Path) -> None:
    done = manage(tmp_path, "settings", "--json", ATOCORE_THREADS="3")
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert rows["ATOCORE_THREADS"] | {"value": "3", "source": "env"} == rows["ATOCORE_THREADS"]
    assert rows["ATOCORE_MAX_BODY_MB"]["source"] == "default"
    assert all(row["meaning"] for row in rows.values())
    key = (tmp_path / "data" / "secret_key").read_text().strip()
    assert key not in done.stdout
    assert str(tmp_path) in rows["ATOCORE_SECRET_KEY"]["source"]
