"""The words of a question: which are looked up, which are names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.search import words


def test_stopwords_are_left_out_unless_there_is_nothing_else() -> None:
    assert words.sought("What is the mass of the grating holder?") == ["mass", "grating", "holder"]
    assert words.sought("Why not?") == ["why", "not"]


def test_words_are_cut_and_folded_as_the_index_does() -> None:
    assert words.runs("REQ-012: Élan vital, 12.7 mm") == ("req", "012", "elan", "vital", "12", "7", "mm")
    assert words.stem("mirrors") == words.stem("mirror")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("When did Mara order the etalon?", ["mara"]),
        ("Mara's bench", ["mara"]),
        ("Which mirror is it?", []),
        ("Mirrors crack. Does M1 crack, too?", ["m1"]),
        ("what does p04 know of HERON", ["p04", "heron"]),
    ],
)
def test_names_are_told_by_capitals_and_digits(question: str, found: list[str]) -> None:
    assert words.names(question) == found


@given(st.text(max_size=2_000))
def test_any_text_is_a_question(text: str) -> None:
    found = words.sought(text)
    assert len(found) <= words.MOST
    assert all(word.isalnum() for word in found)


def test_of_a_whole_page_the_telling_words_are_looked_up() -> None:
    page = " ".join(f"w{'x' * (number % 7)}{number}" for number in range(500)) + " HERON"
    assert len(words.sought(page)) == words.MOST
