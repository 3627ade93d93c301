"""Puts FilterSets behind lists: the actor goes in, faults come out as a refusal naming the parameter."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.request import Request

from memories.narrowing import narrow


class FilterBackend(DjangoFilterBackend):
    """Applies a view's `filterset_class` to its lists."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Return the rows that the query parameters ask for."""
        filterset = getattr(view, "filterset_class", None)
        if filterset is None:
            return queryset
        return narrow(filterset(request.query_params, queryset, actor=view.actor))
