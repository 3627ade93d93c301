"""Shapes of answers and of creating bodies, for the schema (see memories.api.serializers)."""

from rest_framework import serializers

from engineering.ontology import ENTITY_TYPES, RELATIONSHIP_TYPES
from memories.api import bodies
from memories.api.serializers import Change, Creation, RecordShape, Shape, moment, ref, share, text, words


class EntityShape(RecordShape):
    """An entity."""

    confidence = share()
    entity_type = serializers.ChoiceField(choices=ENTITY_TYPES)
    name = text()
    project = text(allow_null=True)
    external_ref = text(allow_null=True)
    description = text()
    properties = serializers.DictField(help_text="the declared ones of its type (docs), and any other")
    source_refs = words()
    valid_until = moment()
    graduates_memory = ref()
    superseded_by = ref()
    proposed_supersedes = ref()
    near_overlap = share()
    rejected_before = serializers.BooleanField()


class EntityCreated(EntityShape):
    """An entity, and whether it is new: false where a live one of the same content answers."""

    created = serializers.BooleanField()


class EntityBase(Shape):
    """What an entity may be made of."""

    project = text(allow_null=True, required=False, help_text="name or alias; null for none")
    description = text(required=False, max_length=50_000)
    properties = serializers.DictField(required=False)
    confidence = share(required=False)
    source_refs = words(
        required=False,
        max_length=100,
        help_text="memory:<id>, interaction:<id>, chunk:<id>, doc:<path>#<heading> or a URL",
    )
    valid_until = moment(required=False)
    proposed_supersedes = ref(required=False)


class EntityFields(EntityBase):
    """What an entity is made of."""

    entity_type = serializers.ChoiceField(choices=ENTITY_TYPES)
    name = serializers.CharField(max_length=300)


class EntityNew(EntityFields, Creation):
    """A new entity."""

    external_ref = text(allow_null=True, required=False, max_length=300)

    graduates_memory = ref(required=False)


class EntityChange(EntityFields, Change):
    """Changed fields of an entity."""


class Graduation(EntityFields):
    """The entity that a memory should become; what is left out comes from the memory."""

    promote = serializers.BooleanField(required=False, help_text="make it active at once; the memory graduates with it")
    note = text(required=False, max_length=4_000)


class NearEntity(Shape):
    """A live entity of that name, or of that type with a near one."""

    id = serializers.UUIDField()
    entity_type = serializers.ChoiceField(choices=ENTITY_TYPES)
    name = text()
    status = text()
    version = serializers.IntegerField()
    overlap = share()


class GraduationDraft(Shape):
    """What a memory's words make of it; a guess by fixed rules, to be looked at before it is proposed."""

    entity_type = serializers.ChoiceField(choices=ENTITY_TYPES)
    name = text()
    project = text(allow_null=True)
    properties = serializers.DictField()
    sure = serializers.BooleanField(help_text="false where the words do not say what it is")
    near = NearEntity(many=True)


class Link(bodies.Body):
    """A candidate link that was shown and ticked."""

    id = bodies.RecordId()
    version = bodies.Whole(help_text="the version you saw")


class EntityPromotion(bodies.Promotion):
    """Promote an entity, and with it the candidate links that were ticked."""

    links = serializers.ListField(child=Link(), required=False, max_length=200)


class EndShape(Shape):
    """An end of a link."""

    id = serializers.UUIDField()
    entity_type = serializers.ChoiceField(choices=ENTITY_TYPES)
    name = text()
    status = text()
    project = text(allow_null=True)


class RelationshipShape(RecordShape):
    """A relationship: `source_entity relationship_type target_entity`, read left to right."""

    confidence = share()
    source_entity = EndShape()
    relationship_type = serializers.ChoiceField(choices=list(RELATIONSHIP_TYPES))
    target_entity = EndShape()
    origin_role = text()
    source_refs = words()
    reviewed_fingerprint = text()
    superseded_by = ref()


class RelationshipCreated(RelationshipShape):
    """A relationship, and whether it is new: false where the same pair stands already, from either side."""

    created = serializers.BooleanField()


class RelationshipNew(Creation):
    """A new relationship."""

    source_entity = serializers.UUIDField()
    relationship_type = serializers.ChoiceField(choices=list(RELATIONSHIP_TYPES))
    target_entity = serializers.UUIDField()
    origin_role = text(required=False, max_length=120)
    confidence = share(required=False)
    source_refs = words(required=False, max_length=100)


class NodeShape(EndShape):
    """An entity near another."""

    steps = serializers.IntegerField(help_text="how many links away")


class EdgeShape(Shape):
    """A link between two nodes."""

    id = serializers.UUIDField()
    source = serializers.UUIDField()  # type: ignore[assignment]  # Field.source is another thing; it is declared away
    relationship_type = serializers.ChoiceField(choices=list(RELATIONSHIP_TYPES))
    target = serializers.UUIDField()
    status = text()


class NeighbourhoodShape(Shape):
    """What stands around an entity."""

    nodes = NodeShape(many=True)
    edges = EdgeShape(many=True)
    truncated = serializers.BooleanField(help_text="there was more than is shown")
