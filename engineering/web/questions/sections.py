"""The sections of an entity's page that answer questions: what stands behind it, what hangs on it, the rest."""

from typing import Any

from engineering.queries.catalogue import BY_ID
from engineering.queries.envelope import Limits
from engineering.web.questions.asked import address
from engineering.web.questions.sheet import sheet_of
from engineering.web.questions.themes import of_entity
from engineering.web.questions.views import SPECIAL, TABLES
from memories.actors import Actor
from memories.kinds import Row

#: Entities that a section's walk takes at most; its own page takes more.
FEW = 60


def evidence(row: Row, actor: Actor) -> dict[str, Any]:
    """Return the evidence chain of an entity."""
    return _answer("Q-017", row, actor)


def impact(row: Row, actor: Actor) -> dict[str, Any]:
    """Return what changing an entity touches."""
    return _answer("Q-016", row, actor)


def _answer(name: str, row: Row, actor: Actor) -> dict[str, Any]:
    query = BY_ID[name]
    limits = Limits(depth=query.depth, nodes=FEW)
    sheet = sheet_of(query, row, query.run(row, actor, limits), {}, limits, actor)
    return {"sheet": sheet, "table": SPECIAL.get(name, TABLES)}


def questions(row: Row, actor: Actor) -> dict[str, Any]:
    """Return the other questions about an entity of its type, each fetched when it is opened."""
    shown = ("Q-016", "Q-017")
    found = [one for _, themes in of_entity(row) for one in themes if one.query.id not in shown]
    return {"questions": found, "impact": address(BY_ID["Q-016"], row)}
