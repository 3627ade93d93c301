"""Any tool's items and links as CSV or JSON Lines, by a mapping (mapping.py).

A bad row is refused and the rest is read; only what spoils the whole file stops the import.
"""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engineering.importers.mapping import Mapping
from engineering.importers.records import ForeignItem, ForeignLink, Tree
from memories.files import decode, jsonable, parse_json, read_bytes, read_text
from memories.findings import InputFault, Place

Row = dict[str, Any]
#: A row with its line, or the reason why it is none.
Rows = Iterator[tuple[int, Row | None, str]]

_MAX_CELL = 1_000_000
_FALSE = {"false", "no", "0", "inactive", "off"}


def read_csv(path: Path, mapping: Mapping, links: Path | None = None) -> Tree:
    """Return the items of a CSV file, and the links of its rows and of a links file.

    Args:
        path: the items: a header row, then one row an item.
        mapping: which column is which.
        links: CSV or JSON Lines of (source, role, target).

    Raises:
        InputFault: a file is missing, too large, no UTF-8, or without the columns that the mapping names.
    """
    return _read(path, csv_rows, mapping, "csv", links)


def read_jsonl(path: Path, mapping: Mapping, links: Path | None = None) -> Tree:
    """Return the items of a JSON Lines file: one object a line. See read_csv."""
    return _read(path, jsonl_rows, mapping, "jsonl", links)


def csv_rows(path: Path) -> Rows:
    """Yield a CSV file's rows by line. Raises InputFault for what spoils the whole file."""
    text = read_text(path, path.name)
    csv.field_size_limit(_MAX_CELL)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)  # spreadsheets write what their locale says
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    line = 1
    try:
        for cells in reader:
            if not header:
                header = _header(cells, path.name)
            elif cells:
                yield line, *_csv_row(header, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputFault(path.name, f"broken CSV: {error}.", line) from None
    if not header:
        raise InputFault(path.name, "it is empty: a header row is expected.")


def _header(cells: list[str], shown: str) -> list[str]:
    names = [cell.strip() for cell in cells]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise InputFault(shown, f"the column “{sorted(twice)[0]}” stands twice.", 1)
    return names


def _csv_row(header: list[str], cells: list[str]) -> tuple[Row | None, str]:
    if len(cells) != len(header):
        return None, f"the row has {len(cells)} cells, the header {len(header)}"
    return dict(zip(header, cells, strict=True)), ""


def jsonl_rows(path: Path) -> Rows:
    """Yield a JSON Lines file's objects by line; a line that is none comes with its reason."""
    data = read_bytes(path, path.name)
    for line, raw in enumerate(data.split(b"\n"), start=1):
        try:
            text = decode(raw, path.name).strip()
            row = parse_json(text) if text else None
        except InputFault as fault:
            yield line, None, fault.reason
            continue
        except ValueError as error:
            yield line, None, str(error)
            continue
        if text:
            yield (
                line,
                row if isinstance(row, dict) else None,
                "" if isinstance(row, dict) else "a JSON object is expected",
            )


def _read(path: Path, rows: Callable[[Path], Rows], mapping: Mapping, tool: str, links: Path | None) -> Tree:
    tree = Tree(mapping.tool or tool)
    for line, row, reason in rows(path):
        place = Place(path.name, line)
        if row is None:
            tree.refuse_item("", "unreadable_row", reason, place)
        else:
            _take(tree, row, mapping, place)
    if links is not None:
        _read_links(tree, links, mapping)
    return tree


def _take(tree: Tree, row: Row, mapping: Mapping, place: Place) -> None:
    columns = mapping.columns
    ref = _first(row, columns.ref)
    if not ref:
        tree.refuse_item("", "no_ref", f"no id in {' or '.join(columns.ref)}", place, row)
        return
    try:
        properties = _properties(row, mapping)
    except ValueError as error:
        tree.refuse_item(ref, "unreadable_value", str(error), place, row)
        return
    kind, name, text = (_first(row, names) for names in (columns.type, columns.name, columns.description))
    active = _first(row, columns.active).casefold() not in _FALSE
    tree.add(ForeignItem(ref, kind, name, place, text, properties, active))
    for role, target, fault in _row_links(row, columns.links):
        if fault:
            tree.refuse_link(ref, "unreadable_link", fault, place, row)
        else:
            tree.link(ForeignLink(ref, role, target, place))


def _first(row: Row, names: tuple[str, ...]) -> str:
    for name in names:
        value = row.get(name)
        if value not in (None, "", [], {}):
            return str(value).strip()
    return ""


def _taken(row: Row, mapping: Mapping) -> set[str]:
    """Return the columns that became fields, of several only the one that was used."""
    columns = mapping.columns
    named = {
        next((name for name in names if _first(row, (name,))), "")
        for names in (columns.ref, columns.type, columns.name, columns.description)
    }
    return named | set(columns.links) | set(columns.active) | columns.leave_out


def _properties(row: Row, mapping: Mapping) -> dict[str, Any]:
    renamed = {theirs: ours for ours, theirs in mapping.columns.properties.items()}
    taken = _taken(row, mapping)
    result = {}
    for key, value in row.items():
        if key not in taken and value not in (None, "", [], {}):
            result[renamed.get(key, key.removeprefix("properties."))] = jsonable(value)
    nested = result.pop("properties", None)
    return {**nested, **result} if isinstance(nested, dict) else result


def _row_links(row: Row, names: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Yield (role, target, fault) of the links written in a row as `type:ref`, in a list or apart by ; or line."""
    for name in names:
        value = row.get(name)
        listed = value if isinstance(value, list) else str(value or "").replace("\n", ";").split(";")
        for entry in listed:
            text = entry.strip() if isinstance(entry, str) else entry
            if text == "":
                continue
            role, _, target = text.partition(":") if isinstance(text, str) else ("", "", "")
            whole = bool(role.strip() and target.strip())
            yield role.strip(), target.strip(), "" if whole else f"a link is written type:ref, not {entry!r}"


def _read_links(tree: Tree, path: Path, mapping: Mapping) -> None:
    rows = csv_rows if path.suffix.casefold() == ".csv" else jsonl_rows
    for line, row, reason in rows(path):
        place = Place(path.name, line)
        if row is None:
            tree.refuse_link("", "unreadable_row", reason, place)
            continue
        source, role, target = (str(row.get(name) or "").strip() for name in mapping.link_columns)
        if source and target:
            tree.link(ForeignLink(source, role, target, place))
        else:
            tree.refuse_link(source, "no_ends", f"{' and '.join(mapping.link_columns)} are expected", place, row)
