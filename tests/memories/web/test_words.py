"""How differences, quantities, ages and sources are put into words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from memories.templatetags import atocore
from memories.web import diff, provenance


def test_a_difference_keeps_phrases_whole() -> None:
    assert diff.runs("the bench weighs 5.4 kg", "the bench weighs about 5.62 kg") == [
        ("equal", "the bench weighs "),
        ("del", "5.4"),
        ("ins", "about 5.62"),
        ("equal", " kg"),
    ]


def test_both_texts_can_be_read_back_from_a_difference() -> None:
    old, new = "a b c\nd e", "a x y c d f"
    runs = diff.runs(old, new)
    assert "".join(run.text for run in runs if run.op != "ins") == old
    assert "".join(run.text for run in runs if run.op != "del") == new


def test_a_difference_escapes_what_it_shows() -> None:
    assert "<b>" not in diff.html("<b>", "<i>")


def test_very_long_texts_are_shown_one_after_the_other() -> None:
    assert [run.op for run in diff.runs("a " * 3_000, "b " * 3_000)] == ["del", "ins"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("12.7 mm", "12.7\u202fmm"), (True, "yes"), (None, "—"), (["a", "b"], "a, b"), ("f/3.3", "f/3.3"), (2, "2")],
)
def test_a_quantity_keeps_its_unit_beside_it(value: object, shown: str) -> None:
    assert atocore.quantities(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(8, "8\u202fs ago"), (150, "2\u202fmin ago"), (90_000, "1\u202fday ago")]
)
def test_ages_are_short(seconds: int, shown: str) -> None:
    assert atocore.ago(timezone.now() - timedelta(seconds=seconds)) == shown


def test_actors_are_named_as_people_say_it() -> None:
    assert [atocore.who(label) for label in ("user:ada", "agent:scribe", "cron", "")] == [
        "ada",
        "scribe (assistant)",
        "housekeeping",
        "somebody",
    ]


def test_the_sentence_a_memory_was_taken_from_is_marked_with_three_around_it() -> None:
    text = "One. Two. Three. Four. The bench weighs 5.4 kg. Six. Seven. Eight. Nine."
    assert provenance.marked(text, "The bench weighs 5.4 kg") == (
        " Two. Three. Four.<mark> The bench weighs 5.4 kg.</mark> Six. Seven. Eight."
    )


def test_a_source_that_says_nothing_alike_is_not_marked() -> None:
    assert "<mark>" not in provenance.marked("Quite another matter.", "5.4 kg bench")
    assert provenance.marked("", "x") == ""
