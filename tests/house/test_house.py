"""The house keeps its own rules: floors, sizes, migrations, and one word a verb."""

import ast
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from engineering.services.conflicts import resolve, scan
from memories.kinds import kinds
from memories.services import lifecycle

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("memories", "engineering", "atocore_site")


def python_files() -> list[Path]:
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]


def test_floors_import_downwards_only() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_files_stay_readable() -> None:
    long = [str(path.relative_to(ROOT)) for path in python_files() if path.read_text().count("\n") > 500]
    long += [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if path.read_text().count("\n") > 120
    ]
    assert not long


def test_functions_stay_readable() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 40
    ]
    assert not long


def test_every_module_states_its_law() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.read_text().strip() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert not silent


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_migrations_are_named() -> None:
    own = [name for app, name in MigrationLoader(None).disk_migrations if app in PACKAGES]
    assert own
    assert not [name for name in own if "_auto_" in name]


def test_each_verb_of_a_lifecycle_is_a_function_of_that_name() -> None:
    elsewhere = {"update", "undo", "confirm", "ingest", "remove"}
    verbs = {verb.action for kind in kinds for verb in kind.lifecycle if kind.name != "conflict"} - elsewhere
    assert not [verb for verb in verbs if not callable(getattr(lifecycle, verb, None))]


def test_each_verb_of_a_conflict_is_a_function_of_that_name() -> None:
    """Resolving is done by what is decided (keep, set_value); closing is what detection does."""
    verbs = {verb.action for verb in kinds.named("conflict").lifecycle} - {"undo", "resolve", "close"}
    assert not [verb for verb in verbs if not any(callable(getattr(place, verb, None)) for place in (resolve, scan))]


def test_the_ground_floor_knows_no_engineering_word() -> None:
    """The string "engineering.Entity" of the foreign key by name is the one exception."""
    naming = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "memories").rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom) and "engineering" in ast.unparse(node)
    ]
    assert not naming
