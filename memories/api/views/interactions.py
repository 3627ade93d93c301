"""`interactions`: what clients sent to their models and what came back."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from memories import permissions
from memories.api import represent
from memories.api.base import RestViewSet, record_id
from memories.api.serializers import InteractionNew, InteractionShape
from memories.choices import Role
from memories.errors import NotFound
from memories.filters import InteractionFilter
from memories.models import Interaction
from memories.services.capture import capture


@extend_schema_view(create=extend_schema(request=InteractionNew, responses={201: InteractionShape}))
class InteractionViewSet(RestViewSet):
    """Captured interactions; a client sees its own, a reviewer all."""

    least_role = Role.AGENT
    queryset = Interaction.objects.none()
    serializer_class = InteractionShape
    filterset_class = InteractionFilter
    orderings = ("-created_at", "created_at", "id", "-id")
    represent = staticmethod(represent.interaction)

    def get_queryset(self) -> QuerySet[Interaction]:
        """Return the interactions that the caller may see."""
        return permissions.for_principal(Interaction.objects.select_related("project"), self.actor)

    def list(self, request: Request) -> Response:
        """List the interactions you may see."""
        return self.page(self.get_queryset())

    def retrieve(self, request: Request, id: str) -> Response:
        """Get one."""
        row = self.get_queryset().filter(pk=record_id(id)).first()
        if row is None:
            raise NotFound(f"There is no interaction {id[:60]} that you may see.")
        return self.answer(row)

    def create(self, request: Request) -> Response:
        """Capture an exchange. An unknown project name is kept as sent."""
        row = capture(self.fields(), actor=self.actor)
        response = self.answer(row, 201)
        response["Location"] = request.build_absolute_uri(f"{request.path.rstrip('/')}/{row.pk}")
        return response
