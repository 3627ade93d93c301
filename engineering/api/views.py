"""`entities` and `relationships`, and how a memory graduates."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from engineering.api import represent
from engineering.api import serializers as shapes
from engineering.drafts import draft
from engineering.filters import EntityFilter, RelationshipFilter
from engineering.models import Entity, Relationship
from engineering.ontology import ENTITY_TYPES
from engineering.queries import proposals
from engineering.queries.neighbourhood import around
from engineering.services import graduation, relationships
from memories.api import bodies, preconditions
from memories.api.base import RestViewSet
from memories.api.looking_back import AS_OF
from memories.api.pagination import bad_param
from memories.api.verbs import Decisions, Mergeable
from memories.errors import Invalid
from memories.kinds import Row
from memories.models import Memory
from memories.queries import records
from memories.services.lifecycle import admit

ORDERINGS = (
    "-created_at",
    "created_at",
    "-updated_at",
    "updated_at",
    "-confidence",
    "confidence",
    "triage_rank",
    "id",
    "-id",
)
MOST_NODES = 200


@extend_schema_view(
    create=extend_schema(request=shapes.EntityNew, responses={201: shapes.EntityCreated, 200: shapes.EntityCreated}),
    partial_update=extend_schema(request=shapes.EntityChange, responses=shapes.EntityShape),
    promote=extend_schema(request=shapes.EntityPromotion),
)
class EntityViewSet(Mergeable):
    """Entities."""

    kind_name = "entity"
    queryset = Entity.objects.none()
    serializer_class = shapes.EntityShape
    filterset_class = EntityFilter
    orderings = (*ORDERINGS, "name", "-name")
    represent = staticmethod(represent.entity)
    list_actions = frozenset({"list", "audit", "relationships"})
    looks_back = frozenset({"list", "retrieve", "relationships", "neighbourhood"})
    extra_params = {"neighbourhood": ("depth", "limit")}

    def promotion(self, row: Row) -> dict[str, Any]:
        """Return what the body says about a promotion, the ticked links as partners."""
        body = self.body(shapes.EntityPromotion, row)
        if "supersedes" in body:
            body["supersedes"] = self.other(body["supersedes"], "supersedes")
        ticked = {link["id"]: link["version"] for link in body.pop("links", [])}
        body["partners"] = [(link, ticked[link.pk]) for link in self.links(row, ticked)]
        return body

    def links(self, row: Row, ticked: dict[Any, int]) -> list[Row]:
        """Return the links that the body names, which must be the entity's own. Raises Invalid."""
        found = {link.pk: link for link in records.visible("relationship", self.actor).filter(pk__in=ticked)}
        for place, link_id in enumerate(ticked):
            link = found.get(link_id)
            if link is None or row.pk not in (link.source_entity_id, link.target_entity_id):
                raise Invalid.field(f"links/{place}/id", f"{link_id} is no link of this entity.", "dangling")
        return [found[link_id] for link_id in ticked]

    @extend_schema(parameters=[AS_OF], responses=shapes.RelationshipShape(many=True))
    @action(
        detail=True,
        orderings=("-created_at", "created_at", "id", "-id"),
        filterset_class=RelationshipFilter,
    )
    def relationships(self, request: Request, id: str) -> Response:
        """Its links, in either direction."""
        found = records.visible("relationship", self.actor)
        touching = RelationshipFilter().touching(found, "entity", self.target().pk)
        return self.page(touching, represent.relationship)

    @extend_schema(
        parameters=[
            AS_OF,
            OpenApiParameter("depth", {"type": "integer", "minimum": 1, "maximum": 2, "default": 1}),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST_NODES, "default": 60}),
        ],
        responses=shapes.NeighbourhoodShape,
    )
    @action(detail=True)
    def neighbourhood(self, request: Request, id: str) -> Response:
        """What stands around it, within one or two links."""
        depth, most = self.number("depth", 1, 2), self.number("limit", 60, MOST_NODES)
        return Response(represent.neighbourhood(around(self.target(), self.actor, depth=depth, most=most)))

    def number(self, name: str, usual: int, most: int) -> int:
        """Return a parameter that is a whole number from 1. Raises Invalid."""
        text = self.request.query_params.get(name, str(usual))
        if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= most):
            raise bad_param(name, f"{name} takes a whole number from 1 to {most}.")
        return int(text)


@extend_schema_view(
    create=extend_schema(
        request=shapes.RelationshipNew, responses={201: shapes.RelationshipCreated, 200: shapes.RelationshipCreated}
    ),
)
class RelationshipViewSet(Decisions):
    """Relationships."""

    kind_name = "relationship"
    queryset = Relationship.objects.none()
    serializer_class = shapes.RelationshipShape
    filterset_class = RelationshipFilter
    orderings = ORDERINGS
    list_select = ("source_entity__project", "target_entity__project")
    represent = staticmethod(represent.relationship)

    @extend_schema(request=bodies.Decision)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, id: str) -> Response:
        """Say that a link still holds although its target changed."""
        row = self.target()
        return self.answer(relationships.confirm(row, actor=self.actor, **self.body(bodies.Decision, row)))


class GraduationViewSet(RestViewSet):
    """The way from a memory to an entity."""

    queryset = Memory.objects.none()
    serializer_class = shapes.EntityCreated
    represent = staticmethod(represent.entity)

    extra_params = {"retrieve": ("entity_type",)}

    @extend_schema(
        operation_id="memories_graduate_retrieve",
        parameters=[OpenApiParameter("entity_type", {"type": "string", "enum": list(ENTITY_TYPES)})],
        responses={200: shapes.GraduationDraft, 409: OpenApiResponse()},
        tags=["memories"],
    )
    def retrieve(self, request: Request, id: str) -> Response:
        """Guess what entity a memory could become, and say what is like that already."""
        memory = records.get("memory", id, self.actor)
        admit(memory, "graduate", actor=self.actor)
        chosen = request.query_params.get("entity_type", "")
        if chosen and chosen not in ENTITY_TYPES:
            raise bad_param("entity_type", f"entity_type is one of {', '.join(ENTITY_TYPES)}.")
        guess = draft(memory.content, memory.memory_type, chosen)
        near = proposals.near(guess.name, guess.entity_type, memory.project_id, self.actor)
        return Response(represent.graduation_draft(memory, guess, near))

    @extend_schema(
        operation_id="memories_graduate_create",
        request=shapes.Graduation,
        responses={201: shapes.EntityCreated, 200: shapes.EntityCreated},
        tags=["memories"],
    )
    def create(self, request: Request, id: str) -> Response:
        """Propose the entity that a memory should become; it graduates when that entity is promoted."""
        memory = records.get("memory", id, self.actor)
        preconditions.check(request, memory)
        fields = self.fields()
        note, promote = fields.pop("note", ""), fields.pop("promote", False)
        if not isinstance(promote, bool):
            raise Invalid.field("promote", "true or false is expected.", "not_boolean")
        if promote:
            row = graduation.graduate(memory, fields, actor=self.actor, version=memory.version, note=note)
            return self.answer(row, 201, created=True)
        made = graduation.propose(memory, fields, actor=self.actor, note=note)
        return self.answer(made.row, 201 if made.created else 200, created=made.created)
