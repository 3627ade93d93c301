"""`context`: a pack for a prompt, with what is in it, what was left out and why."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from engineering.context import asked as asking
from engineering.context.answer import as_json
from engineering.models import Entity
from engineering.services import packs
from memories.api import represent
from memories.api.base import RestViewSet, record_id
from memories.api.bodies import Body, Text, Texts, Whole
from memories.api.serializers import Shape, ref, text
from memories.queries import packs as kept_packs

_SECTIONS = f"one of {', '.join(asking.NAMES)}"


class Flag(serializers.BooleanField):
    """true or false; "no" and 0 are not taken for them."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the value."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class ContextBody(Body):
    """What a pack is asked for."""

    prompt = Text(allow_blank=False, max_length=asking.MOST_PROMPT, help_text="what the model is to work on")
    project = Text(
        required=False, allow_null=True, max_length=200, help_text="name or alias; without it, all that you may read"
    )
    budget_tokens = Whole(
        required=False,
        min_value=asking.TOKENS[0],
        max_value=asking.TOKENS[1],
        help_text=f"most tokens of the text; {asking.USUAL:,} unless said",
    )
    budget_chars = Whole(
        required=False,
        min_value=asking.CHARS[0],
        max_value=asking.CHARS[1],
        help_text="most characters of the text, instead of tokens",
    )
    keep = Flag(required=False, help_text="whether its receipt is kept (yes, unless said); false for a preview")
    include = Texts(required=False, max_length=len(asking.NAMES), help_text=f"of {', '.join(asking.NAMES)}; else all")


class FilledShape(Shape):
    """A section."""

    name = text(help_text=_SECTIONS)
    title = text()
    share = serializers.FloatField(help_text="its part of the budget; what it leaves flows on to the others")
    budget = serializers.IntegerField(help_text="its part in the unit of the budget")
    used = serializers.IntegerField()


class PackItemShape(Shape):
    """A record in the text."""

    kind = text()
    id = serializers.UUIDField()
    section = text(help_text=_SECTIONS)
    line = serializers.IntegerField(help_text="its line in the text, from 1")
    why = text(help_text="why it was chosen")
    conflicts = serializers.ListField(child=serializers.UUIDField(), help_text="open conflicts that it stands in")
    external_ref = text(allow_null=True)
    project = text(allow_null=True)
    title = text()
    url = text(help_text="its page")


class LeftOutShape(Shape):
    """A record that is not in the text."""

    kind = text()
    id = serializers.UUIDField()
    reason = text(help_text="budget, conflict, duplicate or status")
    detail = text(help_text="the reason in words")
    external_ref = text(allow_null=True)
    project = text(allow_null=True)
    title = text()
    url = text(help_text="its page")


class TokensShape(Shape):
    """The measure of the text; `budget` is null where the budget counts characters."""

    budget = serializers.IntegerField(allow_null=True)
    used = serializers.IntegerField()
    estimated = serializers.BooleanField(help_text="counted by rule, not by a model's own tokenizer")


class CharsShape(Shape):
    """The same in characters; `budget` is null where the budget counts tokens."""

    budget = serializers.IntegerField(allow_null=True)
    used = serializers.IntegerField()


class PackShape(Shape):
    """A pack."""

    id = ref(help_text="by which a captured exchange names it")
    digest = text(help_text="SHA-256 of the text: the same prompt, data and budget give the same")
    project = text(allow_null=True)
    text = serializers.CharField()
    sections = FilledShape(many=True)
    items = PackItemShape(many=True)
    left_out = LeftOutShape(many=True)
    conflicts = serializers.ListField(child=serializers.UUIDField(), help_text="open conflicts that the text tells of")
    tokens = TokensShape()
    chars = CharsShape()


class KeptItemShape(Shape):
    """A record in a kept text."""

    kind = text()
    id = serializers.UUIDField()
    section = text(help_text=_SECTIONS)
    line = serializers.IntegerField()


class KeptShape(Shape):
    """A pack as it was handed out."""

    id = serializers.UUIDField()
    digest = text()
    project = text(allow_null=True)
    prompt = text()
    text = serializers.CharField()
    items = KeptItemShape(many=True)
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()


class ContextViewSet(RestViewSet):
    """Context packs."""

    queryset = Entity.objects.none()
    serializer_class = PackShape

    @extend_schema(operation_id="context", request=ContextBody, responses={200: PackShape}, tags=["context"])
    def create(self, request: Request) -> Response:
        """Make the pack of a prompt: only what is true now and what you may read, each line with its source."""
        body = self.body(ContextBody)
        keep = body.pop("keep", True)
        wanted = asking.asked(body, self.actor)
        pack, kept = packs.make(wanted, actor=self.actor, keep=keep)
        return Response({**as_json(pack), "id": kept and str(kept.pk)})

    @extend_schema(operation_id="context_kept", responses=KeptShape, tags=["context"])
    def retrieve(self, request: Request, id: str) -> Response:
        """Get a pack as it was handed out: your own, or of a project that you review."""
        row = kept_packs.get(record_id(id), self.actor)
        return Response(
            {
                "id": str(row.pk),
                "digest": row.digest,
                "project": row.project.name if row.project else None,
                "prompt": row.prompt,
                "text": row.text,
                "items": row.items,
                "created_by": row.created_by,
                "created_at": represent.when(row.created_at),
            }
        )
