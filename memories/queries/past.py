"""The records as they stood at a moment, for every read inside a `with Past(...)`.

Each table that a read names is set up when first it is named: what the log holds no later row of is taken as it
stands, the rest is read out of its last row up to the moment. That is one set-based INSERT into a temporary table of
this connection, and the same SQL then runs with the temporary table's name in place of the table's. The log itself is
read through a view that ends at the moment. Nothing is written to a guarded table, and nothing stays behind.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from django.db import connection, models, transaction

from memories.errors import StrayWrite
from memories.kinds import kinds
from memories.models import AuditEntry, Interaction
from memories.models.audit import UNLOGGED

_LOG = AuditEntry._meta.db_table
_READS = ("SELECT", "WITH", "EXPLAIN")
_suspended: ContextVar[bool] = ContextVar("atocore_live", default=False)


@contextmanager
def live() -> Iterator[None]:
    """Let reads inside answer from the records as they stand now, also while looking back."""
    token = _suspended.set(True)
    try:
        yield
    finally:
        _suspended.reset(token)


@dataclass(frozen=True)
class Table:
    """A table that can be looked back to.

    Attributes:
        model: its model.
        kind: the word for its records in the log.
        indexed: names of fields by which reads look rows up.
    """

    model: type[models.Model]
    kind: str
    indexed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name."""
        return self.model._meta.db_table

    @property
    def then(self) -> str:
        """The name of the temporary table that stands for it."""
        return f"then_{self.name}"

    @property
    def columns(self) -> list["models.Field[Any, Any]"]:
        """Its columns."""
        return list(self.model._meta.concrete_fields)


def tables() -> dict[str, Table]:
    """Return the tables that can be looked back to: those of all kinds, and interactions."""
    found = [Table(Interaction, "interaction", ("project",))]
    for kind in kinds:
        heads = [path.partition("__")[0] for path in kind.project_paths]
        names = {column.name for column in kind.model._meta.concrete_fields}
        found.append(Table(kind.model, kind.name, tuple(name for name in (*heads, "superseded_by") if name in names)))
    return {table.name: table for table in found}


