"""The lexical index: kept by the write path, found by words and by sketches, safe against any text."""

import random
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.choices import Role
from memories.kinds import kinds
from memories.models import IndexRow
from memories.queries import triage
from memories.search import index, sketch
from memories.services import edit, lifecycle
from memories.text import overlap
from tests import factories as make

HELD = ["record_id", "text", "marks", *(f"band_{number}" for number in range(sketch.BANDS))]
WORDS = st.sets(st.text("abcdefghijklmnop", min_size=3, max_size=8), min_size=8, max_size=30)


@pytest.mark.django_db
def test_what_resembles_a_candidate_is_found_best_first() -> None:
    close = make.memory("The collimator mirror is figured to 20 nm RMS over its clear aperture.", active=True)
    loose = make.memory("The camera mirror is figured to 35 nm RMS.", active=True)
    make.memory("Cable chains come from Lyon.", active=True)
    row = make.memory("The collimator mirror is figured to 25 nm RMS over its clear aperture.")
    found = triage.similar(row, make.person())
    assert [item.row.pk for item in found[:2]] == [close.pk, loose.pk]
    assert found[0].overlap > 0.9 > found[1].overlap


@pytest.mark.django_db
def test_only_what_the_reviewer_may_see_and_only_the_project_and_what_belongs_to_none() -> None:
    elsewhere = make.project("p05-neighbour", aliases=())
    make.memory("Grating 1200 lines per mm blazed at 500 nm.", active=True, project="p05-neighbour")
    everyones = make.memory("Grating 1200 lines per mm blazed at 501 nm.", active=True, project=None)
    row = make.memory("Grating 1200 lines per mm blazed at 502 nm.")
    local = make.person(Role.REVIEWER, on=make.project())
    assert [item.row.pk for item in triage.similar(row, local)] == [everyones.pk]
    assert elsewhere.pk != row.project_id


@pytest.mark.django_db
def test_the_index_follows_every_verb() -> None:
    row = make.memory("Zerodur blank from Mainz.")

    def marks() -> str:
        return IndexRow.objects.get(kind="memory", record_id=row.pk).marks

    assert "stcandidate" in marks()
    lifecycle.promote(row, actor=make.person())
    assert "stactive" in marks()
    edit.update(row, {"content": "ULE blank from Canton."}, actor=make.person())
    assert IndexRow.objects.get(record_id=row.pk).text.startswith("ULE")
    probe = make.memory("A blank of ULE from Canton.")
    assert [item.row.pk for item in triage.similar(probe, make.person())] == [row.pk]
    lifecycle.invalidate(row, actor=make.person())
    assert triage.similar(probe, make.person()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        '"quoted" AND (NEAR* ^ text:x) -y OR \'',
        "marks : stactive",
        "a & b | c ! d <-> e :* 'x' \\",
        "½ ² µm Ω … 日本語 עברית 🚀",
        '12.7 mm ± 0.1 mm, 1/2" @ 3×10⁻⁶ K⁻¹',
        "!!! ??? ...",
        "\u202egnp.exe\u200b zero\u200bwidth",
        "x" * 3_000,
    ],
)
def test_no_text_breaks_a_look_up(text: str) -> None:
    make.memory(text, active=True)
    row = make.memory(text + " again")
    assert isinstance(triage.similar(row, make.person()), list)


@pytest.mark.django_db
def test_reindex_gives_the_same_index() -> None:
    for number in range(5):
        make.memory(f"Fibre {number} has a core of {number} um.")
    before = list(IndexRow.objects.order_by("record_id").values_list(*HELD))
    assert index.reindex(kinds.named("memory"), batch_size=2) == 5
    assert list(IndexRow.objects.order_by("record_id").values_list(*HELD)) == before


@given(WORDS)
def test_a_sketch_depends_on_the_set_alone(words: set[str]) -> None:
    assert sketch.bands(sorted(words)) == sketch.bands(sorted(words, reverse=True))
    assert len(sketch.bands(words)) == sketch.BANDS


def test_texts_that_overlap_by_nine_tenths_share_a_sketch_but_for_one_in_a_thousand() -> None:
    dice, missed = random.Random(7), 0
    for _ in range(1_000):
        words = {f"w{dice.randrange(10**6)}" for _ in range(20)}
        changed = {*sorted(words)[1:], "other"}
        assert overlap(words, changed) >= 0.9
        missed += not set(sketch.bands(words)) & set(sketch.bands(changed))
    assert missed <= 1


def test_bands_that_were_tokens_of_the_full_text_index_are_carried_over() -> None:
    module = import_module("memories.migrations.0007_bands")
    found = sketch.bands({"mirror", "blank"}, "memory pjnone")
    tokens = " ".join(f"nd{number}x{band:012x}" for number, band in enumerate(found))
    assert module._bands(f"kdmemory stactive pjnone {tokens}") == list(found)
    assert module._bands("kdmemory stactive pjnone") == [None] * sketch.BANDS
