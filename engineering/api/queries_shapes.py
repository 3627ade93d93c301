"""The envelope of the query catalogue: its shape for the schema, and an answer as that JSON."""

from typing import Any

from rest_framework import serializers

from engineering.ontology import RELATIONSHIP_TYPES
from engineering.queries.envelope import Answer, Edge, Item, Pending, Via
from memories.api.represent import when
from memories.api.serializers import Shape, text, words


class ViaShape(Shape):
    """How an item was reached."""

    source = serializers.CharField(help_text="the entity that was walked from")  # type: ignore[assignment]  # as EdgeShape
    type = text(help_text="the relationship type, source_refs or source_interaction")
    relationship = text()


class ItemShape(Shape):
    """An entity in an answer (or a memory, interaction or document at the end of a chain)."""

    id = text()
    type = text()
    name = text()
    status = text()
    depth = serializers.IntegerField(help_text="steps from where the walk began")
    via = ViaShape(allow_null=True)
    flags = words(help_text="dead_end, second_parent, boundary, failed, …")
    group = text(help_text="the part of the answer, or the verdict")
    data = serializers.DictField(help_text="facts of this query alone")  # type: ignore[assignment]  # as above


class LinkShape(Shape):
    """A relationship that was walked; contains is turned into part_of."""

    id = text()
    type = serializers.ChoiceField(choices=list(RELATIONSHIP_TYPES))
    source = text()  # type: ignore[assignment]  # Field.source is another thing; it is declared away
    target = text()
    status = text()
    flags = words()


class PendingShape(Shape):
    """A candidate that would bear on the answer; it changes no verdict."""

    kind = serializers.ChoiceField(choices=["entity", "relationship"])
    id = text()
    type = text()
    name = text()
    source = text(allow_null=True)  # type: ignore[assignment]  # as above
    target = text(allow_null=True)


class AnswerShape(Shape):
    """What a query answers."""

    query = text()
    params = serializers.DictField()
    as_of = serializers.DateTimeField(help_text="the moment that the answer speaks of")
    partial = serializers.BooleanField(  # type: ignore[assignment]  # as EdgeShape.source
        help_text="records were imported after that moment; how they stood then is not known"
    )
    items = ItemShape(many=True)
    edges = LinkShape(many=True)
    pending = PendingShape(many=True)
    cycles = serializers.ListField(child=words(), help_text="rings, each by its entities")
    truncated = serializers.BooleanField(help_text="there is more: see frontier and next")
    frontier = ItemShape(many=True, help_text="entities at which a truncated walk stopped")
    counts = serializers.DictField(child=serializers.IntegerField())
    next = text(allow_null=True, help_text="what to send as offset (or cursor) for the next page")
    rule = text(help_text="what was counted, in a sentence")


def as_json(answer: Answer) -> dict[str, Any]:
    """Return an answer as the envelope."""
    return {
        "query": answer.query,
        "params": dict(answer.params),
        "as_of": when(answer.as_of),
        "partial": answer.partial,
        "items": [_item(one) for one in answer.items],
        "edges": [_edge(one) for one in answer.edges],
        "pending": [_pending(one) for one in answer.pending],
        "cycles": answer.cycles,
        "truncated": answer.truncated,
        "frontier": [_item(one) for one in answer.frontier],
        "counts": answer.counts,
        "next": None if answer.next is None else str(answer.next),
        "rule": answer.rule,
    }


def _via(via: Via | None) -> dict[str, str] | None:
    return {"source": via.source, "type": via.type, "relationship": via.relationship} if via else None


def _item(one: Item) -> dict[str, Any]:
    return {
        "id": one.id,
        "type": one.type,
        "name": one.name,
        "status": one.status,
        "depth": one.depth,
        "via": _via(one.via),
        "flags": one.flags,
        "group": one.group,
        "data": one.data,
    }


def _edge(one: Edge) -> dict[str, Any]:
    return {
        "id": one.id,
        "type": one.type,
        "source": one.source,
        "target": one.target,
        "status": one.status,
        "flags": list(one.flags),
    }


def _pending(one: Pending) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "id": one.id,
        "type": one.type,
        "name": one.name,
        "source": one.source,
        "target": one.target,
    }
