"""What PostgreSQL weighs words by, and near duplicates that are looked up many at once."""

from typing import Any

import pytest

from memories.kinds import kinds
from memories.models import Memory
from memories.search import index, postgres
from memories.services import upkeep
from memories.services.importing import import_memories
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.needs_postgres
def test_pieces_of_documents_are_counted_as_they_come(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    """One document is one audit row; uncounted, all its words were equally rare, and search found the wrong pieces."""
    monkeypatch.setattr(upkeep, "_growth", {"rows": 0, "look": 100})
    text = "".join(f"# Part {number}\n\nThe shutter closes in {number} ms.\n\n" for number in range(150))
    with django_capture_on_commit_callbacks(execute=True):
        make.document(text)
    assert postgres.counted() == 150


def test_near_duplicates_of_many_are_those_of_each() -> None:
    make.project()
    for number in range(12):
        make.memory(f"The field lens number {number} was coated in bay {number % 3} by the night shift.")
    rows = [
        Memory(memory_type="knowledge", content=content, project=make.project())
        for content in (
            "The field lens number 4 was coated in bay 1 by the day shift.",
            "Nothing of the kind stands anywhere.",
            "…",
            "The field lens number 5 was coated in bay 2 by the night shift!",
        )
    ]
    kind = kinds.named("memory")
    found = index.nearest_each(kind, rows)
    assert found == [index.nearest(kind, row) for row in rows]
    assert found[3] == 1.0 > found[0] > 0.6 > found[1] == found[2] == 0.0
    assert index.nearest_each(kind, []) == []


def test_what_comes_in_together_is_compared_with_what_stands_already() -> None:
    make.project()
    make.memory("The field lens was coated in bay 3 by the night shift.")
    item = {"memory_type": "knowledge", "project": "p04", "content": "The field lens was coated in bay 3 by the shift."}
    row = import_memories([item], actor=make.agent())[0].row
    assert row
    assert row.fresh().near_overlap > index.NEAR
    assert row.triage_rank == row.fresh().triage_rank
