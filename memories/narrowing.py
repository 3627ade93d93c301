"""Narrowing a list by a FilterSet: the faults come out as a refusal naming the parameter."""

from typing import Any

from django.db.models import QuerySet

from memories.actors import Actor
from memories.errors import FieldError, Invalid, UnknownProject
from memories.filters import Filter


def narrow(made: Filter) -> QuerySet[Any]:
    """Return the filtered queryset of a bound FilterSet. Raises Invalid naming the parameter."""
    if not made.is_valid():
        raise Invalid(
            [
                FieldError(f"?{name}", str(fault["code"] or "invalid"), str(fault["message"]))
                for name, faults in made.errors.get_json_data().items()
                for fault in faults
            ]
        )
    try:
        rows: QuerySet[Any] = made.qs
    except UnknownProject as unknown:
        raise UnknownProject(str(made.data.get("project")), unknown.data["closest"], "?project") from None
    return rows


def filtered(filterset: type[Filter], data: Any, queryset: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Return `queryset` narrowed by `data` for an actor. Raises Invalid naming the parameter."""
    return narrow(filterset(data, queryset, actor=actor))
