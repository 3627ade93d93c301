"""The triage tab, written once for every kind that people decide: the queue, the card, the deck, further rows.

Reads only. What is decided here is posted to `decide`, `edit`, `combine`, `bulk` and `undo`.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from memories.actors import Actor
from memories.errors import FieldError, Invalid, NotFound
from memories.filters import Filter
from memories.kinds import Kind, kinds
from memories.queries import projects, triage
from memories.web import cards, paging, progress, tabs
from memories.web.door import page
from memories.web.faces import faces
from memories.web.lists import shown_fields

DECK = 10
ROWS = 50
ORDERS = (
    paging.Order("value", "review value", ("triage_rank", "pk")),
    paging.Order("sure", "most confident", ("-confidence", "pk")),
    paging.Order("unsure", "least confident", ("confidence", "pk")),
    paging.Order("oldest", "oldest", ("created_at", "pk")),
    paging.Order("newest", "newest", ("-created_at", "-pk")),
    paging.Order("project", "project", (paging.PROJECT_NAME, "triage_rank", "pk")),
)
#: Filters in the order of the form; a kind has some of them.
ORDER = ("project", "type", "band", "created_by", "age", "has_similar", "has_conflict", "proposes", "rejected_before")
_OWN = {"tab", "sort", "card", "after", "id", "similar"}


class Queue:
    """The queue that an address describes: kind, filters, order."""

    def __init__(self, query: QueryDict, actor: Actor) -> None:
        self.query, self.actor = query, actor
        self.kind = kind_of_tab(query.get("tab", ""))
        self.face = faces.of(self.kind)
        self.order = paging.chosen(self.orders, query.get("sort", ""))
        self.filter = self._filter()

    @property
    def orders(self) -> list[paging.Order]:
        """The ways to sort this kind."""
        has_confidence = any(column.name == "confidence" for column in self.kind.model._meta.concrete_fields)
        return [order for order in ORDERS if has_confidence or "confidence" not in order.keys[0]]

    @property
    def rows(self) -> "QuerySet[Any]":
        """The candidates that pass the filters."""
        passed: QuerySet[Any] = self.filter.qs
        return passed

    @property
    def address(self) -> str:
        """The queue's own part of an address, without place and card."""
        kept = [
            (key, value)
            for key, values in self.query.lists()
            for value in values
            if value and key in {"tab", "sort"} | set(self.face.queue_filter.base_filters)
        ]
        return urlencode(kept)

    @property
    def narrowed(self) -> list[str]:
        """The names of the filters that are set."""
        return [name for name in self.filter.filters if self.query.get(name)]

    @property
    def opened(self) -> bool:
        """Tell whether the filters stand open: some are set besides the project, which the page's head shows."""
        return any(name != "project" for name in self.narrowed)

    @property
    def fields(self) -> list[Any]:
        """The filters as form fields, in the order a person thinks of them, with the words they use."""
        return shown_fields(self.filter, ORDER)

    def page(self, after: str = "", size: int = ROWS) -> paging.Page:
        """Return rows of the queue."""
        return paging.page(self.rows, self.order, after=after, size=size, project_path=self.kind.project_paths[0])

    def _filter(self) -> Filter:
        unknown = sorted(set(self.query) - _OWN - set(self.face.queue_filter.base_filters))
        if unknown:
            known = ", ".join(self.face.queue_filter.base_filters)
            raise Invalid.field(
                unknown[0], f"There is no filter “{unknown[0][:60]}”. Known: {known}.", "unknown_filter"
            )
        made = self.face.queue_filter(self.query, triage.queue(self.kind.name, self.actor), actor=self.actor)
        if not made.is_valid():
            raise Invalid(
                [FieldError(f"/{name}", "invalid", f"{name}: {faults[0]}") for name, faults in made.errors.items()]
            )
        return made


def kind_of_tab(tab: str) -> Kind:
    """Return the kind a tab shows, the first one for none. Raises NotFound."""
    shown = kinds.triaged()
    for kind in shown:
        if kind.plural == tab or not tab:
            return kind
    raise NotFound(f"There is no tab “{tab[:40]}”; there are {', '.join(kind.plural for kind in shown)}.")


