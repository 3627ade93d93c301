"""The rows of the query catalogue: everybody with a role reads, and nobody else."""

from engineering.queries.catalogue import QUERIES, Scope
from tests.house.role_matrix import Row

ALL = "401 200 200 200 200 200"
_PROJECT, _ENTITY = {"name": "project"}, {"id": "entity"}


def _rows() -> dict[str, Row]:
    found = {}
    for query in QUERIES:
        of_project = query.scope is Scope.PROJECT
        address = f"/api/v1/queries/{query.scope.value}/{'<name>' if of_project else '<id>'}/{query.path}"
        for suffix in ("", *(f"/{one}" for one in query.files)):
            found[address + suffix] = Row({"GET": ALL}, at=_PROJECT if of_project else _ENTITY)
    return found


ROWS = _rows()
