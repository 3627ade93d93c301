"""`memories`: statements with their source, their confidence and their place in the lifecycle."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from memories.api import bodies, importing, preconditions, represent
from memories.api.serializers import MemoryChange, MemoryCreated, MemoryNew, MemoryShape
from memories.api.verbs import Mergeable
from memories.filters import MemoryFilter
from memories.models import Memory
from memories.services import lifecycle
from memories.services.importing import import_memories

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


@extend_schema_view(
    create=extend_schema(request=MemoryNew, responses={201: MemoryCreated, 200: MemoryCreated}),
    partial_update=extend_schema(request=MemoryChange, responses=MemoryShape),
)
class MemoryViewSet(Mergeable):
    """Memories."""

    kind_name = "memory"
    queryset = Memory.objects.none()
    serializer_class = MemoryShape
    filterset_class = MemoryFilter
    orderings = ORDERINGS
    represent = staticmethod(represent.memory)

    @extend_schema(request=importing.ImportBody, responses=importing.ImportResults)
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Bring up to 500 memories in at once; what is there already is answered, never written over unasked."""
        body = self.body(importing.Items)
        results = import_memories(actor=self.actor, **body)
        return Response(importing.summary(self.actor.request_id, body["items"], results))

    @extend_schema(request=bodies.Noted)
    @action(detail=True, methods=["post"])
    def reinforce(self, request: Request, id: str) -> Response:
        """Count one more use of it."""
        row = self.target()
        preconditions.check(request, row)
        return self.answer(lifecycle.reinforce(row, actor=self.actor, **self.body(bodies.Noted)))
