"""Shapes of conflicts and of the decisions on them (see memories.api.serializers)."""

from rest_framework import serializers

from memories.api import bodies
from memories.api.serializers import Shape, moment, ref, text
from memories.choices import ConflictSeverity, ConflictStatus

ACTIONS = ("keep", "set_value", "both_true", "dismiss", "supersede_others", "no_action")


class MemberShape(Shape):
    """A claim of a conflict, as it stood when it was found."""

    kind = text()
    id = serializers.UUIDField()
    trust = serializers.IntegerField()
    value = text()


class ConflictShape(Shape):
    """A disagreement about one slot."""

    id = serializers.UUIDField()
    slot_kind = text()
    slot_key = text()
    project = text(allow_null=True)
    severity = serializers.ChoiceField(choices=ConflictSeverity.choices)
    status = serializers.ChoiceField(choices=ConflictStatus.choices)
    resolution = text()
    resolved_at = moment()
    resolved_by = text()
    detected_at = serializers.DateTimeField()
    note = text()
    version = serializers.IntegerField(min_value=1)
    members = MemberShape(many=True)


class SideShape(Shape):
    """A member as it stands now."""

    kind = text()
    id = serializers.UUIDField()
    title = text()
    value = text(help_text="as written")
    normal = text(help_text="as it is compared")
    trust = serializers.IntegerField()
    since = serializers.DateTimeField()
    status = text()
    version = serializers.IntegerField(min_value=1)
    source_refs = serializers.ListField(child=serializers.CharField())


class ProposalShape(Shape):
    """Whom the layers of trust favour."""

    winner = ref()
    reason = text()


class EffectShape(Shape):
    """What a decision would do to one record."""

    kind = text()
    id = serializers.UUIDField(allow_null=True, help_text="null where you may not read the record")
    verb = text()
    words = text()
    version = serializers.IntegerField(min_value=1, allow_null=True)


class PreviewShape(Shape):
    """The sides of a conflict now, the proposed winner, and what the decision asked for would do."""

    version = serializers.IntegerField(min_value=1)
    members = SideShape(many=True)
    proposal = ProposalShape()
    effects = EffectShape(many=True)


class DetectedShape(Shape):
    """What a scan did."""

    slots = serializers.IntegerField(help_text="how many were checked")
    opened = serializers.IntegerField()
    changed = serializers.IntegerField()
    closed = serializers.IntegerField()
    open = serializers.DictField(child=serializers.IntegerField(), help_text="open conflicts now, by severity")


class SeenMember(bodies.Body):
    """A member and the version that was seen."""

    id = bodies.RecordId()
    version = bodies.Whole()


class Scope(bodies.Body):
    """The scope that tells a member apart."""

    id = bodies.RecordId()
    scope = bodies.Text(max_length=200)


class Resolution(bodies.Decision):
    """How a conflict is settled."""

    action = serializers.ChoiceField(
        choices=ACTIONS, help_text="supersede_others is keep; no_action adds a note and leaves it open"
    )
    winner = bodies.RecordId(required=False, help_text="for keep: the member that stays")
    losers = bodies.Text(required=False, help_text="for keep: supersede or correct the entities that claim otherwise")
    value = bodies.Text(required=False, max_length=1_000, help_text="for set_value: the right value")
    scopes = serializers.ListField(child=Scope(), required=False, max_length=100, help_text="for both_true")
    members = serializers.ListField(child=SeenMember(), required=False, max_length=500, help_text="versions you saw")


class Scan(bodies.Body):
    """What to scan."""

    project = bodies.Text(required=False, allow_null=True, help_text="name or alias; everything without it")


class AliasShape(Shape):
    """Two texts that mean one value."""

    id = serializers.UUIDField()
    project = text(allow_null=True)
    text = serializers.CharField()
    stands_for = serializers.CharField()
    created_by = serializers.CharField()
    created_at = serializers.DateTimeField()


class ValueAliasNew(bodies.Body):
    """A text and what it stands for."""

    text = bodies.Text(max_length=200)
    stands_for = bodies.Text(max_length=200)
    project = bodies.Text(required=False, allow_null=True, help_text="name or alias; everywhere without it")
