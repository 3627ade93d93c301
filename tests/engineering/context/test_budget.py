"""Sharing a budget out: shares, what flows on, what goes round again; and how long a text is taken to be."""

from pathlib import Path

import pytest
import wordllama
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wordllama import WordLlama

from engineering.context.budget import Wanted, fill
from engineering.context.tokens import estimate


def test_each_section_has_its_share() -> None:
    many = [10] * 20
    taken = fill([Wanted(0.5, 0, many), Wanted(0.5, 0, many)], 100)
    assert [len(one) for one in taken] == [5, 5]


def test_what_a_section_leaves_flows_on_and_what_is_left_in_the_end_goes_round() -> None:
    many = [10] * 20
    assert [len(one) for one in fill([Wanted(0.5, 0, [10]), Wanted(0.5, 0, many)], 100)] == [1, 9]
    assert [len(one) for one in fill([Wanted(0.5, 0, many), Wanted(0.5, 0, [])], 100)] == [10, 0]


def test_what_does_not_fit_is_passed_over_for_what_does() -> None:
    assert fill([Wanted(1.0, 0, [30, 90, 60])], 100) == [{0, 2}]


def test_what_is_wanted_first_may_borrow_up_to_half_of_all() -> None:
    assert fill([Wanted(0.2, 0, [45, 10]), Wanted(0.8, 0, [10] * 9)], 100) == [{0}, {0, 1, 2, 3, 4}]
    assert fill([Wanted(0.2, 0, [55, 10]), Wanted(0.8, 0, [10] * 9)], 100)[0] == {1}


def test_a_heading_is_paid_once_and_only_where_something_stands_under_it() -> None:
    assert fill([Wanted(1.0, 10, [45, 45])], 100) == [{0, 1}]
    assert fill([Wanted(1.0, 20, [45, 45])], 100) == [{0}]
    assert fill([Wanted(0.5, 60, [45]), Wanted(0.5, 0, [100])], 100) == [set(), {0}]


_SECTIONS = st.lists(
    st.tuples(st.floats(0, 0.2), st.integers(0, 30), st.lists(st.integers(1, 200), max_size=12)), max_size=5
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(_SECTIONS, st.integers(0, 1_000))
def test_a_budget_is_never_burst_and_nothing_that_fits_waits(
    sections: list[tuple[float, int, list[int]]], total: int
) -> None:
    wanted = [Wanted(*one) for one in sections]
    taken = fill(wanted, total)
    used = sum(
        sum(one.costs[place] for place in places) + (one.head if places else 0)
        for one, places in zip(wanted, taken, strict=True)
    )
    assert used <= total
    for one, places in zip(wanted, taken, strict=True):
        head = 0 if places else one.head
        assert all(used + cost + head > total for place, cost in enumerate(one.costs) if place not in places)


TEXTS = [
    "The primary mirror weighs 12.7 kg and is made of Zerodur; its figure error is 18 nm RMS.",
    "Set the slit first, then the collimator, then the grating, and the camera last.",
    "- Spectral drift (requirement): threshold = 0.20 pixel/K [entity:01a21f68-94f5-7529-b0c6-fad7670789e5]",
    "We decided, after the thermal chamber test of 11 November, to keep the aluminium housing and to add two heaters.",
]


@pytest.mark.parametrize("text", TEXTS)
def test_the_estimate_is_near_what_a_small_vocabulary_makes_of_it(text: str) -> None:
    known = WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True).tokenizer
    counted = len(known.encode(text, add_special_tokens=False).ids)
    assert 0.7 * counted <= estimate(text) <= 1.3 * counted


def test_an_estimate_adds_up() -> None:
    lines = [f"{text}\n" for text in TEXTS]
    assert estimate("".join(lines)) == sum(map(estimate, lines))
    assert estimate("") == 0
    assert estimate("日本語") == 6
