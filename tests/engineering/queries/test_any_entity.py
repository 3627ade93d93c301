"""Every question about an entity has an answer wherever the entity stands in its lifecycle."""

import pytest

from engineering.queries.catalogue import QUERIES, Query, Scope
from memories.actors import Actor
from memories.services import lifecycle
from tests import factories as make

ABOUT_ONE = [query for query in QUERIES if query.scope is Scope.ENTITY]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ABOUT_ONE, ids=[query.id for query in ABOUT_ONE])
@pytest.mark.parametrize("stands", ["candidate", "active", "invalid"])
def test_it_answers(query: Query, stands: str) -> None:
    actor = Actor.system("import")
    entity = make.entity("Lid", active=stands != "candidate")
    if stands == "invalid":
        lifecycle.invalidate(entity, actor=actor, note="never built")
    answer = query.run(entity, actor)
    assert answer.query == query.id
    assert answer.rule
