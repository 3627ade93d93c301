"""`triage`: what waits for a person, of every kind in one queue, and the decision on many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from memories.api import bodies, params, represent
from memories.api.base import RestViewSet
from memories.api.pagination import Cursor, answer, beyond, limit_of, ordering_of
from memories.api.serializers import BulkResults, TriageShape
from memories.choices import Role
from memories.errors import Invalid, StateConflict
from memories.filters import of_kind
from memories.kinds import Kind, Row, kinds
from memories.narrowing import filtered
from memories.queries import triage
from memories.services.bulk import MOST, ItemResult, bulk

ORDER = "triage_rank"

#: (id, version seen) pairs by kind.
Chosen = dict[str, list[tuple[UUID, int | None]]]


class Item(bodies.Body):
    """A record and the version that was seen."""

    id = bodies.RecordId()
    version = bodies.Whole(required=False)


class Bulk(bodies.Noted):
    """One verb on many: `items`, or `filter` with `expected_count`."""

    verb = bodies.Text(help_text="promote, reject, invalidate, restore, annotate, update or (relationships) confirm")
    kind = bodies.Text(required=False, help_text="narrows `filter`; found by id where `items` are named")
    items = serializers.ListField(child=Item(), required=False, max_length=MOST)
    filter = serializers.DictField(child=bodies.Text(), required=False, help_text="parameters of the queue")
    expected_count = bodies.Whole(required=False, min_value=0, help_text="how many you were shown")
    fields_ = serializers.DictField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, `fields_` under its name in JSON (`fields` is an attribute of every serializer)."""
        declared = super().get_fields()
        chosen = declared.pop("fields_")
        chosen.help_text = "for the verb update: what to set on each"
        return {**declared, "fields": chosen}


class CountChanged(StateConflict):
    """The filter holds another number of rows than the person was shown."""

    code = "count_changed"


