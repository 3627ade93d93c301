"""What every REST resource does alike: who asks, strict parameters, bodies, preconditions, idempotent POSTs."""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from memories import permissions
from memories.actors import Actor
from memories.api import params, parsing, preconditions
from memories.api.authentication import actor_of, principal_key
from memories.api.bodies import Body
from memories.api.pagination import PARAMS
from memories.choices import Role
from memories.errors import Invalid, NotFound
from memories.filters import Filter
from memories.services.idempotency import Answer, known, once
from memories.text import text_fault

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_STORED_HEADERS = ("ETag", "Location")

Represent = Callable[[Any], dict[str, Any]]


class RestViewSet(viewsets.GenericViewSet[Any]):
    """A resource.

    Attributes:
        least_role: without this role anywhere the resource answers 403 (rows are narrowed further by visibility).
        list_actions: actions that answer pages.
        extra_params: for an action, the query parameters it takes beyond those of a page.
        represent: turns a row into the JSON of `serializer_class`.
        orderings: what a list may be ordered by, the default first.
        filterset_class: filters of the list.
    """

    least_role = Role.READER
    list_actions: frozenset[str] = frozenset({"list"})
    extra_params: Mapping[str, tuple[str, ...]] = {}
    represent: Represent
    orderings: tuple[str, ...] = ("-created_at", "created_at")
    filterset_class: type[Filter] | None = None
    http_method_names = ("get", "head", "post", "patch", "delete")  # OPTIONS would say again what the schema says
    lookup_url_kwarg = "id"
    post: Callable[..., Response]
    lookup_value_regex = "[^/]+"

    @cached_property
    def actor(self) -> Actor:
        """Who asks, with their roles (one query)."""
        return actor_of(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check everything that is the same for all requests, then give a keyed POST its safety."""
        parsing.check_length(request.META)
        super().initial(request, *args, **kwargs)
        permissions.require_anywhere(self.actor, self.least_role)
        if any(text_fault(part) for part in kwargs.values()):
            raise NotFound("There is nothing at this address.")
        params.check(request.query_params, *self.known_params())
        if request.method == "POST" and "Idempotency-Key" in request.headers:
            self.post = partial(self._once, self.post)

    def known_params(self) -> tuple[set[str], set[str]]:
        """Return the query parameters of this action, and which of them may be repeated."""
        known, repeatable = set(self.extra_params.get(self.action or "", ())), set()
        if self.action in self.list_actions:
            known |= set(PARAMS)
            if self.filterset_class:
                known |= set(self.filterset_class.base_filters)
                repeatable |= self.filterset_class.repeatable()
        return known, repeatable

    def answered_before(self) -> bool:
        """Tell whether the answer to this keyed request is stored."""
        return known(principal_key(self.request), _key_of(self.request))

    def _once(self, act: Callable[..., Response], request: Request, *args: Any, **kwargs: Any) -> Response:
        def answered() -> Answer:
            response = act(request, *args, **kwargs)
            kept = {name: response[name] for name in _STORED_HEADERS if name in response}
            return Answer(response.status_code, response.data, kept)

        answer = once(principal_key(request), _key_of(request), _digest_of(request), answered)
        headers = {**answer.headers, **({"Idempotency-Replayed": "true"} if answer.replayed else {})}
        return Response(answer.body, answer.status, headers=headers)

    def fields(self) -> dict[str, Any]:
        """Return the body as an object whose keys the write path will judge. Raises Invalid for anything else."""
        data = self.request.data
        if not isinstance(data, dict):
            raise Invalid.field("", "The body must be a JSON object.", "not_object")
        return dict(data)

    def body(self, shape: type[Body], row: Any = None) -> dict[str, Any]:
        """Return the body checked against a shape; with `row`, If-Match is compared and becomes its `version`."""
        read = shape(data=self.fields())
        read.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(read.validated_data)
        return self.at_version(row, values) if row is not None and "version" in shape().fields else values

    def at_version(self, row: Any, values: dict[str, Any]) -> dict[str, Any]:
        """Return `values` with the version of If-Match. Raises PreconditionFailed, or Invalid if they differ."""
        wanted = preconditions.check(self.request, row)
        if wanted is None:
            return values
        if values.get("version", wanted) != wanted:
            raise Invalid.field("version", "If-Match and version name two versions.", "contradiction")
        return {**values, "version": wanted}

    def page(self, queryset: QuerySet[Any], represent: Represent | None = None) -> Response:
        """Answer the page of a queryset that the request asks for, narrowed by the resource's filters."""
        shown = represent or self.represent
        rows = self.paginate_queryset(self.filter_queryset(queryset)) or []
        return self.get_paginated_response([shown(row) for row in rows])

    def answer(self, row: Any, status: int = 200, **more: Any) -> Response:
        """Answer one row, its version as ETag."""
        return Response({**self.represent(row), **more}, status, headers={"ETag": preconditions.etag(row.version)})


def record_id(text: str) -> UUID:
    """Return the id that an address names. Raises NotFound for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(f"“{text[:60]}” is no id.") from None


def _key_of(request: Request) -> str:
    key = request.headers["Idempotency-Key"]
    if not _KEY.fullmatch(key):
        raise Invalid.field("", "Idempotency-Key takes 1 to 200 visible ASCII characters.", "bad_idempotency_key")
    return key


def _digest_of(request: Request) -> str:
    plain = request._request
    heading = f"{plain.method} {plain.get_full_path()}\n{plain.headers.get('If-Match', '')}\n"
    return hashlib.sha256(heading.encode(errors="backslashreplace") + plain.body).hexdigest()
