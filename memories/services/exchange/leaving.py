"""Export: every table as one file of lines, as one moment saw it."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from memories.errors import Invalid
from memories.models import Project
from memories.services.exchange import manifest as manifests
from memories.services.exchange.lines import line_of
from memories.services.exchange.manifest import Manifest, Table
from memories.services.exchange.scope import Scope
from memories.services.exchange.tables import Model, columns, ordered, tables

_AT_ONCE = 2_000
Tell = Callable[[str, int], None]


def export(
    folder: Path, projects: list[Project] | None = None, *, secrets: bool = False, tell: Tell | None = None
) -> Manifest:
    """Write an export into a folder that does not exist yet, and return its manifest.

    The folder gets its name only when it is whole. Nobody waits meanwhile: the rows are those of one moment.

    Args:
        folder: where to; its parent is there.
        projects: only these, with what they rest on; everything where none is given.
        secrets: with the digests of passwords and tokens, for moving an installation.
        tell: is told the table and how many of its rows are written.

    Raises:
        Invalid: the folder exists, or its parent does not.
    """
    with drafted(folder) as draft:
        with snapshot():
            done = _write(draft, projects or [], secrets, tell)
        (draft / manifests.NAME).write_text(done.text(), encoding="utf-8")
    return done


@contextmanager
def drafted(folder: Path) -> Iterator[Path]:
    """Give a folder to write into, which gets its name when it is whole, and is gone where it is not.

    Raises:
        Invalid: a folder of that name exists, or its parent does not.
    """
    if folder.exists() or not folder.parent.is_dir():
        raise Invalid.field("path", f"{folder} exists already, or the folder it would stand in does not.", "bad_path")
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    try:
        yield draft
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def snapshot() -> Iterator[None]:
    """Let every read inside see the database as it is now."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # deferred, so that it reads beside a writer: atomic() would keep others waiting
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def _write(draft: Path, projects: list[Project], secrets: bool, tell: Tell | None) -> Manifest:
    travelling = tables(secrets)
    scope = Scope(projects, travelling)
    done = Manifest(projects=[project.name for project in projects], secrets=secrets, elsewhere=scope.elsewhere)
    for model in travelling:
        name = model._meta.db_table
        handle = os.open(draft / f"{name}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            done.tables[name] = table_of(model, scope, secrets, write=stream.write, tell=tell)
    return done


def table_of(
    model: Model, scope: Scope, secrets: bool, *, write: Callable[[bytes], Any] | None = None, tell: Tell | None = None
) -> Table:
    """Return what a manifest says of a table, as the database holds it now.

    Args:
        model: of the table.
        scope: its rows.
        secrets: whether its secret columns are among them.
        write: takes the lines; without it they go nowhere.
        tell: is told how many of its rows have gone there.
    """
    digest, number = hashlib.sha256(), 0
    for number, line in enumerate(_lines(model, scope, secrets), 1):
        digest.update(line)
        if write:
            write(line)
        if tell and not number % _AT_ONCE:
            tell(model._meta.db_table, number)
    return Table(number, digest.hexdigest(), [one.attname for one in columns(model, secrets)])


def _lines(model: Model, scope: Scope, secrets: bool) -> Iterator[bytes]:
    found = columns(model, secrets)
    names = [column.attname for column in found]
    written: Iterator[bytes] = (
        line_of(found, values)
        for rows in scope.rows(model)
        for values in rows.values_list(*names).iterator(chunk_size=_AT_ONCE)
    )
    return written if ordered(model) else iter(sorted(written))
