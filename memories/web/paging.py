"""Pages of a list by position, not by number: the next one starts after a row, so that it costs the same everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from memories.errors import Invalid


@dataclass(frozen=True)
class Order:
    """A way to sort.

    Attributes:
        name: its word in the URL.
        label: its words on the page.
        keys: column paths, "-" first for falling; the last one is unique.
    """

    name: str
    label: str
    keys: tuple[str, ...]


#: Named columns that are made from others, so that rows without a project sort too.
PROJECT_NAME = "project_sort"


@dataclass
class Page:
    """Some rows of a list, and the key of the last one when there are more."""

    rows: list[Any]
    after: str = ""


def chosen(orders: Sequence[Order], name: str) -> Order:
    """Return the order of that name, the first one for none. Raises Invalid."""
    for order in orders:
        if order.name == (name or orders[0].name):
            return order
    raise Invalid.field("sort", f"A list is sorted by {', '.join(order.name for order in orders)}.", "invalid_choice")


def page(
    queryset: "QuerySet[Any]", order: Order, *, after: str = "", size: int = 50, project_path: str = "project"
) -> Page:
    """Return the rows after a row.

    Args:
        queryset: what may be listed, in any order.
        order: how it is sorted.
        after: primary key of the last row of the page before.
        size: rows a page.
        project_path: path to the project, for orders by its name.
    """
    if PROJECT_NAME in (key.lstrip("-") for key in order.keys):
        queryset = queryset.annotate(**{PROJECT_NAME: Coalesce(F(f"{project_path}__name"), Value(""))})
    ordered = queryset.order_by(*order.keys)
    if after:
        ordered = ordered.filter(_beyond(queryset, order.keys, after))
    rows = list(ordered[: size + 1])
    more = len(rows) > size
    return Page(rows[:size], str(rows[size - 1].pk) if more else "")


def _beyond(queryset: "QuerySet[Any]", keys: Sequence[str], after: str) -> Q:
    columns = [key.lstrip("-") for key in keys]
    try:
        place = _everything(queryset, columns).filter(pk=after).values_list(*columns).first()
    except (ValueError, ValidationError, OverflowError):
        place = None
    if place is None:
        raise Invalid.field("after", "That place in the list is gone; start again from its beginning.", "no_place")
    condition, equal = Q(), Q()
    for key, value in zip(keys, place, strict=True):
        word = "lt" if key.startswith("-") else "gt"
        condition |= equal & Q(**{f"{key.lstrip('-')}__{word}": value})
        equal &= Q(**{key.lstrip("-"): value})
    first, bound = keys[0], place[0]
    # The plain bound on the first column lets an index start there; the databases do not see it in the OR.
    return Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": bound}) & condition


def _everything(queryset: "QuerySet[Any]", columns: Sequence[str]) -> "QuerySet[Any]":
    # The row itself may have left the list since; its place is still good.
    rows: QuerySet[Any] = queryset.model._base_manager.all()
    named = {PROJECT_NAME: queryset.query.annotations[PROJECT_NAME]} if PROJECT_NAME in columns else {}
    annotated: QuerySet[Any] = rows.annotate(**named)
    return annotated
