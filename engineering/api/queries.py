"""The query catalogue over REST: one address a query, all answered in the common envelope, made from the catalogue."""

import sys
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import URLPattern, re_path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from engineering.api import queries_shapes as shapes
from engineering.models import Entity
from engineering.queries.catalogue import QUERIES, Other, Param, Query, Scope, Word
from engineering.queries.envelope import DEPTH_LIMIT, MOST_DEPTH, MOST_NODES, NODE_LIMIT, Answer, Limits
from engineering.queries.overview_text import as_markdown
from engineering.queries.tables import as_csv
from memories.actors import Actor
from memories.api.base import record_id
from memories.api.looking_back import AS_OF, LooksBack
from memories.api.pagination import bad_param
from memories.models import Project
from memories.queries import moments, projects, records

_MOST_OFFSET = 10_000_000


class QueryViewSet(LooksBack):
    """A query of the catalogue. Subclasses are made by `view_of`, one a query."""

    queryset = Entity.objects.none()
    serializer_class = shapes.AnswerShape
    query: ClassVar[Query]

    def answer_query(self, subject: Any) -> Response:
        """Ask the query about a project or an entity."""
        more = {param.name: self.chosen(param) for param in self.query.params}
        found = self.query.run(subject, self.actor, self.limits(), **more)
        if moment := moments.current():
            found.partial = moments.partial(moment, self.moment_project(self.actor))
        return Response(shapes.as_json(found))

    def limits(self) -> Limits:
        """Return the caps that the request asks for. Raises Invalid."""
        depth = self.whole("depth", self.query.depth or MOST_DEPTH, 1, DEPTH_LIMIT)
        return Limits(depth, self.whole("limit", MOST_NODES, 1, NODE_LIMIT), self.whole("offset", 0, 0, _MOST_OFFSET))

    def whole(self, name: str, usual: int, least: int, most: int) -> int:
        """Return a parameter that is a whole number. Raises Invalid."""
        text = self.request.query_params.get(name, str(usual))
        if not (text.isascii() and text.isdigit() and len(text) < 9 and least <= int(text) <= most):
            raise bad_param(name, f"{name} takes a whole number from {least} to {most}.")
        return int(text)

    def chosen(self, param: Param) -> Any:
        """Return the value of a query's own parameter. Raises Invalid or NotFound."""
        text = self.request.query_params.get(param.name, "")
        if isinstance(param, Other):
            return records.get("entity", text, self.actor) if text else None
        if isinstance(param, Word):
            return text
        if text and text not in param.words:
            raise bad_param(param.name, f"{param.name} takes one of {', '.join(filter(None, param.words))}.")
        return text or param.words[0]


class _OfProject(QueryViewSet):
    def moment_project(self, actor: Actor) -> UUID | None:
        return projects.get(self.kwargs["name"], actor).pk

    def retrieve(self, request: Request, name: str) -> Response:
        return self.answer_query(projects.get(name, self.actor))


class _OfEntity(QueryViewSet):
    def moment_project(self, actor: Actor) -> UUID | None:
        found = Entity.objects.filter(pk=record_id(self.kwargs["id"])).values_list("project_id", flat=True).first()
        return found if found and actor.principal.role_on(found) else None

    def retrieve(self, request: Request, id: str) -> Response:
        return self.answer_query(records.get("entity", id, self.actor))


def parameters_of(query: Query) -> list[OpenApiParameter]:
    """Return the parameters of a query, for the schema."""
    nodes = {"type": "integer", "minimum": 1, "maximum": NODE_LIMIT, "default": MOST_NODES}
    found = [OpenApiParameter("limit", nodes, description="Entities, or items of a list, at most.")]
    if query.depth:
        depth = {"type": "integer", "minimum": 1, "maximum": DEPTH_LIMIT, "default": query.depth}
        found.append(OpenApiParameter("depth", depth, description="Steps of the walk at most."))
    if query.lists:
        offset = {"type": "integer", "minimum": 0, "maximum": _MOST_OFFSET, "default": 0}
        found.append(OpenApiParameter("offset", offset, description="Items passed over: `next` of the page before."))
    return found + ([AS_OF] if query.looks_back else []) + [_own(param) for param in query.params]


