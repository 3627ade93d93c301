"""docs/reference/ is what `make reference` writes now, wherever and on whatever it is run."""

import os
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

from atocore_site.mcp_server import TOOLS
from tests.reference.__main__ import FOLDER, ROOT, made, outdated
from tests.reference.markdown import page, table, words
from tests.reference.shapes import Schema, Shapes
from tests.rest import openapi


@cache
def pages() -> dict[str, str]:
    return made()


def test_every_page_is_what_the_code_says() -> None:
    assert outdated(pages()) == [], "these pages of docs/reference/ are out of date: run `make reference`"


def test_nothing_around_it_shows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    around = {"COLUMNS": "40", "ATOCORE_THREADS": "3", "ATOCORE_URL": "https://elsewhere.example", "LC_ALL": "C"}
    around |= {"ATOCORE_DATA": str(tmp_path), "ATOCORE_ALLOWED_HOSTS": "elsewhere.example", "PYTHONHASHSEED": "7"}
    around |= {"DATABASE_URL": os.environ.get("ATOCORE_TEST_DATABASE_URL", "postgres://nobody@127.0.0.1:9/none")}
    for name, value in around.items():
        monkeypatch.setenv(name, value)
    assert made() == pages()
    assert not [name for name, text in pages().items() if str(tmp_path) in text or f"{ROOT}/" in text]


def test_every_route_tool_and_command_has_its_section() -> None:
    routes = [f"### {verb.upper()} {path}" for path, verbs in openapi()["paths"].items() for verb in verbs]
    tools = [f"### {tool.name}" for tool in TOOLS]
    own = [f"## {name}" for name, app in get_commands().items() if app in ("memories", "engineering")]
    for name, headings in {"rest.md": routes, "mcp.md": tools, "commands.md": own}.items():
        assert headings
        assert set(headings) - set(pages()[name].splitlines()) == set()


def test_what_is_missing_changed_or_left_over_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert FOLDER.is_dir()
    monkeypatch.setattr("tests.reference.__main__.FOLDER", tmp_path)
    (tmp_path / "same.md").write_text("as it was")
    (tmp_path / "changed.md").write_text("before")
    (tmp_path / "left.md").write_text("of an older one")
    made_now = {"same.md": "as it was", "changed.md": "after", "missing.md": "new"}
    assert outdated(made_now) == ["changed.md", "left.md", "missing.md"]


def test_words_do_not_become_markup_or_another_column() -> None:
    assert words("a <b>\n `x <y>` [c](d)") == r"a \<b> `x <y>` \[c](d)"
    assert table(("one", "two", "three"), [("a|b", "", "c")])[2] == r"| a\|b | c |"


def test_two_headings_with_one_anchor_are_refused() -> None:
    with pytest.raises(ValueError, match="#stats"):
        page("Reference", "", ["## Stats", "### stats"])


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": ["integer", "null"], "minimum": 0, "maximum": 9}, "integer (0 to 9) or null"),
        ({"anyOf": [{"type": "string", "maxLength": 1}, {"type": "null"}]}, "string (1 character at most) or null"),
        ({"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 2}, "list out of `a`, `b` (2 items at most)"),
        ({"$ref": "#/$defs/Part"}, "[Part](#part)"),
        ({"$ref": "#/$defs/Colour"}, "one of `red`, `blue`"),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "object, each value number"),
        ({"type": "object", "additionalProperties": True}, "object"),
    ],
)
def test_a_schema_is_told_in_words(schema: Schema, said: str) -> None:
    named: dict[str, Schema] = {
        "Part": {"properties": {"name": {"type": "string"}}},
        "Colour": {"enum": ["red", "blue"]},
    }
    assert Shapes(named).kind(schema) == said