@page("GET")
def queue(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The whole tab; one that another floor added has its own address."""
    if other := tabs.tabs.named(request.GET.get("tab", "")):
        project = request.GET.get("project", "")
        return redirect(other.url + (f"?{urlencode({'project': project})}" if project else ""))
    found = Queue(request.GET, actor)
    context = queue_context(found)
    context |= bar_context(request, found)
    context |= _current(found, context["rows"], request.GET.get("card", ""))
    if context["item"] is not None and not context["place"]:
        context |= _put_first(context["item"], context["rows"])
    if context["item"] is None:
        context |= _nothing_left(found)
    response = render(request, "memories/triage.html", context)
    progress.remember(request, response, found.kind, context["today"])
    return response


def bar_context(request: HttpRequest, found: Queue) -> dict[str, Any]:
    """Return what the bar above the queue shows: the tabs with their counts, and how far today is."""
    counts = triage.counts(found.actor)
    figures = progress.today(request, found.kind, found.actor, counts[found.kind.plural])
    shown = tabs.bar(counts | tabs.waiting(request, found.actor), found.kind.plural, found.query.get("project", ""))
    return {"counts": counts, "tabs": shown, "today": figures}


def queue_context(found: Queue, chosen: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return what the queue column shows.

    Args:
        found: the queue.
        chosen: ids of rows that stay selected.
    """
    listed = found.page()
    return {
        "queue": found,
        "kind": found.kind,
        "face": found.face,
        "rows": [cards.row_of(found.kind, row) for row in listed.rows],
        "after": listed.after,
        "total": found.rows.order_by().count(),
        "chosen": chosen,
        "types": _types(found),
        "decisions": triage.last_decisions(found.actor),
        "here": f"{reverse('triage')}?{found.address}",
        "tab": found.kind.plural,
        "reasons": cards.REASONS,
        "projects": list(projects.visible(found.actor).order_by("name").values_list("name", flat=True)),
        "type_field": _type_field(found),
    }


@page("GET")
def more(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Further rows of the queue, as a fragment."""
    found = Queue(request.GET, actor)
    listed = found.page(request.GET.get("after", ""))
    first = request.GET.get("card", "")
    rows = [cards.row_of(found.kind, row) for row in listed.rows if str(row.pk) != first]
    context = {"queue": found, "kind": found.kind, "rows": rows, "after": listed.after, "first": first}
    return render(request, "memories/_rows.html", context)


@page("GET")
def deck(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Up to ten cards by id, as a fragment; those decided meanwhile are left out. Or what resembles one of them."""
    found = Queue(request.GET, actor)
    if request.GET.get("similar"):
        return _similar(request, found)
    ids = [_uuid(text) for text in request.GET.getlist("id")[:DECK]]
    rows = triage.queue(found.kind.name, actor).filter(pk__in=ids)
    shown = cards.items(found.kind, list(rows), actor)
    return render(
        request, "memories/_deck.html", {"queue": found, "items": shown, "here": f"{reverse('triage')}?{found.address}"}
    )


def _similar(request: HttpRequest, found: Queue) -> HttpResponse:
    row = triage.queue(found.kind.name, found.actor).filter(pk=_uuid(request.GET["similar"])).first()
    if row is None:
        raise NotFound("It waits no longer.")
    item = cards.with_twins(cards.row_of(found.kind, row), found.actor)
    return render(request, "memories/_twins.html", {"item": item, "here": f"{reverse('triage')}?{found.address}"})


def _current(found: Queue, rows: list[cards.Item], wanted: str) -> dict[str, Any]:
    ids = [item.row.pk for item in rows]
    row = next((item.row for item in rows if str(item.row.pk) == wanted), None)
    if row is None and wanted:
        row = triage.queue(found.kind.name, found.actor).filter(pk=_uuid(wanted)).first()
    row = row or (rows[0].row if rows else None)
    if row is None:
        return {"item": None, "place": 0}
    place = ids.index(row.pk) if row.pk in ids else -1
    following = ids[place + 1] if place + 1 < len(ids) else None
    item = cards.items(found.kind, [row], found.actor)[0]
    if found.query.get("similar"):  # asked for by a plain link; a script fetches it beside the page
        cards.with_twins(item, found.actor)
    return {"item": item, "place": place + 1, "following": following}


def _put_first(item: cards.Item, rows: list[cards.Item]) -> dict[str, Any]:
    """Put a card that was asked for by its address, and stands beyond the first rows, before them.

    It is named to whoever fetches more, so that it does not come a second time.
    """
    return {"rows": [item, *rows], "place": 1, "following": rows[0].row.pk if rows else None, "first": str(item.row.pk)}


def _nothing_left(found: Queue) -> dict[str, Any]:
    waiting = triage.waiting_by_project(found.kind, found.actor)
    return {
        "elsewhere": [(name, count) for name, count in waiting if name],
        "ever": found.kind.model._base_manager.exists(),
    }


def _types(found: Queue) -> list[tuple[str, str]]:
    chosen = found.filter.form.fields.get("type")
    return (
        [(str(word), str(label)) for word, label in chosen.choices if word]
        if chosen and hasattr(chosen, "choices")
        else []
    )


def _type_field(found: Queue) -> str:
    chosen = found.filter.filters.get("type")
    return chosen.field_name if chosen and chosen.field_name in found.kind.editable else ""


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"“{text[:60]}” is no id.") from None
