"""The format: every table travels or stays for a reason, the page tells of each column, a line is canonical."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from engineering.services import export_markdown
from memories.models import AuditEntry, Memory
from memories.services.exchange.lines import line_of, row_of
from memories.services.exchange.tables import LEFT_OUT, SECRET, columns, tables
from tests import factories as make

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "exchange.md").read_text()
WHOLE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_every_table_travels_or_is_left_behind_for_a_reason() -> None:
    ours = {model for app in ("memories", "engineering") for model in apps.get_app_config(app).get_models(True)}
    assert set(tables(secrets=True)) | set(LEFT_OUT) == ours
    assert all(LEFT_OUT.values())
    assert {model for model in SECRET if model not in tables()} == {
        model for model, only in SECRET.items() if only is None
    }
    assert "password" not in {column.name for model in tables() for column in columns(model)}


def test_the_page_tells_of_every_table_and_column() -> None:
    for model in tables(secrets=True):
        line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{model._meta.db_table}` |"))
        told = [name.strip("` ") for name in line.split("|")[2].split(",")]
        assert told == [column.attname for column in columns(model, secrets=True)], model


@given(st.lists(WHOLE))
def test_a_line_is_the_same_after_jsonb(value: Any) -> None:
    """jsonb forgets the order of keys and writes numbers its own way: large floats as digits, -0.0 as 0."""
    column = Memory._meta.get_field("entities")
    line = line_of([column], [value])
    read = row_of([column], line)["entities"]
    assert line_of([column], [_as_jsonb(read)]) == line


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_of_any_year_comes_back(at: datetime) -> None:
    column = Memory._meta.get_field("observed_at")
    assert row_of([column], line_of([column], [at])) == {"observed_at": at}


def _as_jsonb(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_jsonb(value[key]) for key in sorted(value, key=lambda key: (len(key.encode()), key))}
    if isinstance(value, list):
        return [_as_jsonb(one) for one in value]
    return int(value) if isinstance(value, float) and abs(value) >= 1e16 and value.is_integer() else value


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "no JSON"),
        (b"[]", "has not the keys"),
        (b'{"seq":1}', "has not the keys"),
    ],
)
def test_a_line_that_is_none_is_refused(line: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        row_of(columns(AuditEntry), line)


def test_a_value_of_another_type_is_refused() -> None:
    column = Memory._meta.get_field("created_at")
    good = line_of([column], [datetime(2026, 3, 1, tzinfo=UTC)])
    assert row_of([column], good) == {"created_at": datetime(2026, 3, 1, tzinfo=UTC)}
    with pytest.raises(ValueError, match="created_at is no DateTimeField: 'soon'"):
        row_of([column], b'{"created_at":"soon"}')
    with pytest.raises(ValueError, match="created_at is null"):
        row_of([column], json.dumps({"created_at": None}).encode())


@pytest.mark.django_db
def test_pages_for_people_link_to_one_another(tmp_path: Path) -> None:
    part, whole = make.entity("Lens [cell] #1"), make.entity("Camera", "subsystem")
    make.relationship(part, "part_of", whole)
    make.memory("The lens cell is glued.", active=True)
    make.document("# Cell\n\nGlue it.\n", "notes/../cell.md".replace("../", ""))
    counts = export_markdown.write(tmp_path / "tree")
    assert counts == {"memories": 1, "entities": 2, "documents": 1}
    page = next((tmp_path / "tree").rglob(f"*{part.pk}.md"))
    link = page.read_text().split("part of [Camera](")[1].split(")")[0]
    assert (page.parent / link).resolve().read_text().startswith(f"---\nid: {whole.pk}\n")
    contents = (tmp_path / "tree" / "README.md").read_text()
    assert r"Lens \[cell\] \#1" in contents
    for target in [one.split(")")[0] for one in contents.split("](")[1:]]:
        assert (tmp_path / "tree" / target).is_file()
