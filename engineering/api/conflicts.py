"""`conflicts` and `value-aliases`: what disagrees, how people settle it, and which texts mean one value."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from engineering.api import conflict_shapes as shapes
from engineering.api import represent
from engineering.filters import ConflictFilter
from engineering.models import Conflict, ValueAlias
from engineering.queries import conflicts as reads
from engineering.queries import disputes
from engineering.queries.conflicts import Dispute, Effect, Side
from engineering.services.conflicts import aliases, scan
from engineering.services.conflicts import resolve as verbs
from engineering.slots.judge import Proposal
from memories import permissions
from memories.actors import Actor
from memories.api import bodies
from memories.api.base import RestViewSet, record_id
from memories.api.represent import audit_entry, ref, when
from memories.api.serializers import AuditShape
from memories.choices import Role
from memories.errors import Invalid, NotFound
from memories.kinds import kinds
from memories.queries import history, projects
from memories.services.fields import uuid


class ConflictViewSet(RestViewSet):
    """Conflicts."""

    queryset = Conflict.objects.none()
    serializer_class = shapes.ConflictShape
    filterset_class = ConflictFilter
    orderings = ("-detected_at", "detected_at", "id", "-id")
    represent = staticmethod(represent.conflict)
    list_actions = frozenset({"list", "audit"})
    extra_params = {"preview": ("winner", "losers", "value")}

    def get_queryset(self) -> QuerySet[Conflict]:
        """Return the conflicts that the caller may see, with the claims they may see."""
        claims = Prefetch("members", queryset=reads.members(self.actor))
        return reads.visible(self.actor).prefetch_related(claims)

    def target(self) -> Conflict:
        """Return the conflict that the address names. Raises NotFound."""
        row = self.get_queryset().filter(pk=record_id(self.kwargs["id"])).first()
        if row is None:
            raise NotFound(f"There is no conflict {self.kwargs['id'][:60]} that you may see.")
        return row

    def fresh(self) -> Response:
        """Answer the conflict as it stands now."""
        return self.answer(self.target())

    def list(self, request: Request) -> Response:
        """List conflicts."""
        return self.page(self.get_queryset())

    def retrieve(self, request: Request, id: str) -> Response:
        """Get one conflict with its claims."""
        return self.fresh()

    @extend_schema(
        parameters=[
            OpenApiParameter("winner", {"type": "string", "format": "uuid"}, description="keep this member"),
            OpenApiParameter("losers", str, enum=verbs.LOSERS),
            OpenApiParameter("value", str, description="set this value"),
        ],
        responses=shapes.PreviewShape,
    )
    @action(detail=True)
    def preview(self, request: Request, id: str) -> Response:
        """Its sides as they stand now, the proposed winner, and what a decision would supersede or change."""
        row = self.target()
        permissions.require(self.actor, Role.REVIEWER, row.project_id)
        dispute = Dispute(row)
        sides = disputes.readable(row, dispute.sides, self.actor)
        return Response(_preview(row, dispute.proposal(), sides, self.effects(dispute, sides), self.actor))

    def effects(self, dispute: Dispute, sides: Sequence[Side]) -> Sequence[Effect]:
        """Return what the decision that the parameters describe would do. Raises Invalid or NotFound."""
        asked = self.request.query_params
        if "winner" in asked and "value" in asked:
            raise Invalid.field("value", "Ask for a winner or for a value.", "contradiction")
        if "winner" in asked:
            winner = uuid(asked["winner"], "winner")
            if any(side.row.pk == winner for side in dispute.sides) and all(side.row.pk != winner for side in sides):
                raise NotFound(f"{winner} is no side of this conflict that you may see.")
            return dispute.keep(winner, asked.get("losers", ""))
        return dispute.set_value(asked["value"]) if asked.get("value") else []

    @extend_schema(request=shapes.Resolution)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, id: str) -> Response:
        """Settle it: keep one member, set the right value, or say that both are true."""
        row = self.target()
        body = self.body(shapes.Resolution, row)
        named = str(body.pop("action"))
        chosen = "keep" if named == "supersede_others" else named
        body["seen"] = {member["id"]: member["version"] for member in body.pop("members", [])}
        _resolve(row, chosen, body, self.actor)
        return self.fresh()

    @extend_schema(request=bodies.Decision)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, id: str) -> Response:
        """Say that it is none; the note says why."""
        row = self.target()
        verbs.dismiss(row, actor=self.actor, **{"note": "", **self.body(bodies.Decision, row)})
        return self.fresh()

    @extend_schema(request=bodies.Decision)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, id: str) -> Response:
        """Take a dismissal back."""
        row = self.target()
        verbs.reopen(row, actor=self.actor, **self.body(bodies.Decision, row))
        return self.fresh()

    @extend_schema(responses=AuditShape(many=True))
    @action(detail=True, orderings=("-seq", "seq"), filterset_class=None)
    def audit(self, request: Request, id: str) -> Response:
        """Its whole history, newest first."""
        found = history.of_record("conflict", self.target().pk)
        return self.page(permissions.for_principal(found, self.actor), audit_entry)

    @extend_schema(request=shapes.Scan, responses=shapes.DetectedShape)
    @action(detail=False, methods=["post"])
    def detect(self, request: Request) -> Response:
        """Scan a project, or everything; finds what was missed, and nothing twice."""
        project = projects.resolve(self.body(shapes.Scan).get("project"), self.actor)
        done = scan.detect(project, actor=self.actor)
        return Response({**{name: getattr(done, name) for name in _COUNTS}, "open": dict(done.open)})


_COUNTS = ("slots", "opened", "changed", "closed")
_TAKES = {
    "keep": {"winner", "losers"},
    "set_value": {"value"},
    "both_true": {"scopes"},
    "dismiss": set(),
    "no_action": set(),
}


def _resolve(row: Conflict, chosen: str, body: dict[str, Any], actor: Any) -> None:
    """Call the verb that an action names. Raises Invalid for fields that it lacks or does not take."""
    _check_fields(chosen, body)
    if chosen == "keep":
        verbs.keep(row, body.pop("winner"), actor=actor, **body)
    elif chosen == "set_value":
        verbs.set_value(row, body.pop("value"), actor=actor, **body)
    elif chosen == "no_action":
        verbs.annotate(row, actor=actor, note=body.get("note", ""), version=body.get("version"))
    else:
        scopes = {item["id"]: item["scope"] for item in body.pop("scopes", [])}
        note = {"note": "", **body}
        verbs.dismiss(row, actor=actor, scopes=scopes, both_true=chosen == "both_true", **note)


def _check_fields(chosen: str, body: dict[str, Any]) -> None:
    for name in ("winner", "losers", "value", "scopes"):
        if name in body and name not in _TAKES[chosen]:
            raise Invalid.field(name, f"“{chosen}” does not take it.", "unknown_field")
    needed = {"keep": "winner", "set_value": "value"}.get(chosen)
    if needed and needed not in body:
        raise Invalid.field(needed, f"“{chosen}” needs it.", "required")


def _preview(
    row: Conflict, proposal: Proposal, sides: Sequence[Side], effects: Sequence[Effect], actor: Actor
) -> dict[str, Any]:
    shown = {side.row.pk for side in sides}
    return {
        "version": row.version,
        "members": [
            {
                "kind": side.kind,
                "id": str(side.row.pk),
                "title": kinds.of(side.row).title(side.row),
                "value": side.value,
                "normal": side.normal,
                "trust": side.trust,
                "since": when(side.since),
                "status": side.row.status,
                "version": side.row.version,
                "source_refs": getattr(side.row, "source_refs", []),
            }
            for side in sides
        ],
        "proposal": {
            "winner": ref(proposal.member_id if proposal.member_id in shown else None),
            "reason": proposal.reason,
        },
        "effects": [_effect(effect, actor) for effect in effects],
    }


def _effect(effect: Effect, actor: Actor) -> dict[str, Any]:
    """Return what happens to one record; of one that the actor may not read, only that there is one."""
    seen = reads.may_read(effect, actor)
    return {
        "kind": effect.kind,
        "id": str(effect.row.pk) if seen else None,
        "verb": effect.verb,
        "words": effect.words if seen else f"one {effect.kind} that you may not read is changed too",
        "version": effect.row.version if seen else None,
    }


class ValueAliasViewSet(RestViewSet):
    """Texts that mean one value where values are compared."""

    queryset = ValueAlias.objects.none()
    serializer_class = shapes.AliasShape
    orderings = ("-created_at", "created_at")
    represent = staticmethod(represent.value_alias)

    def get_queryset(self) -> QuerySet[ValueAlias]:
        """Return the aliases in force that the caller may see."""
        return reads.aliases(self.actor)

    def list(self, request: Request) -> Response:
        """List the aliases in force."""
        return self.page(self.get_queryset())

    @extend_schema(request=shapes.ValueAliasNew, responses={201: shapes.AliasShape})
    def create(self, request: Request) -> Response:
        """Let a text stand for another; conflicts that this settles close themselves."""
        body = self.body(shapes.ValueAliasNew)
        project = projects.resolve(body.pop("project", None), self.actor)
        row = aliases.add_alias(**body, actor=self.actor, project=project)
        return Response(represent.value_alias(row), 201)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, id: str) -> Response:
        """Take an alias back; what disagrees without it becomes a conflict again."""
        row = self.get_queryset().filter(pk=record_id(id)).first()
        if row is None:
            raise NotFound(f"There is no alias {id[:60]} that you may see.")
        return Response(represent.value_alias(aliases.remove_alias(row, actor=self.actor)))