class TriageViewSet(RestViewSet):
    """The queue, in order of review value."""

    least_role = Role.REVIEWER
    serializer_class = TriageShape
    orderings = (ORDER,)

    def known_params(self) -> tuple[set[str], set[str]]:
        """Return the parameters of the queue: `kind`, those of a page, and every kind's filters."""
        known, repeatable = super().known_params()
        if self.action != "list":
            return known, repeatable
        own = [of_kind(kind.name) for kind in wanted_kinds(self.request.query_params.get("kind", ""))]
        return (
            known.union({"kind"}, *(set(filters.base_filters) for filters in own)),
            repeatable.union(*(filters.repeatable() for filters in own)),
        )

    @extend_schema(
        parameters=[
            OpenApiParameter("kind", str, enum=["memories", "entities", "relationships", "documents"]),
            OpenApiParameter("project", str),
        ],
    )
    def list(self, request: Request) -> Response:
        """The candidates that wait for you, of one kind or of all; takes the filters of the kind's own list."""
        ordering, limit = ordering_of(request, self.orderings), limit_of(request)
        text = request.query_params.get("cursor")
        cursor = Cursor.decode(text, ordering) if text else None
        queues = queues_of(request.query_params, self.actor)
        rows, after, before = merged(queues, cursor, limit)
        return answer(request, [card(row) for row in rows], after, before)

    @extend_schema(request=Bulk, responses=BulkResults)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Decide many at once; a row that changed since is skipped and said so."""
        body = self.body(Bulk)
        groups = self.chosen(body)
        extra = {"note": body.get("note", ""), "fields": body.get("fields")}
        results = [
            result
            for name, items in groups.items()
            for result in bulk(name, body["verb"], items, actor=self.actor, **extra)
        ]
        return Response(_summary(self.actor.request_id, results))

    def chosen(self, body: Mapping[str, Any]) -> Chosen:
        """Return (id, version) pairs by kind. Raises Invalid, CountChanged."""
        if ("items" in body) == ("filter" in body):
            raise Invalid.field("items", "Send either items, or filter with expected_count.", "one_of")
        if "items" in body:
            return by_kind([(item["id"], item.get("version")) for item in body["items"]], body.get("kind", ""))
        if "expected_count" not in body:
            raise Invalid.field("expected_count", "A filter goes with the count you were shown.", "required")
        return self.by_filter(body)

    def by_filter(self, body: Mapping[str, Any]) -> Chosen:
        """Return what a filter holds now, if it is as many as expected."""
        given = QueryDict(mutable=True)
        given.update({**body["filter"], **({"kind": body["kind"]} if "kind" in body else {})})
        own = [of_kind(kind.name) for kind in wanted_kinds(given.get("kind", ""))]
        params.check(given, {"kind"}.union(*(set(filters.base_filters) for filters in own)))
        found = {
            name: list(queue.values_list("pk", "version")[: MOST + 1])
            for name, queue in queues_of(given, self.actor).items()
        }
        count = sum(len(items) for items in found.values())
        if count != body["expected_count"]:
            words = f"The filter holds {count} now, not {body['expected_count']}. Nothing was decided."
            raise CountChanged(words, count=count)
        return {name: items for name, items in found.items() if items}


def wanted_kinds(name: str) -> list[Kind]:
    """Return the triaged kinds, or the one named. Raises Invalid."""
    triaged = list(kinds.triaged())
    if not name:
        return triaged
    found = [kind for kind in triaged if name in (kind.name, kind.plural)]
    if not found:
        known = ", ".join(kind.plural for kind in triaged)
        raise Invalid.field("kind", f"kind is one of {known}.", "invalid_choice")
    return found


def queues_of(given: QueryDict, actor: Any) -> dict[str, QuerySet[Any]]:
    """Return the filtered queue of each kind; a kind that lacks a filter given has no row that passes it."""
    asked = set(given) - {"kind", "cursor", "limit", "ordering"}
    return {
        kind.name: filtered(of_kind(kind.name), given, triage.queue(kind.name, actor), actor)
        for kind in wanted_kinds(given.get("kind", ""))
        if asked <= set(of_kind(kind.name).base_filters)
    }


def merged(
    queues: Mapping[str, QuerySet[Any]], cursor: Cursor | None, limit: int
) -> tuple[list[Row], Cursor | None, Cursor | None]:
    """Return one page of several queues as one, in triage order, with the places after and before it."""
    backward = bool(cursor and cursor.backward)
    order = ("-triage_rank", "-pk") if backward else ("triage_rank", "pk")
    rows: list[Row] = []
    for queue in queues.values():
        part = queue.filter(beyond(queue.model, ORDER, cursor, down=backward)) if cursor else queue
        rows += part.order_by(*order)[: limit + 1]
    rows.sort(key=lambda row: (row.triage_rank, row.pk), reverse=backward)
    more, rows = len(rows) > limit, rows[:limit]
    if backward:
        rows.reverse()
    has_next, has_previous = (True, more) if backward else (more, cursor is not None)
    after = _place(rows[-1], False) if rows and has_next else None
    return rows, after, _place(rows[0], True) if rows and has_previous else None


def _place(row: Row, backward: bool) -> Cursor:
    return Cursor(ORDER, backward, row.triage_rank, str(row.pk))


def card(row: Row) -> dict[str, Any]:
    """Return a candidate with what a list shows of any kind."""
    kind = kinds.of(row)
    return {
        "kind": kind.name,
        "title": kind.title(row),
        "triage_rank": row.triage_rank,
        "url": kind.url(row.pk),
        "record": represent.record(row),
    }


def by_kind(items: Sequence[tuple[UUID, int | None]], name: str) -> Chosen:
    """Return items by the kind their ids belong to; ids of nothing go with the first kind, which refuses them."""
    wanted = wanted_kinds(name)
    if len(wanted) == 1:
        return {wanted[0].name: list(items)}
    home: dict[UUID, str] = {}
    for kind in wanted:
        found = kind.model._base_manager.filter(pk__in=[record_id for record_id, _ in items])
        home |= dict.fromkeys(found.values_list("pk", flat=True), kind.name)
    groups: Chosen = {}
    for record_id, version in items:
        groups.setdefault(home.get(record_id, wanted[0].name), []).append((record_id, version))
    return groups


def _summary(request_id: str, results: Sequence[ItemResult]) -> dict[str, Any]:
    counts = {word: sum(result.outcome == word for result in results) for word in ("done", "skipped", "refused")}
    shown = [{**asdict(result), "id": str(result.id)} for result in results]
    return {"request_id": request_id, **counts, "results": shown}