class Past:
    """The records up to a time, a number of the log, or both."""

    def __init__(self, until: datetime | None, seq: int | None) -> None:
        self.until, self.seq = until, seq
        self._ready: dict[str, str] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if connection.vendor == "postgresql":
            # Temporary tables of PostgreSQL go with the transaction, also behind a pool of connections.
            self._stack.enter_context(transaction.atomic())
        self._stack.enter_context(connection.execute_wrapper(self))
        return self

    def __exit__(self, *fault: Any) -> bool | None:
        if connection.vendor == "postgresql":
            transaction.set_rollback(True)
            return self._stack.__exit__(*fault)
        closed = self._stack.__exit__(*fault)
        # By the driver itself: Django would refuse it after a fault inside a transaction.
        driver = connection.connection
        for drop in self._ready.values() if driver else ():
            driver.execute(drop)
        return closed

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Run a statement, the names in it led to the tables as they stood."""
        if _suspended.get() or not isinstance(sql, str):
            return execute(sql, params, many, context)
        named = dict.fromkeys(self._names.findall(sql))
        if named and not sql.lstrip(" (\n").upper().startswith(_READS) and not _transactional(sql):
            raise StrayWrite(f"nothing is written while looking back: {sql[:60]}")
        for name in named:
            self._set_up(name)
        return execute(self._names.sub(lambda found: f'"then_{found[1]}"', sql), params, many, context)

    @cached_property
    def _tables(self) -> dict[str, Table]:
        return tables()

    @cached_property
    def _names(self) -> re.Pattern[str]:
        # Behind a point stands a column, which may have a table's name (a memory's `entities`).
        return re.compile(f'(?<!\\.)"({"|".join(map(re.escape, (*self._tables, _LOG)))})"')

    def _set_up(self, name: str) -> None:
        if name in self._ready:
            return
        self._ready[name] = f'DROP {"VIEW" if name == _LOG else "TABLE"} IF EXISTS temp."then_{name}"'
        log = [(view(self.until, self.seq), list[Any]())]
        with live():
            for statement, params in log if name == _LOG else statements(self._tables[name], self.until, self.seq):
                _run(statement, params)


def view(until: datetime | None, seq: int | None) -> str:
    """Return the CREATE VIEW of the log up to a moment; a view takes no parameters, and these are ours."""
    bounds = [f"seq <= {int(seq)}"] if seq is not None else []
    if until is not None:
        bounds.append(f"timestamp <= '{connection.ops.adapt_datetimefield_value(until)}'")
    condition = " AND ".join(bounds) or "1 = 1"
    return f'CREATE TEMPORARY VIEW "then_{_LOG}" AS SELECT * FROM "{_LOG}" WHERE {condition}'  # noqa: S608 - our own number and time


def _run(sql: str, params: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or [])


def _transactional(sql: str) -> bool:
    return sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))


def statements(table: Table, until: datetime | None, seq: int | None) -> list[tuple[str, list[Any]]]:
    """Return what sets up the temporary table of a table: CREATE, one INSERT, its indexes."""
    columns = ", ".join(
        f'"{column.column}" {column.db_type(connection)}{" PRIMARY KEY" * column.primary_key}'
        for column in table.columns
    )
    found = [(f'CREATE TEMPORARY TABLE "{table.then}" ({columns})', []), insertion(table, until, seq)]
    for name in table.indexed:
        found.append((_index(table, name), []))
    if connection.vendor == "postgresql":
        found.append((f'ANALYZE "{table.then}"', []))
    return found


def _index(table: Table, name: str) -> str:
    column = next(one.column for one in table.columns if one.name == name)
    # SQLite wants the index, PostgreSQL the table alone, in the temporary schema.
    place = "temp." if connection.vendor == "sqlite" else ""
    return f'CREATE INDEX {place}"{table.then}_{name}" ON "{table.then}" ("{column}")'


def insertion(table: Table, until: datetime | None, seq: int | None) -> tuple[str, list[Any]]:
    """Return the INSERT that fills a temporary table, and its parameters."""
    up_to, later, bounds = _bounds(until, seq)
    id_text = "l.id::text" if connection.vendor == "postgresql" else "l.id"
    touched_id = "{0}" if connection.vendor == "postgresql" else "replace({0}, '-', '')"
    entry_id, touched_id = touched_id.format("a.record_id"), touched_id.format("record_id")
    own = ", ".join(f'l."{column.column}"' for column in table.columns)
    then = ", ".join(_then(column) for column in table.columns)
    # `entity_kind || ''` keeps the planner off the index by record: the few later rows are found by time or number.
    sql = f"""
        INSERT INTO "{table.then}"
        WITH touched AS (
            SELECT DISTINCT record_id FROM "{_LOG}"
            WHERE entity_kind || '' = %s AND external_ref = '' AND ({later})
        ), last AS (
            SELECT MAX(seq) AS seq FROM "{_LOG}"
            WHERE entity_kind = %s AND external_ref = '' AND {up_to}
            AND record_id IN (SELECT record_id FROM touched)
            GROUP BY record_id
        )
        SELECT {own} FROM "{table.name}" l WHERE {_absent(id_text, touched_id)}
        UNION ALL
        SELECT {then} FROM "{_LOG}" a JOIN "{table.name}" l ON {id_text} = {entry_id} {_unpacked(table)}
        WHERE a.seq IN (SELECT seq FROM last)
    """  # noqa: S608 - names of our own tables and columns, and place holders; values are bound
    return sql, [table.kind, *bounds, table.kind, *bounds]


def _absent(id_text: str, touched_id: str) -> str:
    """Return the condition that a row was not touched; each database has its own fast way of saying it."""
    if connection.vendor == "postgresql":
        return f"NOT EXISTS (SELECT 1 FROM touched WHERE touched.record_id = {id_text})"  # noqa: S608 - as above
    return f"{id_text} NOT IN (SELECT {touched_id} FROM touched)"  # noqa: S608 - as above


def _bounds(until: datetime | None, seq: int | None) -> tuple[str, str, list[Any]]:
    """Return the conditions for rows up to a moment and for later ones, and the parameters that both take."""
    given = [("timestamp", until)] * (until is not None) + [("seq", seq)] * (seq is not None)
    up_to = " AND ".join(f"{name} <= %s" for name, _ in given)
    later = " OR ".join(f"{name} > %s" for name, _ in given)
    times = connection.ops.adapt_datetimefield_value
    return up_to, later, [times(value) if isinstance(value, datetime) else value for _, value in given]


def _then(column: "models.Field[Any, Any]") -> str:
    """Return a column as the log's row `a` holds it; what the log does not hold comes from the row as it stands."""
    if column.name in UNLOGGED:
        return f'l."{column.column}"'
    read = f'j."{column.name}"' if connection.vendor == "postgresql" else _on_sqlite(column)
    # A column that is younger than the row of the log.
    return read if column.null else f'COALESCE({read}, l."{column.column}")'


def _unpacked(table: Table) -> str:
    """Return the join that reads a record out of the log's JSON: on PostgreSQL once a row, not once a column."""
    if connection.vendor != "postgresql":
        return ""
    columns = [column for column in table.columns if column.name not in UNLOGGED]
    typed = ", ".join(f'"{column.name}" {column.db_type(connection)}' for column in columns)
    return f"CROSS JOIN LATERAL jsonb_to_record(a.after_json) AS j({typed})"


def _on_sqlite(column: "models.Field[Any, Any]") -> str:
    read = f"json_extract(a.after_json, '$.{column.name}')"
    kind = column.target_field if isinstance(column, models.ForeignKey) else column
    if isinstance(kind, models.UUIDField):
        return f"replace({read}, '-', '')"
    if isinstance(kind, models.DateTimeField):
        # Written by isoformat(); Django stores UTC with a space and without a zone.
        return f"""CASE WHEN {read} LIKE '%%+00:00' THEN replace(substr({read}, 1, length({read}) - 6), 'T', ' ')
            ELSE strftime('%%Y-%%m-%%d %%H:%%M:%%f', {read}) END"""
    return read
