"""Answers as CSV, where a table is their natural form: the verification matrix, gaps, coverage.

A cell that a spreadsheet would take for a formula is made text.
"""

import csv
import json
from io import StringIO
from typing import Any

from engineering.queries.envelope import Answer, Item

#: What begins a formula, the full-width forms of East Asian spreadsheets among them.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "Q-101": (
        "external_ref",
        "name",
        "method",
        "link",
        "evidence_type",
        "evidence",
        "value",
        "passed",
        "date",
        "verdict",
        "id",
    ),
    "Q-105": ("name", "numerator", "denominator", "share", "rule"),
    "Q-103": ("change", "kind", "type", "name", "field", "old", "new", "id"),
    "gaps": ("query", "group", "type", "name", "external_ref", "id"),
}


def as_csv(answer: Answer) -> str:
    """Return an answer as CSV with a heading. Raises KeyError for a query that is no table."""
    columns = _COLUMNS[answer.query]
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for one in answer.items:
        for row in _rows(one):
            writer.writerow([_cell(row.get(name)) for name in columns])
    return out.getvalue()


def _rows(one: Item) -> list[dict[str, Any]]:
    """Return the rows of an item: one for each field that it says changed, else one."""
    row = _row(one)
    changes = one.data.get("changes") or [{}]
    return [{**row, **{name: _words(value) for name, value in change.items()}} for change in changes]


def _words(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _row(one: Item) -> dict[str, Any]:
    evidence = one.data.get("evidence")
    shown = {"evidence": evidence["name"], "evidence_type": evidence["type"]} if isinstance(evidence, dict) else {}
    plain = {name: value for name, value in one.data.items() if not isinstance(value, dict | list)}
    link = one.via.type if one.via else ""
    return {
        "id": one.id,
        "type": one.type,
        "name": one.name,
        "group": one.group,
        "change": one.group,
        "link": link,
        **plain,
        **shown,
    }


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA) else value
