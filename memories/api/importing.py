"""`memories/bulk`: its body, the shape of its answer, and the answer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers

from memories.api import bodies, problems
from memories.api.serializers import MemoryNew, Shape, ref, text, words
from memories.services.importing import MOST, OUTCOMES, Imported

_UPDATE = "bring memories that are there up to date with their items; without it they stay as they are"


class Items(bodies.Noted):
    """Memories to bring in. What an item holds the write path judges: a fault in one must not keep the others out."""

    items = serializers.ListField()
    update_existing = serializers.BooleanField(required=False)


class ImportBody(Shape):
    """Memories to bring in."""

    items = serializers.ListField(child=MemoryNew(), min_length=1, max_length=MOST)
    update_existing = serializers.BooleanField(required=False, help_text=_UPDATE)
    note = text(required=False, max_length=4_000)


class ImportResult(Shape):
    """What became of one item."""

    outcome = serializers.ChoiceField(choices=OUTCOMES)
    created = serializers.BooleanField()
    external_ref = text(allow_null=True)
    id = ref(help_text="the memory that is there now; null where the item was refused")
    status = text(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    differs = words(help_text="fields to which the item gives other values than the memory that was there has")
    problem = serializers.DictField(
        allow_null=True, help_text="why it was refused: status, code, detail, errors with pointers (/items/3/content)"
    )


class ImportResults(Shape):
    """One result an item, in the order sent, and the counts."""

    request_id = text(help_text="groups the audit rows")
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    existing = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = ImportResult(many=True)


def summary(request_id: str, items: Sequence[Any], results: Sequence[Imported]) -> dict[str, Any]:
    """Return the answer: counts, and what became of each item."""
    counted = Counter(result.outcome for result in results)
    shown = [_result(place, given, result) for place, (given, result) in enumerate(zip(items, results, strict=True))]
    return {"request_id": request_id, **{word: counted[word] for word in OUTCOMES}, "results": shown}


def _result(place: int, given: Any, result: Imported) -> dict[str, Any]:
    """Return what became of an item. A refused one is told by the reference that it came with, where that is text."""
    sent = given.get("external_ref") if isinstance(given, Mapping) else None
    row = result.row
    return {
        "outcome": result.outcome,
        "created": result.outcome == "created",
        "external_ref": row.external_ref if row else sent if isinstance(sent, str) else None,
        "id": str(row.pk) if row else None,
        "status": row.status if row else None,
        "version": row.version if row else None,
        "differs": list(result.differs),
        "problem": problems.of_item(result.refusal, f"/items/{place}") if result.refusal else None,
    }
