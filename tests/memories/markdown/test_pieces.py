"""Pieces: runs of whole blocks under one heading, each a span of the text, none lost, none cut where it must not be."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from memories.markdown.pieces import MOST, SOLID, Piece, cut

SAID = "the stage moves 2.5 mm. per turn! über µ-Step 中文 [a](b.md) `x` | # > -"
WORDS = st.lists(st.sampled_from(SAID.split(" ")), max_size=90)
LINES = WORDS.map(" ".join)
BLOCKS = st.one_of(
    LINES,
    LINES.map(lambda text: f"# {text[:60]}"),
    LINES.map(lambda text: f"### {text[:60]}"),
    LINES.map(lambda text: f"{text[:40] or 'a'}\n==="),
    st.lists(LINES, max_size=30).map(lambda lines: "\n".join(f"- {line}" for line in lines)),
    st.lists(LINES, max_size=30).map(lambda lines: "\n".join(f"{n}. a\n   - {line}" for n, line in enumerate(lines))),
    st.lists(LINES, max_size=40).map(lambda lines: "```\n" + "\n".join(lines) + "\n```"),
    st.lists(LINES, max_size=20).map(lambda lines: "> " + "\n> ".join(lines)),
    st.integers(1, 60).map(lambda rows: "| a | b |\n| - | - |\n" + "| one | two |\n" * rows),
    st.sampled_from(["[a]: http://example.org", "<div>\n<b>x</b>\n</div>", "---", "\t indented", "\r", "\r\n\r\n"]),
    st.text(max_size=80),
)
TEXTS = st.lists(BLOCKS, max_size=25).flatmap(
    lambda parts: st.sampled_from(["\n\n", "\n", "\r\n\r\n"]).map(lambda end: end.join(parts))
)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_pieces_are_spans_in_order_that_lose_no_word(text: str) -> None:
    pieces = cut(text)
    last = 0
    for piece in pieces:
        assert last <= piece.start < piece.end <= len(text)
        content = text[piece.start : piece.end]
        assert content.strip()
        assert content == content.rstrip()
        last = piece.end
    held = "".join(text[piece.start : piece.end] + " " + piece.heading_path for piece in pieces)
    kept = set(re.findall(r"[^\W_]{2,}", held))
    said = {word for line in text.splitlines() if len(line) < 150 for word in re.findall(r"[^\W_]{2,}", line)}
    if not re.search(
        r"(?m)^ {0,3}#|^=+|^-+|[\x00-\x1f\x80-\xff]", text
    ):  # a heading is kept as words without its marks
        assert said <= kept


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_pieces_are_as_long_as_they_may_be(text: str) -> None:
    for piece in cut(text):
        content = text[piece.start : piece.end]
        assert len(content) <= SOLID
        solid = re.search(r"(?m)^[ \t>]*(```|\||    |\t)", content)
        assert len(content) <= MOST or solid


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_lines_are_those_of_an_editor(text: str) -> None:
    lines = re.split(r"\r\n|\r|\n", text)
    for piece in cut(text):
        first = re.split(r"\r\n|\r|\n", text[piece.start : piece.end])[0]
        assert first in lines[piece.line_start - 1]
        assert piece.line_end >= piece.line_start


def found(text: str) -> list[tuple[str, str]]:
    return [(piece.heading_path, text[piece.start : piece.end]) for piece in cut(text)]


def test_a_piece_names_the_headings_above_it() -> None:
    text = "Before.\n\n# *Stage* `X`\n\n## Drive\n\nOne turn.\n\n## Limits\n\nTwo mm.\n\nOther\n=====\n\nThree.\n"
    assert found(text) == [
        ("", "Before."),
        ("Stage X > Drive", "One turn."),
        ("Stage X > Limits", "Two mm."),
        ("Other", "Three."),
    ]


def test_a_heading_with_nothing_under_it_is_a_piece() -> None:
    assert found("# A\n\n## B\n\n# C\n") == [("A > B", "## B"), ("C", "# C")]


def test_a_code_block_and_a_table_stay_whole() -> None:
    code = "```python\n" + "x = 1  # a line of code\n\n" * 60 + "```"
    table = "| part | mass |\n| --- | --- |\n" + "| the primary mirror | 12.7 kg |\n" * 100
    text = f"# A\n\nWords.\n\n{code}\n\nMore words.\n\n{table}\nEnd.\n"
    assert len(code) < MOST < len(table) < SOLID
    pieces = [content for _, content in found(text)]
    assert any(code in content for content in pieces)
    assert any(table.strip() in content for content in pieces)


def test_a_code_block_beyond_all_bounds_is_cut_between_its_lines() -> None:
    lines = [f"row {number} of a long listing" for number in range(1_000)]
    text = "```\n" + "\n".join(lines) + "\n```\n"
    pieces = [content for _, content in found(text)]
    assert max(map(len, pieces)) <= MOST
    assert [line for content in pieces for line in content.splitlines()] == text.splitlines()


def test_a_heading_in_a_code_block_or_a_list_is_none() -> None:
    text = "# Real\n\n```\n# not one\n```\n\n- # nor this\n"
    assert {path for path, _ in found(text)} == {"Real"}


def test_a_long_paragraph_is_cut_behind_sentences() -> None:
    text = "The stage moves half a millimetre a turn. " * 100
    pieces = [content for _, content in found(text)]
    assert all(content.endswith(".") and 400 <= len(content) <= 1_000 for content in pieces[:-1])


def test_a_long_list_is_cut_between_its_items() -> None:
    text = "".join(f"- item {number} holds the lens in its place\n" for number in range(100))
    pieces = [content for _, content in found(text)]
    assert len(pieces) > 3
    assert all(content.startswith("- item") and content.endswith("place") for content in pieces)


def test_the_text_proper_begins_behind_the_front_matter() -> None:
    text = "---\ntitle: A\n---\n# B\n\nWords.\n"
    assert cut(text, len("---\ntitle: A\n---\n")) == [Piece("B", 22, 28, 6, 6)]
