"""A folder taken in: only what changed is written, what vanished is removed, and a run cut off anywhere can go on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from memories.markdown.folder import Root
from memories.models import AuditEntry, IndexRow, SourceChunk, SourceDocument, SourceText
from memories.outcome import Outcome
from memories.services import lifecycle
from memories.services.ingest import Source, ingest_tree, most_bytes
from tests import factories

Run = Callable[..., dict[str, int]]
pytestmark = pytest.mark.django_db

START = {
    "README.md": "# Stage\n\nSee [the drive](docs/drive.md).\n",
    "docs/drive.md": "# Drive\n\nOne turn moves it 0.5 mm.\n\n## Limits\n\nIt moves 12 mm.\n",
    "docs/optics.markdown": "# Optics\n\nThe tube lens has f = 50 mm.\n",
    "docs/photo.jpg": "no Markdown",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder of Markdown files."""
    return fill(tmp_path / "tree", START)


def fill(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def ingest(folder: Path, *, dry_run: bool = False, actor: Any = None, **more: Any) -> Outcome:
    project = factories.project()
    root = Root(folder, most_bytes())
    try:
        source = Source(root, more.pop("origin", "tree"), project, **more)
        return ingest_tree(source, actor=actor or factories.SETUP, dry_run=dry_run)
    finally:
        root.close()


def counts(outcome: Outcome) -> dict[str, int]:
    total = outcome.total()
    assert total.balanced
    words = ("created", "changed", "unchanged", "refused", "vanished")
    return {word: number for word in words if (number := getattr(total, word))}


def standing() -> dict[str, str]:
    live = SourceDocument.objects.filter(removed_at__isnull=True)
    return {row.file_path: row.status for row in live.order_by("file_path")}


def test_every_markdown_file_becomes_a_document(tree: Path) -> None:
    assert counts(ingest(tree)) == {"created": 3}
    assert standing() == {"README.md": "active", "docs/drive.md": "active", "docs/optics.markdown": "active"}
    assert IndexRow.objects.filter(kind="chunk").count() == SourceChunk.objects.count() == 4


def test_again_nothing_is_written(tree: Path) -> None:
    ingest(tree)
    before = AuditEntry.objects.count()
    assert counts(ingest(tree)) == {"unchanged": 3}
    assert AuditEntry.objects.count() == before


def test_only_what_changed_is_written(tree: Path) -> None:
    ingest(tree)
    fill(tree, {"docs/drive.md": "# Drive\n\nOne turn moves it 0.4 mm.\n", "docs/new.md": "# New\n\nWords.\n"})
    assert counts(ingest(tree)) == {"created": 1, "changed": 1, "unchanged": 2}


def test_what_vanished_is_removed_and_what_points_at_it_stays(tree: Path) -> None:
    ingest(tree)
    chunk = SourceChunk.objects.get(content__contains="12 mm")
    memory = factories.memory("It moves 12 mm.", source_chunk=str(chunk.pk))
    (tree / "docs/drive.md").unlink()
    assert counts(ingest(tree)) == {"unchanged": 2, "vanished": 1}
    assert "docs/drive.md" not in standing()
    assert memory.fresh().source_chunk_id == chunk.pk
    fill(tree, START)
    assert counts(ingest(tree)) == {"changed": 1, "unchanged": 2}
    assert SourceChunk.objects.get(pk=chunk.pk).removed_at is None


def test_a_renamed_file_keeps_its_document(tree: Path) -> None:
    ingest(tree)
    row = SourceDocument.objects.get(file_path="docs/drive.md")
    (tree / "docs/drive.md").rename(tree / "docs/motion.md")
    outcome = ingest(tree)
    assert counts(outcome) == {"changed": 1, "unchanged": 2}
    assert [(note.rule, note.ref) for note in outcome.findings] == [("renamed", "docs/motion.md")]
    assert row.fresh().file_path == "docs/motion.md"
    assert row.chunks.filter(removed_at__isnull=True).count() == 2


def test_two_trees_of_a_project_leave_each_other_alone(tree: Path, tmp_path: Path) -> None:
    ingest(tree)
    other = fill(tmp_path / "other", {"README.md": "# Other\n\nWords.\n", "pcb.md": "# Board\n\nWords.\n"})
    outcome = ingest(other, origin="other")
    assert counts(outcome) == {"created": 1, "refused": 1}
    assert "belongs to the tree “tree”" in outcome.findings[0].reason
    assert counts(ingest(other, origin="other", prefix="pcb/")) == {"created": 1, "changed": 1}
    assert counts(ingest(tree)) == {"unchanged": 3}
    assert SourceDocument.objects.get(file_path="README.md").title == "Stage"


def test_a_part_of_a_tree_removes_nothing_beside_it(tree: Path) -> None:
    ingest(tree)
    (tree / "README.md").unlink()
    (tree / "docs/drive.md").unlink()
    assert counts(ingest(tree, only="docs")) == {"unchanged": 1, "vanished": 1}
    assert counts(ingest(tree, only="docs/optics.markdown")) == {"unchanged": 1}
    assert list(standing()) == ["README.md", "docs/optics.markdown"]


def test_what_cannot_be_read_is_not_gone(tree: Path) -> None:
    ingest(tree)
    (tree / "docs/drive.md").write_bytes(b"# Drive \xff\n")
    (tree / "README.md").unlink()
    (tree / "README.md").symlink_to(tree / "docs/optics.markdown")
    outcome = ingest(tree)
    assert counts(outcome) == {"unchanged": 1, "refused": 2}
    assert sorted(finding.rule for finding in outcome.findings) == ["link", "unreadable"]
    assert len(standing()) == 3


def test_candidates_wait_until_they_are_taken_in_as_active(tree: Path) -> None:
    assert counts(ingest(tree, status="candidate")) == {"created": 3}
    assert set(standing().values()) == {"candidate"}
    assert counts(ingest(tree, status="candidate")) == {"unchanged": 3}
    lifecycle.reject(SourceDocument.objects.get(file_path="README.md"), actor=factories.person())
    outcome = ingest(tree)
    assert counts(outcome) == {"changed": 2, "refused": 1}
    assert outcome.findings[0].rule == "rejected"
    assert set(standing().values()) == {"active", "invalid"}


def test_without_the_role_nothing_is_written(tree: Path) -> None:
    outcome = ingest(tree, actor=factories.agent())
    assert counts(outcome) == {"refused": 3}
    assert standing() == {}
    assert counts(ingest(tree, actor=factories.agent(), status="candidate")) == {"created": 3}


def test_a_dry_run_says_what_it_would_do(tree: Path) -> None:
    assert counts(ingest(tree, dry_run=True)) == {"created": 3}
    assert (
        standing(),
        IndexRow.objects.filter(kind="chunk").count(),
        AuditEntry.objects.filter(entity_kind="document").count(),
    ) == ({}, 0, 0)
    ingest(tree)
    (tree / "README.md").unlink()
    assert counts(ingest(tree, dry_run=True)) == {"unchanged": 2, "vanished": 1}
    assert len(standing()) == 3


class Killed(Exception):
    """The process died here."""


class KillAt:
    """Lets a number of statements through, then kills."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)  # the test's own, and the database's way back
        self.left -= 1
        if self.left < 0:
            raise Killed
        return execute(sql, params, many, context)


def state() -> dict[str, Any]:
    """Return everything that an ingest leaves, ids aside."""
    documents = {row.pk: row for row in SourceDocument.objects.all()}
    named = {key: row.file_path for key, row in documents.items()}
    chunks = {row.pk: row for row in SourceChunk.objects.all()}
    where = {key: (named[row.document_id], row.content) for key, row in chunks.items()}
    return {
        "documents": sorted(
            (row.file_path, row.file_hash, row.status, row.removed_at is None) for row in documents.values()
        ),
        "texts": sorted((named[row.document_id], row.text) for row in SourceText.objects.all()),
        "chunks": sorted(
            (*where[key], row.heading_path, row.removed_at is None, row.chunk_index, row.span_start)
            for key, row in chunks.items()
        ),
        "index": sorted((*where[row.record_id], row.text, row.marks) for row in IndexRow.objects.filter(kind="chunk")),
        "audit": sorted(AuditEntry.objects.filter(entity_kind="document").values_list("action", "title")),
    }


def consistent() -> None:
    """Check that every document stands with its text, its pieces and their index rows, whatever was cut off."""
    live = {}
    for row in SourceDocument.objects.all():
        text = row.source.text
        for chunk in row.chunks.filter(removed_at__isnull=True):
            assert text[chunk.span_start : chunk.span_end] == chunk.content
            live[chunk.pk] = row
        assert row.chunks.filter(removed_at__isnull=True).exists() == (row.removed_at is None)
        last = AuditEntry.objects.filter(record_id=str(row.pk)).latest("seq")
        assert (last.after_json["version"], last.after_json["file_hash"]) == (row.version, row.file_hash)
    assert set(IndexRow.objects.filter(kind="chunk").values_list("record_id", flat=True)) == set(live)


LATER = {
    "README.md": START["README.md"],
    "docs/drive.md": "# Drive\n\n## Limits\n\nIt moves 12 mm.\n\n## Speed\n\nOne turn moves it 0.5 mm.\n",
    "docs/motion.md": START["docs/optics.markdown"],
    "extra.md": "---\ntitle: Extra\n---\nWords.\n",
}


def test_killed_at_any_statement_it_stays_consistent_and_running_again_completes_it(tree: Path, tmp_path: Path) -> None:
    """Takes in a tree, then its next version, killed at the n-th statement for every n; then runs it again."""
    later = fill(tmp_path / "later", LATER)
    fill(tree, {"gone.md": "# Gone\n\nIt was here.\n"})
    factories.project()
    with transaction.atomic():
        ingest(tree)
        first = state()
        ingest(later)
        second = state()
        transaction.set_rollback(True)
    for folder, before, wanted in ((tree, None, first), (later, tree, second)):
        number = 0
        while True:
            killed = False
            with transaction.atomic():
                if before:
                    ingest(before)
                try:
                    with connection.execute_wrapper(KillAt(number)):
                        ingest(folder)
                except Killed:
                    killed = True
                consistent()
                ingest(folder)
                consistent()
                assert state() == wanted, f"killed at statement {number}"
                transaction.set_rollback(True)
            number += 1
            if not killed:
                break
        assert number > 20
