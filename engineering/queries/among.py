"""`among`: is a key one of many? One bound value however many there are.

Django's `in` converts and binds every key by itself: of a walk of ten thousand entities that took more time than the
database did. Here they travel as one JSON text on SQLite and as one array on PostgreSQL.
"""

import json
from collections.abc import Collection
from typing import Any

from django.db.models import ForeignKey, Lookup, Q, UUIDField


def among(column: str, keys: Collection[str]) -> Q:
    """Return the condition that a UUID column holds one of some keys, as the driver answers them."""
    return Q(**{f"{column}__among": keys}) if keys else Q(pk__in=[])


@UUIDField.register_lookup
@ForeignKey.register_lookup
class Among(Lookup[Any]):
    """The lookup behind `among`; its value is a collection of keys as the driver answers them."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the condition for PostgreSQL."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::uuid[])", (*params, list(self.rhs))

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the condition for SQLite."""
        column, params = self.process_lhs(compiler, connection)
        keys = [key.replace("-", "") for key in self.rhs]
        sql = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 - a compiled column; the value is bound
        return sql, (*params, json.dumps(keys))
