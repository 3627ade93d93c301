"""`interactions`: what clients sent to their models, what came back, and what was learnt from it."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from memories import permissions
from memories.api import bodies, represent
from memories.api.base import RestViewSet, record_id
from memories.api.serializers import (
    ExtractionRunShape,
    InteractionDetail,
    InteractionNew,
    InteractionShape,
    Reinforced,
)
from memories.choices import Role
from memories.errors import Invalid, NotFound
from memories.filters import InteractionFilter
from memories.models import Extractor, Interaction
from memories.queries import extractions, projects, reinforcements
from memories.services import capture, extraction, reinforcement
from memories.services.extraction import Looked


@extend_schema_view(create=extend_schema(request=InteractionNew, responses={201: InteractionDetail}))
class InteractionViewSet(RestViewSet):
    """Captured interactions; a client sees its own, a reviewer all."""

    least_role = Role.AGENT
    queryset = Interaction.objects.none()
    serializer_class = InteractionShape
    filterset_class = InteractionFilter
    orderings = ("-created_at", "created_at", "id", "-id")
    represent = staticmethod(represent.interaction)
    looked: Looked | None = None

    def get_queryset(self) -> QuerySet[Interaction]:
        """Return the interactions that the caller may see."""
        return permissions.for_principal(Interaction.objects.select_related("project"), self.actor)

    def target(self) -> Interaction:
        """Return the interaction that the address names. Raises NotFound."""
        named = self.kwargs["id"]
        row = self.get_queryset().filter(pk=record_id(named)).first()
        if row is None:
            raise NotFound(f"There is no interaction {named[:60]} that you may see.")
        return row

    def list(self, request: Request) -> Response:
        """List the interactions you may see."""
        return self.page(self.get_queryset())

    @extend_schema(responses=InteractionDetail)
    def retrieve(self, request: Request, id: str) -> Response:
        """Get one, with what it repeats and what was found in it."""
        return self.whole(self.target())

    def create(self, request: Request) -> Response:
        """Capture an exchange. An unknown project name is kept as sent."""
        row = capture.capture(self.fields(), actor=self.actor)
        response = self.whole(row, 201)
        response["Location"] = request.build_absolute_uri(f"{request.path.rstrip('/')}/{row.pk}")
        return response

    @extend_schema(request=bodies.Placing, responses=InteractionDetail)
    def partial_update(self, request: Request, id: str) -> Response:
        """Give an interaction its project, where it was captured under an unknown name or under none."""
        row = self.target()
        body = self.body(bodies.Placing, row)
        project = projects.resolve(body.pop("project"), self.actor)
        if project is None:
            raise Invalid.field("project", "A project is named.", "blank")
        return self.whole(capture.assign(row, project, actor=self.actor, **body))

    @extend_schema(request=bodies.Looking, responses={201: ExtractionRunShape})
    @action(detail=True, methods=["post"])
    def extract(self, request: Request, id: str) -> Response:
        """Propose what it states. What was found in it before is not proposed again; a pass that failed says why."""
        row, extractor = self.target(), self._extractor()
        run = extraction.extract(row, actor=self.actor, extractor=extractor, looked=self.looked)
        return Response(represent.extraction_run(run), 201)

    @extend_schema(request=bodies.Nothing, responses=Reinforced)
    @action(detail=True, methods=["post"])
    def reinforce(self, request: Request, id: str) -> Response:
        """Count what its answer repeats; nothing is counted twice."""
        row = self.target()
        self.body(bodies.Nothing)
        made = {one.pk for one in reinforcement.reinforce(row, actor=self.actor)}
        shown = list(reinforcements.of_interaction(row, self.actor))
        counted = sum(one.pk in made for one in shown)
        return Response({"counted": counted, "reinforced": [represent.reinforcement(one) for one in shown]})

    def whole(self, row: Interaction, status: int = 200) -> Response:
        """Answer one interaction with what came of it."""
        return self.answer(
            row,
            status,
            reinforced=[represent.reinforcement(one) for one in reinforcements.of_interaction(row, self.actor)],
            findings=[represent.finding(one) for one in extractions.findings_of(row, self.actor)],
            extraction_runs=[represent.extraction_run(one) for one in extractions.runs_of(row, self.actor)],
        )

    def _extractor(self) -> str:
        return str(self.body(bodies.Looking).get("extractor", Extractor.RULES))

    def _once(self, act: Callable[..., Response], request: Request, *args: Any, **kwargs: Any) -> Response:
        # A keyed request is one transaction, and no model is asked inside one: it is asked before.
        if self.action == "extract" and not self.answered_before():
            row, extractor = self.target(), self._extractor()
            extraction.admit(row, actor=self.actor, extractor=extractor)
            self.looked = extraction.look(row, extractor)
        return super()._once(act, request, *args, **kwargs)
