"""Import: an export into an empty database, whole or not at all.

Rows go in as they left, ids, times, versions and history included: no verb is played again, and no audit row is added.
Before anything is committed every table is written out once more, to nowhere, and compared with the file by its digest.
"""

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.color import no_style
from django.db import IntegrityError, connection, models, transaction
from django.db.utils import DataError

from memories.errors import Blocked
from memories.findings import InputFault
from memories.models import User
from memories.models._guard import writing
from memories.services import upkeep
from memories.services.exchange import manifest as manifests
from memories.services.exchange.leaving import Tell, table_of
from memories.services.exchange.lines import row_of
from memories.services.exchange.manifest import Manifest, refusal
from memories.services.exchange.scope import Scope
from memories.services.exchange.tables import Model, columns, tables

_AT_ONCE = 1_000
_MOST_LINE = 64 * 1_048_576


def arrive(folder: Path, *, dry_run: bool = False, tell: Tell | None = None) -> Manifest:
    """Read an export into the database, which has to be empty, and return its manifest.

    One transaction: a process that is killed leaves the database as empty as it was, and running again completes.

    Args:
        folder: what `export` made.
        dry_run: do all of it, and take it back.
        tell: is told the table and how many of its rows are in.

    Raises:
        Invalid: the folder is no export, or one of another version.
        InputFault: a line of a file is none; it names file and line.
        Blocked: the database is not empty, a rule of it refuses a row, or what arrived is not what left.
    """
    found = check(folder)
    travelling = tables(found.secrets)
    with transaction.atomic(), writing():
        _insist_on_empty(travelling)
        for model in travelling:
            _fill(model, folder, found, tell)
        _compare(travelling, found)
        _settle(travelling, tell)
        transaction.set_rollback(dry_run)
    if not dry_run:
        upkeep.refresh_statistics()
    return found


def check(folder: Path) -> Manifest:
    """Look whether an export is whole and of this version, and return its manifest. Raises Invalid."""
    found = manifests.read(folder)
    ours = {
        model._meta.db_table: [one.attname for one in columns(model, found.secrets)] for model in tables(found.secrets)
    }
    if strange := sorted(found.tables.keys() ^ ours.keys()):
        raise refusal(f"The export and this version differ in tables: {', '.join(strange)}. {_ADVICE}")
    for name, table in found.tables.items():
        if table.columns != ours[name]:
            differ = sorted(set(table.columns) ^ set(ours[name]))
            raise refusal(f"{name}: the export and this version differ in {', '.join(differ) or 'order'}. {_ADVICE}")
        if _sum(folder / f"{name}.jsonl") != table.sha256:
            raise refusal(f"{name}.jsonl is not the file that was exported: its digest is another.")
    return found


_ADVICE = "Import with the version that exported, then upgrade."


def _sum(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as fault:
        raise refusal(f"{path} cannot be read: {fault.strerror}.") from None


def _insist_on_empty(travelling: tuple[Model, ...]) -> None:
    held = [model._meta.db_table for model in travelling if model._base_manager.exists()]
    if held:
        raise Blocked(
            f"The database is not empty: there are rows in {', '.join(held)}. Nothing was changed. Name a new one "
            "(ATOCORE_DATA for SQLite, DATABASE_URL for PostgreSQL), run migrate, and import there.",
            blockers=held,
        )


def _fill(model: Model, folder: Path, found: Manifest, tell: Tell | None) -> None:
    name, given = model._meta.db_table, columns(model, found.secrets)
    waiting: list[models.Model] = []
    for number, line in _numbered(folder / f"{name}.jsonl"):
        try:
            waiting.append(_instance(model, row_of(given, line)))
        except ValueError as fault:
            raise InputFault(f"{name}.jsonl", f"{fault}.", number) from None
        if len(waiting) == _AT_ONCE:
            _put(model, waiting)
            waiting = []
            if tell:
                tell(name, number)
    _put(model, waiting)


def _numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as stream:
        yield from enumerate(iter(partial(stream.readline, _MOST_LINE), b""), 1)


def _instance(model: Model, values: dict[str, Any]) -> models.Model:
    if model is User and "password" not in values:
        values["password"] = make_password(None)  # none that anybody knows: they sign in by link
    return model(**values)


def _put(model: Model, rows: list[models.Model]) -> None:
    try:
        with transaction.atomic():
            model._base_manager.bulk_create(rows)
    except (IntegrityError, DataError) as fault:
        raise Blocked(f"{model._meta.db_table}: the database refuses a row: {str(fault).splitlines()[0]}.") from fault


def _compare(travelling: tuple[Model, ...], found: Manifest) -> None:
    """Insist that what is in the database now would leave it as it came."""
    scope = Scope([], travelling)
    for model in travelling:
        name = model._meta.db_table
        here, left = table_of(model, scope, found.secrets), found.tables[name]
        if here != left:
            raise Blocked(
                f"{name}: what arrived is not what left ({here.rows:,} rows of {left.rows:,}). Nothing is kept."
            )


def _settle(travelling: tuple[Model, ...], tell: Tell | None) -> None:
    """Let the next numbers follow those that came, and build the search index."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(travelling)):
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # now, while a fault can still be told from the next
    upkeep.rebuild_index(tell)
