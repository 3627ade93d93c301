"""Who holds a dedupe key. Asked on every creation, so the statement is kept (the ORM builds it anew each time)."""

from collections.abc import Collection
from functools import cache
from uuid import UUID

from django.db import connection, models

from memories.kinds import Row

_KEPT = "_holders"


def holders_of(row: Row) -> list[tuple[UUID, str]]:
    """Return (id, status) of every row with the same key; a new row asks once, for its twin and its past alike.

    It may: whoever writes the key waits for the other (services._write.serialise), or is found out by the unique rule.
    """
    if not row._state.adding:
        return holders(type(row), row.dedupe_key)
    kept: dict[str, list[tuple[UUID, str]]] = row.__dict__.get(_KEPT, {})
    if row.dedupe_key not in kept:
        kept = row.__dict__[_KEPT] = {row.dedupe_key: holders(type(row), row.dedupe_key)}
    return kept[row.dedupe_key]


def forget(row: Row) -> None:
    """Have a new row ask again."""
    row.__dict__.pop(_KEPT, None)


def holders(model: type[models.Model], key: str) -> list[tuple[UUID, str]]:
    """Return (id, status) of every row of a model with this dedupe key, of whatever status."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(model), [key])
        return [(pk if isinstance(pk, UUID) else UUID(pk), status) for pk, status in cursor.fetchall()]


def holders_of_any(model: type[models.Model], keys: Collection[str]) -> dict[str, list[tuple[UUID, str]]]:
    """Return (id, status) of every row with one of these keys, by key."""
    found: dict[str, list[tuple[UUID, str]]] = {}
    rows = model._base_manager.filter(dedupe_key__in=keys)
    for key, pk, status in rows.values_list("dedupe_key", "pk", "status"):
        found.setdefault(key, []).append((pk, status))
    return found


@cache
def _statement(model: type[models.Model]) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    return f"SELECT id, status FROM {table} WHERE dedupe_key = %s"  # noqa: S608 - our own table's name
