"""Names of entities by id, for answers that refer to entities they do not list: paths, rings, evidence."""

from collections.abc import Iterable
from uuid import UUID

from engineering.queries.graph import Graph, Node, key_of, ref
from memories.actors import Actor


def named(ids: Iterable[str], actor: Actor) -> dict[str, Node]:
    """Return the entities of some ids as the actor may see them; what they may not see is left out. One query.

    Args:
        ids: ids as answers spell them; what is no id is passed over.
        actor: who asks.
    """
    keys = {key_of(found) for text in ids if (found := _uuid(text))}
    return {ref(key): node for key, node in Graph(actor).nodes(keys).items()} if keys else {}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
