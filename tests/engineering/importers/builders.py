"""Small sources written by the tests: older databases of each phase, Doorstop and StrictDoc trees, the shared data."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"
needs_shared_data = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data is not beside this checkout")

PHASES = ("p0", "p9", "p3", "p4", "p5")
_TIMES = "created_at DATETIME, updated_at DATETIME"
_BASE = {
    "projects": f"id TEXT PRIMARY KEY, name TEXT, description TEXT, status TEXT, {_TIMES}",
    "source_documents": (
        "id TEXT PRIMARY KEY, file_path TEXT, file_hash TEXT, title TEXT, doc_type TEXT, tags TEXT, "
        "ingested_at DATETIME, updated_at DATETIME"
    ),
    "source_chunks": (
        "id TEXT PRIMARY KEY, document_id TEXT, chunk_index INTEGER, content TEXT, heading_path TEXT, "
        "char_count INTEGER, metadata TEXT, created_at DATETIME"
    ),
    "memories": (
        "id TEXT PRIMARY KEY, memory_type TEXT, content TEXT, source_chunk_id TEXT, confidence REAL, status TEXT, "
        f"{_TIMES}"
    ),
    "interactions": (
        "id TEXT PRIMARY KEY, prompt TEXT, context_pack TEXT, response_summary TEXT, project_id TEXT, "
        "created_at DATETIME"
    ),
}
_GROWTH = {
    "p9": {
        "memories": ["project TEXT", "last_referenced_at DATETIME", "reference_count INTEGER"],
        "interactions": [
            "response TEXT",
            "memories_used TEXT",
            "chunks_used TEXT",
            "client TEXT",
            "session_id TEXT",
            "project TEXT",
        ],
    },
    "p3": {"memories": ["domain_tags TEXT", "valid_until DATETIME"]},
    "p5": {"memories": ["graduated_to_entity_id TEXT"], "memory_audit": ["entity_kind TEXT"]},
}
_NEW = {
    "p4": {
        "memory_audit": (
            "id TEXT PRIMARY KEY, memory_id TEXT, action TEXT, actor TEXT, before_json TEXT, after_json TEXT, "
            "note TEXT, timestamp DATETIME"
        )
    },
    "p5": {
        "conflicts": (
            "id TEXT PRIMARY KEY, slot_kind TEXT, slot_key TEXT, project TEXT, status TEXT, resolution TEXT, "
            "resolved_at DATETIME, detected_at DATETIME, note TEXT"
        ),
        "conflict_members": (
            "id TEXT PRIMARY KEY, conflict_id TEXT, member_kind TEXT, member_id TEXT, member_layer_trust INTEGER, "
            "value_snapshot TEXT"
        ),
        "entities": (
            "id TEXT PRIMARY KEY, entity_type TEXT, name TEXT, project TEXT, description TEXT, properties TEXT, "
            f"status TEXT, confidence REAL, source_refs TEXT, {_TIMES}"
        ),
        "relationships": (
            "id TEXT PRIMARY KEY, source_entity_id TEXT, target_entity_id TEXT, relationship_type TEXT, "
            "confidence REAL, source_refs TEXT, created_at DATETIME"
        ),
    },
}
WHEN = "2024-03-01 08:00:00"
_DEFAULTS: dict[str, dict[str, Any]] = {
    "projects": {"description": "", "status": "active", "created_at": WHEN, "updated_at": WHEN},
    "source_documents": {"file_hash": "ab12", "title": "", "doc_type": "markdown", "tags": "[]", "ingested_at": WHEN},
    "source_chunks": {"chunk_index": 0, "heading_path": "", "metadata": "{}", "created_at": WHEN},
    "memories": {
        "memory_type": "knowledge",
        "confidence": 0.7,
        "status": "active",
        "created_at": WHEN,
        "updated_at": WHEN,
    },
    "interactions": {"prompt": "How stiff?", "context_pack": "{}", "response_summary": "", "created_at": WHEN},
    "entities": {
        "entity_type": "component",
        "project": "optics",
        "description": "",
        "properties": "{}",
        "status": "active",
        "confidence": 1.0,
        "source_refs": "[]",
        "created_at": WHEN,
        "updated_at": WHEN,
    },
    "relationships": {"confidence": 1.0, "source_refs": "[]", "created_at": WHEN},
    "conflicts": {"slot_kind": "component.mass", "project": "optics", "status": "open", "detected_at": WHEN},
    "conflict_members": {"member_kind": "entity", "member_layer_trust": 3, "value_snapshot": "1 kg"},
    "memory_audit": {
        "action": "create",
        "actor": "api",
        "before_json": "{}",
        "after_json": "{}",
        "note": "",
        "timestamp": WHEN,
    },
}


def uid(number: int) -> str:
    """Return the id of a test row."""
    return f"00000000-0000-4000-8000-{number:012d}"


def old_database(path: Path, phase: str = "p5", **tables: list[dict[str, Any]]) -> Path:
    """Write an older database of a phase with the rows given by table; columns left out get usual values."""
    connection = sqlite3.connect(path)
    reached = PHASES[: PHASES.index(phase) + 1]
    for name, columns in _BASE.items():
        connection.execute(f"CREATE TABLE {name} ({columns})")
    for step in reached:
        for name, columns in _NEW.get(step, {}).items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
        for name, added in _GROWTH.get(step, {}).items():
            for column in added:
                connection.execute(f"ALTER TABLE {name} ADD COLUMN {column}")
    for name, rows in tables.items():
        for row in rows:
            _insert(connection, name, {**_DEFAULTS[name], **row})
    connection.commit()
    connection.close()
    return path


def _insert(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    known = {column[1] for column in connection.execute(f"PRAGMA table_info({table})")}
    used = {name: value for name, value in row.items() if name in known}
    marks = ", ".join("?" * len(used))
    connection.execute(f"INSERT INTO {table} ({', '.join(used)}) VALUES ({marks})", list(used.values()))


def optics(**more: Any) -> dict[str, Any]:
    """Return the row of the project that most tests use."""
    return {"id": uid(1), "name": "optics", **more}


def doorstop_tree(root: Path, items: dict[str, str], prefix: str = "REQ", config: str = "") -> Path:
    """Write a Doorstop document: file name -> content."""
    root.mkdir(parents=True, exist_ok=True)
    (root / ".doorstop.yml").write_text(config or f"settings:\n  digits: 3\n  prefix: {prefix}\n  sep: ''\n")
    for name, content in items.items():
        (root / name).write_text(content)
    return root


def item(text: str, links: str = "[]", **more: str) -> str:
    """Return the content of a Doorstop item."""
    extra = "".join(f"{key}: {value}\n" for key, value in more.items())
    return f"active: true\nderived: false\nheader: ''\nlevel: 1.1\nlinks: {links}\nref: ''\n{extra}text: |\n  {text}\n"


def sdoc(body: str, title: str = "Mount") -> str:
    """Return a StrictDoc file with the default grammar."""
    return f"[DOCUMENT]\nTITLE: {title}\n\n{body}"
