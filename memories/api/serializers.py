"""Shapes of answers and of creating bodies, for the schema. They describe; represent.py makes the answers, and the
write path judges the bodies.
"""

from typing import Any

from rest_framework import serializers

from memories.choices import MemoryType, ProjectStatus, Status

Shape = serializers.Serializer[Any]


def text(**options: Any) -> serializers.CharField:
    """A text of an answer or body."""
    return serializers.CharField(**{"allow_blank": True, **options})


def moment(**options: Any) -> serializers.DateTimeField:
    """A time that may be missing."""
    return serializers.DateTimeField(**{"allow_null": True, **options})


def ref(**options: Any) -> serializers.UUIDField:
    """The id of another record, where there is one."""
    return serializers.UUIDField(**{"allow_null": True, **options})


def share(**options: Any) -> serializers.FloatField:
    """A number from 0 to 1."""
    return serializers.FloatField(min_value=0, max_value=1, **options)


def words(**options: Any) -> serializers.ListField:
    """A list of texts."""
    return serializers.ListField(child=serializers.CharField(), **options)


class RecordShape(Shape):
    """What every record has."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Status.choices)
    created_by = text()
    version = serializers.IntegerField(min_value=1)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class MemoryShape(RecordShape):
    """A memory."""

    confidence = share()
    memory_type = serializers.ChoiceField(choices=MemoryType.choices)
    content = text()
    project = text(allow_null=True)
    external_ref = text(allow_null=True)
    source_chunk = ref()
    source_interaction = ref()
    session_id = text()
    position = serializers.IntegerField(allow_null=True)
    observed_at = moment()
    last_referenced_at = moment()
    reference_count = serializers.IntegerField(min_value=0)
    domain_tags = words()
    valid_until = moment()
    graduated_to_entity = ref()
    superseded_by = ref()
    proposed_supersedes = ref()
    near_overlap = share()
    rejected_before = serializers.BooleanField()


class MemoryCreated(MemoryShape):
    """A memory, and whether it is new: false where a live one of the same content answers."""

    created = serializers.BooleanField()


class MemoryFields(Shape):
    """What of a memory can be changed."""

    memory_type = serializers.ChoiceField(choices=MemoryType.choices)
    content = serializers.CharField(max_length=20_000)
    project = text(allow_null=True, required=False, help_text="name or alias; null for a global memory")
    session_id = text(required=False, max_length=200)
    position = serializers.IntegerField(allow_null=True, required=False, min_value=0, max_value=2**31 - 1)
    observed_at = moment(required=False, help_text="ISO 8601 with its zone, or a date")
    confidence = share(required=False)
    domain_tags = words(required=False, max_length=50)
    valid_until = moment(required=False)
    proposed_supersedes = ref(required=False)


class Creation(Shape):
    """What every creating body may add."""

    status = serializers.ChoiceField(
        choices=["candidate", "active"], required=False, help_text="active takes a reviewer"
    )
    note = text(required=False, max_length=4_000)


class MemoryNew(MemoryFields, Creation):
    """A new memory."""

    external_ref = text(allow_null=True, required=False, max_length=300)
    source_chunk = ref(required=False)
    source_interaction = ref(required=False)


class Change(Shape):
    """What every changing body may add."""

    version = serializers.IntegerField(required=False, min_value=1, help_text="the version you saw; or send If-Match")
    note = text(required=False, max_length=4_000)


class MemoryChange(MemoryFields, Change):
    """Changed fields of a memory; source and external_ref stay."""


class ProjectShape(Shape):
    """A project."""

    name = text()
    description = text()
    status = serializers.ChoiceField(choices=ProjectStatus.choices)
    aliases = words()
    version = serializers.IntegerField(min_value=1)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class InteractionShape(Shape):
    """A captured interaction."""

    id = serializers.UUIDField()
    project = text(allow_null=True)
    project_text = text()
    external_ref = text(allow_null=True)
    prompt = text()
    context_pack = serializers.JSONField()
    response = text()
    response_summary = text()
    memories_used = words()
    chunks_used = words()
    client = text()
    session_id = text()
    created_by = text()
    version = serializers.IntegerField(min_value=1)
    created_at = serializers.DateTimeField()


class InteractionNew(Shape):
    """An exchange to capture."""

    prompt = serializers.CharField(max_length=200_000)
    response = text(required=False, max_length=200_000)
    response_summary = text(required=False, max_length=20_000)
    context_pack = serializers.JSONField(required=False)
    memories_used = words(required=False, max_length=1_000)
    chunks_used = words(required=False, max_length=1_000)
    client = text(required=False, max_length=200)
    session_id = text(required=False, max_length=200)
    project = text(required=False, max_length=200, help_text="name or alias; an unknown one is kept as sent")


class AuditShape(Shape):
    """What one verb did to one record."""

    seq = serializers.IntegerField(min_value=1)
    entity_kind = text()
    record_id = text()
    action = text()
    actor = text()
    title = text()
    project = text(allow_null=True)
    before = serializers.DictField(help_text="previous values of what changed")
    after = serializers.DictField(help_text="the full record with its version")
    note = text()
    timestamp = serializers.DateTimeField()
    request_id = text()
    decision_id = serializers.UUIDField()
    external_ref = text()


class AlikeShape(Shape):
    """A record that resembles another."""

    kind = text()
    overlap = share(help_text="share of words in common")
    record = serializers.DictField()


class AlikeList(Shape):
    """The records most like one, best first."""

    results = AlikeShape(many=True)


class TriageShape(Shape):
    """A candidate that waits for a decision."""

    kind = text()
    title = text()
    triage_rank = serializers.IntegerField(help_text="review value: less is sooner")
    url = text(help_text="its page in the web app")
    record = serializers.DictField()


class BulkResult(Shape):
    """What became of one item."""

    id = serializers.UUIDField()
    outcome = serializers.ChoiceField(choices=["done", "skipped", "refused"])
    status = text(help_text="where the record stands now")
    version = serializers.IntegerField(help_text="0 where the record was refused")
    code = text()
    message = text()


class BulkResults(Shape):
    """One result an item, and the counts."""

    request_id = text(help_text="groups the audit rows; POST audit/undo takes it")
    done = serializers.IntegerField()
    skipped = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = BulkResult(many=True)


class UndoneShape(Shape):
    """What stands after an undo."""

    results = serializers.ListField(child=serializers.DictField())


class UndoneDecision(Shape):
    """What became of one decision of a request."""

    seq = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=["done", "refused"])
    code = text()
    message = text()


class UndoneRequest(Shape):
    """One result a decision, newest first."""

    results = UndoneDecision(many=True)
