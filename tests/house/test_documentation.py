"""What the documentation promises is there: a section and a picture for each question, and what its links lead to."""

import re
from pathlib import Path

import pytest

from engineering.queries.catalogue import BY_ID, QUERIES, Scope

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
QUESTIONS = ROOT / "docs" / "questions.md"
IMAGES = ROOT / "docs" / "images"
PICTURES = IMAGES / "queries"
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def sections() -> dict[str, str]:
    """The sections of the page of questions by their heading."""
    parts = re.split(r"^#+ (.+)\n", QUESTIONS.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("name", BY_ID)
def test_each_question_is_explained_with_its_picture(name: str) -> None:
    query, section = BY_ID[name], sections()[name]
    assert f"**{query.asks}**" in section
    whom = "projects/<project>" if query.scope is Scope.PROJECT else "entities/<id>"
    assert f"`{whom}/{query.path}`" in section
    pictured = re.search(rf"!\[([^\]]+)\]\(images/queries/{name}\.png\)", section)
    assert pictured, "no picture"
    assert len(pictured[1]) > 40, "the words in the place of the picture say what is to be seen"
    assert f"questions.md#{name.lower()}" in (ROOT / "docs" / "engineers.md").read_text()


def test_each_picture_is_of_a_question_and_small() -> None:
    sizes = {path.stem: path.stat().st_size for path in PICTURES.iterdir()}
    assert sizes.keys() == {query.id for query in QUERIES}
    assert max(sizes.values()) < 60_000
    assert sum(sizes.values()) < 1_500_000


def test_each_picture_is_shown_somewhere_and_together_they_are_small() -> None:
    """That each picture which is shown exists is part of where links lead."""
    shown = {(page.parent / link).resolve() for page in PAGES for link in _LINK.findall(page.read_text())}
    taken = [path for path in IMAGES.rglob("*") if path.is_file()]
    assert [path.name for path in taken if path not in shown] == []
    assert sum(path.stat().st_size for path in taken) < 1_200_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in _LINK.findall(_FENCED.sub("", page.read_text())) if "://" not in link]
    assert [link for link in links if not _there(page, link)] == []


def _there(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.is_file() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", _FENCED.sub("", page.read_text()), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
