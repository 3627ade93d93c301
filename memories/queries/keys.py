"""Who holds a dedupe key. Asked on every creation, so the statement is kept (the ORM builds it anew each time)."""

from functools import cache
from uuid import UUID

from django.db import connection, models


def holders(model: type[models.Model], key: str) -> list[tuple[UUID, str]]:
    """Return (id, status) of every row of a model with this dedupe key, of whatever status."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(model), [key])
        return [(pk if isinstance(pk, UUID) else UUID(pk), status) for pk, status in cursor.fetchall()]


@cache
def _statement(model: type[models.Model]) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    return f"SELECT id, status FROM {table} WHERE dedupe_key = %s"  # noqa: S608 - our own table's name
