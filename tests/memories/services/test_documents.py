"""Documents taken in, replaced, removed: what stays the same keeps its id, and what points at it keeps its pointer."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from memories.choices import Role
from memories.errors import Forbidden, Invalid, Stale, StateConflict
from memories.models import AuditEntry, IndexRow, SourceChunk, SourceDocument
from memories.services import documents, lifecycle, undo
from tests import factories

pytestmark = pytest.mark.django_db

TEXT = "# Stage\n\n## Drive\n\nOne turn moves it 0.5 mm.\n\n## Limits\n\nIt moves 12 mm.\n"


def take(text: str = TEXT, path: str = "stage.md", by: Any = None, **more: Any) -> documents.Taken:
    factories.project()
    options = {name: more.pop(name) for name in ("status", "version", "origin", "moved") if name in more}
    fields = {"file_path": path, "text": text, "project": "p04", **more}
    return documents.ingest(fields, actor=by or factories.SETUP, **options)


def chunks(row: SourceDocument) -> dict[str, SourceChunk]:
    live = row.chunks.filter(removed_at__isnull=True).order_by("chunk_index")
    return {chunk.content: chunk for chunk in live}


def indexed() -> dict[str, str]:
    rows = IndexRow.objects.filter(kind="chunk")
    return {str(row.record_id): row.marks.split()[1] for row in rows}


def spans_hold(row: SourceDocument) -> bool:
    text = row.source.text
    return all(text[one.span_start : one.span_end] == one.content for one in chunks(row).values())


def test_a_document_stands_with_its_text_its_pieces_and_their_index_rows() -> None:
    row, outcome = take("\ufeff---\ntitle: The stage\ntags: [Drive]\ndate: 2026-03-01\n---\n" + TEXT)
    assert (outcome, row.status, row.title, row.tags, str(row.dated)) == (
        "created",
        "active",
        "The stage",
        ["drive"],
        "2026-03-01",
    )
    assert [chunk.heading_path for chunk in chunks(row).values()] == ["Stage > Drive", "Stage > Limits"]
    assert spans_hold(row)
    assert indexed() == {str(chunk.pk): "stactive" for chunk in chunks(row).values()}
    entry = AuditEntry.objects.get(record_id=str(row.pk))
    assert (entry.action, entry.after_json["file_hash"]) == ("create", row.file_hash)
    assert "One turn" not in str(entry.after_json)


def test_the_same_text_again_writes_nothing() -> None:
    row, _ = take()
    before = AuditEntry.objects.count()
    again, outcome = take()
    assert (outcome, again.pk, again.version, AuditEntry.objects.count()) == ("unchanged", row.pk, 1, before)


def test_a_piece_that_stays_keeps_its_id_wherever_it_moves() -> None:
    row, _ = take()
    before = chunks(row)
    row, outcome = take(
        "# Stage\n\nNew words.\n\n## Limits\n\nIt moves 12 mm.\n\n## Motion\n\nOne turn moves it 0.5 mm.\n"
    )
    after = chunks(row)
    assert outcome == "changed"
    assert {after[words].pk for words in before} == {chunk.pk for chunk in before.values()}
    assert [chunk.chunk_index for chunk in after.values()] == [0, 1, 2]
    assert after["One turn moves it 0.5 mm."].heading_path == "Stage > Motion"
    assert spans_hold(row)


def test_a_piece_that_vanished_is_kept_out_of_the_index_and_comes_back_as_itself() -> None:
    row, _ = take()
    gone = chunks(row)["It moves 12 mm."]
    memory = factories.memory("The stage moves 12 mm.", source_chunk=str(gone.pk))
    row, _ = take("# Stage\n\n## Drive\n\nOne turn moves it 0.5 mm.\n")
    assert gone.pk not in {chunk.pk for chunk in chunks(row).values()}
    assert SourceChunk.objects.get(pk=gone.pk).removed_at is not None
    assert memory.fresh().source_chunk_id == gone.pk
    assert str(gone.pk) not in indexed()
    row, _ = take()
    assert chunks(row)["It moves 12 mm."].pk == gone.pk
    assert str(gone.pk) in indexed()


def test_equal_pieces_of_one_document_stay_apart() -> None:
    text = "# A\n\nSame.\n\n# B\n\nSame.\n\n# A\n\nSame.\n"
    row, _ = take(text)
    ids = [chunk.pk for chunk in row.chunks.order_by("chunk_index")]
    row, _ = take(text + "\n# C\n\nSame.\n")
    live = list(row.chunks.filter(removed_at__isnull=True).order_by("chunk_index"))
    assert [chunk.pk for chunk in live][:3] == ids
    assert len({chunk.pk for chunk in live}) == 4


def test_a_removed_document_comes_back_as_itself() -> None:
    row, _ = take()
    ids = {chunk.pk for chunk in chunks(row).values()}
    row = documents.remove(row, actor=factories.SETUP)
    assert (row.status, indexed(), chunks(row)) == ("invalid", {}, {})
    again, outcome = take()
    assert (outcome, again.pk, again.status, again.removed_at) == ("changed", row.pk, "active", None)
    assert {chunk.pk for chunk in chunks(again).values()} == ids
    assert len(indexed()) == 2


def test_undoing_a_removal_brings_the_pieces_back_that_it_took() -> None:
    row, _ = take()
    row, _ = take("# Stage\n\n## Drive\n\nOne turn moves it 0.5 mm.\n")
    documents.remove(row, actor=factories.SETUP)
    undo.undo(AuditEntry.objects.filter(record_id=str(row.pk)).latest("seq"), actor=factories.person())
    row = row.fresh()
    assert (row.status, row.removed_at, list(chunks(row))) == ("active", None, ["One turn moves it 0.5 mm."])
    assert len(indexed()) == 1


def test_an_agents_document_waits_and_its_pieces_carry_the_status() -> None:
    row, _ = take(by=factories.agent())
    assert (row.status, set(indexed().values())) == ("candidate", {"stcandidate"})
    lifecycle.promote(row, actor=factories.person())
    assert set(indexed().values()) == {"stactive"}
    undo.undo(AuditEntry.objects.filter(record_id=str(row.pk)).latest("seq"), actor=factories.person())
    assert set(indexed().values()) == {"stcandidate"}
    lifecycle.reject(row.fresh(), actor=factories.person())
    assert indexed() == {}


def test_an_agent_replaces_only_its_own_candidate() -> None:
    agent, other = factories.agent("scribe"), factories.agent("reader")
    row, _ = take(by=agent)
    row, outcome = take("# Stage\n\nTwo.\n", by=agent)
    assert (outcome, row.status, row.version) == ("changed", "candidate", 2)
    with pytest.raises(Forbidden):
        take("# Stage\n\nThree.\n", by=other)
    with pytest.raises(Forbidden):
        take("# Stage\n\nTwo.\n", by=other)  # whose candidate it is, and that it is the same, is not its to know
    lifecycle.promote(row, actor=factories.person())
    with pytest.raises(Forbidden) as refusal:
        take("# Stage\n\nThree.\n", by=agent)
    assert refusal.value.data["role_needed"] == "reviewer"
    assert row.source.text == "# Stage\n\nTwo.\n"
    with pytest.raises(Forbidden):
        take("# A\n\nB.\n", "other.md", by=agent, status="active")


def test_what_was_rejected_does_not_come_back_by_its_proposer() -> None:
    agent = factories.agent()
    row, _ = take(by=agent)
    lifecycle.reject(row, actor=factories.person())
    with pytest.raises(StateConflict):
        take(by=agent)
    again, outcome = take("# Stage\n\nOther words.\n", by=agent)
    assert (again.pk, outcome, again.status) == (row.pk, "changed", "candidate")


def test_a_path_that_was_given_up_is_free_for_another() -> None:
    row, _ = take()
    documents.remove(row, actor=factories.SETUP)
    other, outcome = take(by=factories.agent())
    assert (outcome, other.status) == ("created", "candidate")
    assert other.pk != row.pk


def test_a_reviewer_replaces_any_and_an_active_one_stays_active() -> None:
    row, _ = take()
    row, _ = take("# Stage\n\nTwo.\n", by=factories.person(Role.REVIEWER), status="candidate")
    assert (row.status, row.version) == ("active", 2)
    with pytest.raises(Stale):
        take("# Stage\n\nThree.\n", version=1)


def test_what_the_door_names_goes_before_what_the_text_says() -> None:
    row, _ = take(title="Drive", tags=["Motion"], doc_type="report")
    assert (row.title, row.tags, row.doc_type) == ("Drive", ["motion"], "report")
    assert take(title="Drive").outcome == "unchanged"
    row, outcome = take(title="Stage drive")
    assert (row.title, outcome) == ("Stage drive", "changed")


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../a.md", "a/../b.md", "a//b.md", "a\\b.md", "", "a/./b.md", "a\u202eb.md", "x/" * 600]
)
def test_a_path_stays_inside_its_tree(path: str) -> None:
    with pytest.raises(Invalid):
        take(path=path)
    assert not SourceDocument.objects.exists()


PARTS = st.lists(
    st.sampled_from(["# A\n\n", "## B\n\n", "One.\n\n", "Two.\n\n", "Three.\n\n", "- x\n- y\n\n"]), max_size=14
)


class TestAnySequence(TestCase):
    """Whatever versions follow each other, the pieces are those of the last one, and every id means one content."""

    @settings(max_examples=40, deadline=None)
    @given(st.lists(PARTS, min_size=2, max_size=5))
    def test_versions(self, versions: list[list[str]]) -> None:
        meaning: dict[object, str] = {}
        for parts in versions:
            row, _ = take("".join(parts) or "x")
            for chunk in row.chunks.all():
                assert meaning.setdefault(chunk.pk, chunk.content) == chunk.content
            live = row.chunks.filter(removed_at__isnull=True)
            assert sorted(chunk.chunk_index for chunk in live) == list(range(len(live)))
            assert spans_hold(row)
            assert set(indexed()) == {str(chunk.pk) for chunk in live}
