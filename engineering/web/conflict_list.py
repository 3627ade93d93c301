"""The queue of conflicts: what is open, the gravest first and in it the oldest; filters stand in the address."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import django_filters as df
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from engineering.models import Conflict
from engineering.queries import conflicts, disputes
from memories.actors import Actor
from memories.choices import ConflictSeverity, ConflictStatus
from memories.errors import FieldError, Invalid
from memories.filters import Filter
from memories.queries import triage
from memories.web import paging, tabs
from memories.web.door import page
from memories.web.lists import next_address, shown_fields

SIZE = 50
GRAVEST = paging.Order("gravest", "gravest, oldest", ("severity", "detected_at", "pk"))
NEWEST = paging.Order("newest", "newest", ("-detected_at", "-pk"))
SETTLED = paging.Order("settled", "last settled", ("-updated_at", "-pk"))
ORDERS = (GRAVEST, NEWEST, SETTLED)
RULES = {
    "identity": "one subject twice",
    "part_of": "two parents",
    "statement": "statements of a requirement",
    "validation": "satisfied, but failed",
    "support": "for and against a claim",
    "head": "ends of a chain",
    "conflicts_with": "related as contradicting",
}


class QueueFilter(Filter):
    """Filters of the page; what it shows where nothing is said is what waits for a decision."""

    project = df.CharFilter(method="of_project")
    severity = df.ChoiceFilter(
        empty_label=None,
        method="of_severity",
        choices=[("standing", "conflict or soft"), *((word, word) for word in ConflictSeverity.values), ("any", "any")],
    )
    status = df.ChoiceFilter(
        empty_label=None,
        method="of_status",
        choices=[*((word, word) for word in ConflictStatus.values), ("any", "any")],
    )
    rule = df.ChoiceFilter(
        empty_label="any", method="of_rule", choices=[("values", "values of a property"), *RULES.items()]
    )

    class Meta:
        model = Conflict
        fields: list[str] = []

    def of_severity(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to a severity; "standing" is all but what is only to be looked at."""
        if value == "standing":
            return queryset.exclude(severity=ConflictSeverity.REVIEW)
        return queryset if value == "any" else queryset.filter(severity=value)

    def of_status(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to a status."""
        return queryset if value == "any" else queryset.filter(status=value)

    def of_rule(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Narrow to the rule that is broken."""
        if value != "values":
            return queryset.filter(slot_kind__endswith=f".{value}")
        other = Q()
        for word in RULES:
            other |= Q(slot_kind__endswith=f".{word}")
        return queryset.exclude(other)


@dataclass(frozen=True)
class Place:
    """A person's place in the queue: which filters they follow, as an address's query without its question mark."""

    address: str = ""

    def url(self) -> str:
        """The list's own address."""
        return reverse("conflicts") + (f"?{self.address}" if self.address else "")

    def of(self, row: Conflict, **more: str) -> str:
        """The address of a conflict's page, the place kept."""
        query = urlencode({**more, **({"list": self.address} if self.address else {})})
        return f"/conflicts/{row.pk}/" + (f"?{query}" if query else "")

    def beside(self, row: Conflict, actor: Actor) -> tuple[Conflict | None, Conflict | None]:
        """Return the conflicts before and after one, whether or not it still passes the filters. Raises Invalid."""
        query = QueryDict(self.address)
        rows = made_filter(query, actor, {"sort"}).qs
        order = paging.chosen(ORDERS, query.get("sort", ""))
        back = paging.Order("back", "", tuple(_turned(key) for key in order.keys))
        before, after = (paging.page(rows, way, after=str(row.pk), size=1).rows for way in (back, order))
        return (before[0] if before else None, after[0] if after else None)


def _turned(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def made_filter(query: QueryDict, actor: Actor, own: set[str]) -> QueueFilter:
    """Return the filter that an address describes. Raises Invalid naming what it does not know."""
    unknown = sorted(set(query) - set(QueueFilter.base_filters) - own)
    if unknown:
        known = ", ".join(QueueFilter.base_filters)
        raise Invalid.field(unknown[0], f"There is no filter “{unknown[0][:60]}”. Known: {known}.", "unknown_filter")
    given = query.copy()
    for name, usual in (("status", "open"), ("severity", "standing")):
        given[name] = given.get(name) or usual
    made = QueueFilter(given, conflicts.visible(actor), actor=actor)
    if not made.is_valid():
        raise Invalid(
            [FieldError(f"/{name}", "invalid", f"{name}: {faults[0]}") for name, faults in made.errors.items()]
        )
    return made


@page("GET")
def listing(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The queue, or what else the filters ask for."""
    made = made_filter(request.GET, actor, {"sort", "after"})
    order = paging.chosen(ORDERS, request.GET.get("sort", ""))
    listed = paging.page(made.qs, order, after=request.GET.get("after", ""), size=SIZE)
    place = Place(urlencode([(key, value) for key, value in request.GET.items() if key != "after" and value]))
    counts = triage.counts(actor)
    context = {
        "counts": counts,
        "tabs": tabs.bar(counts | tabs.waiting(request, actor), "conflicts", request.GET.get("project", "")),
        "listed": [{"told": told, "url": place.of(told.row)} for told in disputes.told(listed.rows, actor)],
        "fields": shown_fields(made, ("project", "severity", "status", "rule")),
        "orders": ORDERS,
        "order": order,
        "next": next_address(request, listed.after),
        "review": disputes.standing(actor, review=True).count(),
    }
    return render(request, "engineering/conflicts.html", context)


TAB = tabs.tabs.register(
    tabs.Tab("conflicts", "Conflicts", "/conflicts/", lambda actor: disputes.standing(actor).count())
)
