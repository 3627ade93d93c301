"""Front matter and the bounds of a document: what is taken, and what is refused in words."""

from datetime import date

import pytest

from memories.errors import Invalid, TooLarge
from memories.markdown.reading import front_matter, read

MOST = 5_000_000
BOMB = (
    "---\na: &a [x, x]\n"
    + "".join(f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True))
    + "---\n# A\n"
)


def test_front_matter_gives_title_tags_and_day_and_is_no_text() -> None:
    text = "---\ntitle: The  stage\ntags: [Optics, drive, optics]\ndate: 2026-03-01\n---\n# Other\n\nWords.\n"
    reading = read(text, MOST)
    assert (reading.title, reading.tags, reading.dated) == (
        "The stage",
        ("Optics", "drive", "optics"),
        date(2026, 3, 1),
    )
    assert [text[piece.start : piece.end] for piece in reading.pieces] == ["Words."]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The *stage*\n\nWords.", "The stage"),
        ("Words.\n\n## Second\n", "Second"),
        ("Words.", ""),
        ("---\ntags: a, b\n---\n# One\n", "One"),
        ("---\nJust a line.\n---\n# Two\n", "Just a line."),
        ("---\n# Three\n", "Three"),
        ("---\ntitle: [a]\ndate: soon\n---\n# Four\n", "Four"),
    ],
)
def test_the_title_is_the_front_matters_or_the_first_heading(text: str, title: str) -> None:
    assert read(text, MOST).title == title


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "aliases are not taken"),
        ("---\na: [1, 2\n---\n# A\n", "broken YAML"),
        ("---\na: " + "[" * 3_000 + "\n---\n# A\n", "nested too deep"),
        ("---\na: 1\na: 2\n---\n# A\n", "stands twice"),
        ("---\ndate: 2026-13-45\n---\n# A\n", "broken YAML"),
        ("---\na: !!python/object/apply:os.system [ls]\n---\n# A\n", "broken YAML"),
    ],
)
def test_broken_front_matter_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read(text, MOST)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a" * 100_001, "line 1 has 100,001"),
        ("a\n" * 50_001, "At most 50,000 lines"),
        ("# a\n" * 10_001, "At most 10,000 pieces"),
        ("a" * 99 + "\n" + "a" * MOST, "At most 5,000,000 characters"),
    ],
)
def test_what_is_too_large_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(TooLarge, match=words):
        read(text, MOST)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "a\x1bb"])
def test_what_is_no_text_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read(text, MOST)


def test_front_matter_is_looked_for_at_the_beginning_only() -> None:
    assert front_matter("---\n" + "a: 1\n" * 10_000 + "---\n").end == 0
    assert front_matter("Words.\n---\ntitle: A\n---\n").end == 0
