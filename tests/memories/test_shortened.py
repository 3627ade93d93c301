"""What stands for a long text ends with a word and says that it goes on."""

import pytest

from memories.text import shortened


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("twelve chars", "twelve chars"),
        ("thirteen char", "thirteen…"),
        ("one two three four", "one two…"),
        ("one two the four", "one two the…"),
        ("Massenträgheitsmomente", "Massenträgh…"),
        ("a Massenträgheitsmoment", "a Massenträ…"),
        ("", ""),
    ],
)
def test_it_ends_with_a_word(text: str, found: str) -> None:
    assert shortened(text, 12) == found
    assert len(shortened(text, 12)) <= 12
