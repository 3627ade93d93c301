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
    entities = words()
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
    entities = words(required=False, max_length=50, help_text="names of the entities it speaks of; an id becomes one")
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


class DocumentShape(RecordShape):
    """A document, without its text."""

    file_path = text(help_text="relative to its tree; unique in the project")
    file_hash = text(help_text="SHA-256 of the text")
    title = text()
    doc_type = text()
    tags = words()
    dated = serializers.DateField(allow_null=True, help_text="the day that its front matter gives")
    origin = text(help_text="the tree it is read from; empty where it came by itself")
    project = text(allow_null=True)
    ingested_at = serializers.DateTimeField()
    removed_at = moment()


class DocumentTaken(DocumentShape):
    """A document, and what became of it."""

    created = serializers.BooleanField()
    outcome = serializers.ChoiceField(choices=["created", "changed", "unchanged"])


class DocumentLabels(Shape):
    """What is said about a document; its text comes from its file."""

    title = text(required=False, max_length=500)
    doc_type = serializers.CharField(required=False, max_length=40)
    tags = words(required=False, max_length=50)


class DocumentNew(DocumentLabels, Creation):
    """A document, new or in its next version: the one at `file_path` is replaced."""

    file_path = serializers.CharField(max_length=1_000, help_text="relative, parts separated by /")
    project = text(allow_null=True, required=False, help_text="name or alias; null for no project")
    text = serializers.CharField(help_text="Markdown, with or without front matter")


class DocumentUpload(DocumentLabels, Creation):
    """A Markdown file, as a form sends it."""

    file = serializers.FileField(help_text="one .md or .markdown file in UTF-8; archives are not taken")
    file_path = serializers.CharField(required=False, max_length=1_000, help_text="the file's name without it")
    project = text(required=False, help_text="name or alias")


class DocumentChange(DocumentLabels, Change):
    """Changed labels of a document."""


class ChunkShape(Shape):
    """A piece of a document."""

    id = serializers.UUIDField()
    document = serializers.UUIDField()
    chunk_index = serializers.IntegerField(min_value=0)
    heading_path = text(help_text="the headings above it, the outermost first: A > B")
    content = text()
    content_hash = text()
    char_count = serializers.IntegerField(min_value=0)
    span = serializers.ListField(
        child=serializers.IntegerField(min_value=0), allow_null=True, help_text="[start, end) in characters of the text"
    )
    lines = serializers.ListField(
        child=serializers.IntegerField(min_value=1), allow_null=True, help_text="[first, last], counted from 1"
    )
    metadata = serializers.DictField()
    created_at = serializers.DateTimeField()
    removed_at = moment(help_text="when it vanished from the document; it stays for what points at it")


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


class ReinforcementShape(Shape):
    """A memory that an answer repeats."""

    memory = serializers.UUIDField()
    share = share(help_text="of the memory's distinct words")
    created_at = serializers.DateTimeField()


class FindingShape(Shape):
    """A statement of an exchange, where it stands, and the record that it is."""

    kind = text(help_text="kind of the record")
    id = serializers.UUIDField(help_text="the record's id")
    outcome = serializers.ChoiceField(
        choices=["proposed", "known", "rejected"], help_text="known: a record said it already"
    )
    place = serializers.ChoiceField(choices=["prompt", "response"])
    start = serializers.IntegerField(min_value=0, help_text="first character in that text")
    end = serializers.IntegerField(min_value=1, help_text="the character after the last")
    rule = text(help_text="what found it")
    extractor = serializers.ChoiceField(choices=["rules", "llm"])


class ExtractionRunShape(Shape):
    """One pass of an extractor over an exchange."""

    id = serializers.UUIDField()
    extractor = serializers.ChoiceField(choices=["rules", "llm"])
    outcome = serializers.ChoiceField(choices=["done", "failed"])
    llm_model = text(help_text="the model that was asked, where one was")
    found = serializers.IntegerField(min_value=0)
    proposed = serializers.IntegerField(min_value=0)
    refused = words(help_text="what was not taken, each with its reason")
    error = text(help_text="why it failed")
    created_by = text()
    created_at = serializers.DateTimeField()


class InteractionDetail(InteractionShape):
    """A captured interaction with what came of it, as far as you may see."""

    reinforced = ReinforcementShape(many=True)
    findings = FindingShape(many=True)
    extraction_runs = ExtractionRunShape(many=True)


class Reinforced(Shape):
    """What an exchange repeats, as far as you may see, and how much of it is newly counted."""

    counted = serializers.IntegerField(min_value=0)
    reinforced = ReinforcementShape(many=True)


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
