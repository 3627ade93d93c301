"""Who gets what where: one row a route, one cell a method and role. test_role_matrix asserts every cell.

A cell is the HTTP status; the columns are ROLES in order. A row names the methods its route knows; `others` holds for
all the rest. Routes are written as test_role_matrix.routes() spells them; `*` stands for one part of an address.
REST answers tokens, everything else a session.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ROLES = ("anonymous", "reader", "agent", "reviewer", "maintainer", "admin")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

#: What REST answers to a method that a route does not know, for resources open to every reader, agent, reviewer, …
UNKNOWN = "401 405 405 405 405 405"
UNKNOWN_TO_AGENTS = "401 403 405 405 405 405"
UNKNOWN_TO_REVIEWERS = "401 403 403 405 405 405"
UNKNOWN_TO_MAINTAINERS = "401 403 403 403 405 405"


@dataclass(frozen=True)
class Row:
    """One route.

    Attributes:
        cells: for a method, the six statuses.
        others: the six statuses of every other method.
        at: what stands in the address: for each of its parts the name of a sample (see test_role_matrix.samples).
        body: what is sent with methods that change something; "@name" stands for the id of a sample.
        query: what a GET has behind its address.
    """

    cells: Mapping[str, str]
    others: str = UNKNOWN
    at: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""

    def expected(self, method: str) -> tuple[int, ...]:
        """Return the six statuses of a method; HEAD is answered as GET is."""
        named = "GET" if method == "HEAD" and "HEAD" not in self.cells else method
        return tuple(int(cell) for cell in self.cells.get(named, self.others).split())


def _table() -> dict[str, Row]:
    from tests.house import role_matrix_admin, role_matrix_queries, role_matrix_rest, role_matrix_web

    return {**role_matrix_rest.ROWS, **role_matrix_queries.ROWS, **role_matrix_web.ROWS, **role_matrix_admin.ROWS}


def row_of(route: str) -> Row | None:
    """Return the row of a route, by its own name or by a pattern, or None."""
    table = _table()
    if route in table:
        return table[route]
    parts = route.split("/")
    for pattern, row in table.items():
        wanted = pattern.split("/")
        alike = "*" in wanted and len(wanted) == len(parts)
        if alike and all(one in ("*", other) for one, other in zip(wanted, parts, strict=True)):
            return row
    return None
