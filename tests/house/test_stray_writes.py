"""Nothing writes a guarded model outside the write path: read off the source, so that a new door cannot forget it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: The places that may write: the write path and the services that own a table of their own.
MAY_WRITE = (
    "memories/services/",
    "memories/models/_guard.py",
    "memories/models/_statements.py",  # behind the gate; nothing but the write path and the index may import it
    "memories/models/audit.py",
    "memories/search/",
    "memories/migrations/",
    "engineering/services/",
    "engineering/migrations/",
)
#: Files outside that hold such a call on something that is no record, and why.
EXEMPT = {
    "atocore_site/health.py": "the write probe: a session row, rolled back",
    "memories/queries/past.py": "fills temporary tables of its own connection, and refuses every other write",
}
WRITES = {
    "save",
    "delete",
    "update",
    "create",
    "get_or_create",
    "update_or_create",
    "bulk_create",
    "bulk_update",
    "_raw_delete",
}
GUARDED_FIELDS = {
    "status",
    "version",
    "superseded_by",
    "superseded_by_id",
    "graduated_to_entity",
    "graduated_to_entity_id",
}


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def database_writes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield calls that look like a write through the ORM, and raw SQL that changes rows."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            owner = ast.unparse(node.func.value)
            if (
                ".objects" in owner
                or "_manager" in owner
                or ".filter(" in owner
                or node.func.attr in ("save", "delete")
            ):
                yield node.lineno, ast.unparse(node)[:90]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.lstrip().upper()
            if words.startswith(("UPDATE ", "DELETE FROM", "INSERT INTO", "INSERT OR", "REPLACE INTO", "TRUNCATE ")):
                yield node.lineno, words[:60]


def field_writes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield assignments to a guarded field of an object."""
    for node in ast.walk(tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []
        )
        for target in targets:
            for part in ast.walk(target):
                if isinstance(part, ast.Attribute) and part.attr in GUARDED_FIELDS:
                    yield part.lineno, ast.unparse(node)[:90]


def test_no_write_outside_the_write_path() -> None:
    stray = [
        f"{path}:{line} {code}"
        for path, tree in sources("memories", "engineering", "atocore_site")
        if not path.startswith(MAY_WRITE) and path not in EXEMPT
        for line, code in database_writes(tree)
    ]
    assert not stray, "\n".join(stray)


def test_guarded_fields_are_assigned_in_services_only() -> None:
    stray = [
        f"{path}:{line} {code}"
        for path, tree in sources("memories", "engineering", "atocore_site")
        if not path.startswith(MAY_WRITE)
        for line, code in field_writes(tree)
    ]
    assert not stray, "\n".join(stray)


def test_only_services_open_the_gate() -> None:
    openers = [
        path
        for path, tree in sources("memories", "engineering", "atocore_site")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module == "memories.models._guard"
        and any(a.name == "writing" for a in node.names)
    ]
    assert set(openers) <= {
        path for path in openers if path.startswith(("memories/services/", "engineering/services/"))
    }


def test_only_the_write_path_and_the_index_insert_by_statement() -> None:
    users = {
        path
        for path, tree in sources("memories", "engineering", "atocore_site")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "memories.models._statements"
    }
    assert users == {"memories/services/_write.py", "memories/search/index.py"}


@pytest.mark.parametrize(
    "code",
    ["Memory.objects.filter(pk=1).update(status='x')", "row.save()", "cursor.execute('UPDATE memories SET x = 1')"],
)
def test_the_reader_sees_a_write(code: str) -> None:
    assert list(database_writes(ast.parse(code)))