def _own(param: Param) -> OpenApiParameter:
    if isinstance(param, Other):
        return OpenApiParameter(param.name, {"type": "string", "format": "uuid"}, description=param.meaning)
    if isinstance(param, Word):
        return OpenApiParameter(param.name, {"type": "string"}, description=param.meaning)
    words = {"type": "string", "enum": [word for word in param.words if word]}
    return OpenApiParameter(param.name, words, description=param.meaning)


def view_of(query: Query) -> type[QueryViewSet]:
    """Return the view of a query."""
    base: type[QueryViewSet] = _OfProject if query.scope is Scope.PROJECT else _OfEntity
    parameters = parameters_of(query)
    described = extend_schema(
        operation_id=f"queries_{query.name}",
        description=f"{query.id}: {query.asks}",
        parameters=parameters,
        responses=shapes.AnswerShape,
        tags=["queries"],
    )
    known = {
        "query": query,
        "extra_params": {"retrieve": tuple(one.name for one in parameters)},
        "looks_back": frozenset({"retrieve"} if query.looks_back else ()),
    }
    made: type[QueryViewSet] = type(f"{query.name.title().replace('_', '')}Query", (base,), known)
    made.retrieve = described(_own_retrieve(base))  # type: ignore[attr-defined]  # both bases have it
    return made


def _own_retrieve(base: type[QueryViewSet]) -> Callable[..., Response]:
    """Return a function of the query's own: what the schema is told stands on it, and the base's is shared by all."""

    def retrieve(self: QueryViewSet, request: Request, **subject: str) -> Response:
        answer: Response = base.retrieve(self, request, **subject)  # type: ignore[attr-defined]  # as above
        return answer

    return retrieve


def pattern_of(query: Query) -> URLPattern:
    """Return the address of a query."""
    subject = "(?P<name>[^/]+)" if query.scope is Scope.PROJECT else "(?P<id>[^/]+)"
    address = rf"^queries/{query.scope.value}/{subject}/{query.path}/?$"
    return re_path(address, view_of(query).as_view({"get": "retrieve"}), name=f"query-{query.name}")


def file_of(query: Query, suffix: str) -> URLPattern:
    """Return the address of a query's answer as a file: a table as CSV, the overview as Markdown."""
    media, write = _FILES[suffix]
    base = view_of(query)

    def retrieve(self: QueryViewSet, request: Request, name: str) -> HttpResponse:
        project = projects.get(name, self.actor)
        more = {param.name: self.chosen(param) for param in query.params}
        answer = query.run(project, self.actor, Limits(nodes=sys.maxsize), **more)
        found = HttpResponse(write(project, answer), content_type=f"{media}; charset=utf-8")
        found["Content-Disposition"] = (
            f'{"attachment" if suffix == "csv" else "inline"}; filename="{_named(query, name)}.{suffix}"'
        )
        return found

    described = extend_schema(
        operation_id=f"queries_{query.name}_{suffix}",
        description=f"{query.id}: {query.asks} The whole answer as {media}.",
        parameters=([AS_OF] if query.looks_back else []) + [_own(param) for param in query.params],
        responses={(200, media): OpenApiTypes.STR},
        tags=["queries"],
    )
    known = {"retrieve": described(retrieve), "extra_params": {"retrieve": tuple(one.name for one in query.params)}}
    made: type[QueryViewSet] = type(f"{base.__name__}{suffix.title()}", (base,), known)
    address = rf"^queries/{query.scope.value}/(?P<name>[^/]+)/{query.path}/{suffix}/?$"
    return re_path(address, made.as_view({"get": "retrieve"}), name=f"query-{query.name}-{suffix}")


def _named(query: Query, project: str) -> str:
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in project)
    return f"{plain}-{query.name.replace('_', '-')}"


_FILES: dict[str, tuple[str, Callable[[Project, Answer], str]]] = {
    "csv": ("text/csv", lambda project, answer: as_csv(answer)),
    "md": ("text/markdown", as_markdown),
}

urlpatterns = [
    *(pattern_of(query) for query in QUERIES),
    *(file_of(query, suffix) for query in QUERIES for suffix in query.files),
]
