"""Rendered Markdown: what is shown, where links lead, and that nothing harmful is left of anything."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memories.markdown import render
from tests.memories.hostile_files import SCRIPTS, TEXTS

HARMLESS = {"href", "title", "start", "id", "rel"}


def shown(text: str, path: str = "docs/a.md", known: tuple[str, ...] = ()) -> str:
    parts = []
    for _, tokens in render.blocks(text, 0, len(text)):
        render.name_headings(tokens)
        parts.append(render.html(tokens, path, lambda place: f"/documents/{place}/" if place in known else ""))
    return "".join(parts)


class Reader(HTMLParser):
    """Collects tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def harmless(html: str) -> None:
    reader = Reader()
    reader.feed(html)
    for tag, attributes in reader.tags:
        assert tag in render._TAGS
        assert set(attributes) <= HARMLESS
        if "href" in attributes:
            assert re.match(r"(https?|mailto):|/documents/|#h-", attributes["href"] or ""), attributes
            assert attributes["rel"] == "noopener noreferrer"
        assert attributes.get("id", "h-")[:2] == "h-"  # type: ignore[index]  # never null


@pytest.mark.parametrize("text", [*SCRIPTS, *(text[:60_000] for text in TEXTS)])
def test_nothing_harmful_is_left(text: str) -> None:
    harmless(shown(text))


PIECES = st.lists(
    st.sampled_from(
        [
            *SCRIPTS,
            "<a href='",
            "'>",
            "<div>",
            "</div>",
            "`",
            "```\n",
            "[x](",
            ")",
            "<!--",
            "-->",
            "&lt;",
            "\n\n",
            "> ",
            "- ",
        ]
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(PIECES.map("".join))
def test_nothing_harmful_is_made_of_fragments(text: str) -> None:
    harmless(shown(text))


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("b.md", "/documents/docs/b.md/"),
        ("./b.md#The Drive!", "/documents/docs/b.md/#h-the-drive"),
        ("../c d.md", "/documents/c d.md/"),
        ("../c%20d.md", "/documents/c d.md/"),
        ("/docs/b.md", "/documents/docs/b.md/"),
        ("unknown.md", None),
        ("/admin/logout/", None),
        ("../../../etc/passwd", None),
        ("#limits", "#h-limits"),
        ("https://example.org/x", "https://example.org/x"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("//example.org/x", None),
        ("ftp://example.org/x", None),
        ("javascript:alert(1)", None),
    ],
)
def test_links_lead_to_documents_or_openly_elsewhere(link: str, address: str | None) -> None:
    html = shown(f"[x](<{link}>)", known=("docs/b.md", "c d.md"))
    found = re.search(r'href="([^"]*)"', html)
    assert (found[1] if found else None) == address
    assert "x" in html


def test_headings_stand_below_the_pages_and_leave_no_gap() -> None:
    html = shown("# One *two*\n\n### Three\n\n# Four\n\n> # Quoted\n")
    assert re.findall(r"<(h\d) id=\"([^\"]+)\">", html) == [("h2", "h-one-two"), ("h3", "h-three"), ("h2", "h-four")]
    assert "<strong>Quoted</strong>" in html


def test_a_picture_is_named_and_not_fetched() -> None:
    html = shown("![A <b>](https://example.org/a.png)\n\n[![In](i.png)](https://example.org)")
    assert "<img" not in html
    assert '<a href="https://example.org/a.png" rel="noopener noreferrer">[image: A &lt;b&gt;]</a>' in html
    assert '<a href="https://example.org" rel="noopener noreferrer">[image: In]</a>' in html


def test_blocks_say_where_they_begin() -> None:
    text = "skip\n# A\n\nWords\nmore.\n\n- a\n- b\n"
    assert [text[start : start + 3] for start, _ in render.blocks(text, 5, len(text))] == ["# A", "Wor", "- a"]
