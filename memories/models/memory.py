"""Memories: single statements that may become, or have become, true."""

from django.db import models

from memories.choices import LIVE, MemoryType, Status
from memories.models._guard import Record
from memories.models.document import SourceChunk
from memories.models.interaction import Interaction
from memories.models.project import Project
from memories.text import shortened


class Memory(Record):
    """One statement with its source, its confidence (0..1) and its place in the lifecycle."""

    memory_type = models.CharField(max_length=16, choices=MemoryType.choices)
    content = models.TextField()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="memories")
    external_ref = models.CharField(max_length=300, null=True, blank=True)
    source_chunk = models.ForeignKey(
        SourceChunk, on_delete=models.PROTECT, null=True, blank=True, related_name="memories"
    )
    source_interaction = models.ForeignKey(
        Interaction, on_delete=models.PROTECT, null=True, blank=True, related_name="memories"
    )
    session_id = models.CharField(max_length=200, default="", blank=True)
    position = models.IntegerField(null=True, blank=True, help_text="place in the conversation it came from")
    observed_at = models.DateTimeField(null=True, blank=True, help_text="when it was said or measured")
    confidence = models.FloatField(default=0.5)
    last_referenced_at = models.DateTimeField(null=True, blank=True)
    reference_count = models.PositiveIntegerField(default=0)
    domain_tags = models.JSONField(default=list, blank=True)
    entities = models.JSONField(default=list, blank=True, help_text="names of the entities that it speaks of")
    valid_until = models.DateTimeField(null=True, blank=True)
    graduated_to_entity = models.ForeignKey(
        "engineering.Entity", on_delete=models.PROTECT, null=True, blank=True, related_name="graduated_memories"
    )
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_rows"
    )
    proposed_supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="proposed_replacements"
    )
    dedupe_key = models.CharField(
        max_length=64, default="", editable=False, help_text="digest of what makes two rows the same (derived)"
    )
    near_overlap = models.FloatField(
        default=0.0, editable=False, help_text="overlap with the nearest live row when written (derived)"
    )
    rejected_before = models.BooleanField(
        default=False, editable=False, help_text="the same content was rejected once (derived)"
    )

    class Meta(Record.Meta):
        db_table = "memories"
        verbose_name_plural = "memories"
        indexes = [
            models.Index(fields=["status", "triage_rank", "id"], name="memories_triage"),
            models.Index(fields=["project", "status", "triage_rank", "id"], name="memories_project_triage"),
            models.Index(fields=["created_at", "id"], name="memories_created"),
            models.Index(fields=["updated_at", "id"], name="memories_updated"),
            models.Index(fields=["status", "created_at", "id"], name="memories_status_created"),
            models.Index(fields=["project", "created_at", "id"], name="memories_project_created"),
            models.Index(fields=["memory_type", "status", "id"], name="memories_type_status"),
            models.Index(fields=["status", "confidence", "id"], name="memories_status_confidence"),
            models.Index(fields=["last_referenced_at"], name="memories_referenced"),
            models.Index(fields=["valid_until"], name="memories_valid_until"),
            models.Index(fields=["session_id", "position"], name="memories_session"),
            models.Index(fields=["created_by", "status"], name="memories_created_by"),
            models.Index(fields=["dedupe_key", "status"], name="memories_dedupe"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "external_ref"],
                condition=models.Q(external_ref__isnull=False, project__isnull=False),
                name="memories_ref_unique",
            ),
            models.UniqueConstraint(
                fields=["external_ref"],
                condition=models.Q(external_ref__isnull=False, project__isnull=True),
                name="memories_ref_unique_global",
            ),
            models.UniqueConstraint(
                fields=["dedupe_key"], condition=models.Q(status__in=LIVE), name="memories_live_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1), name="memories_confidence_range"
            ),
            models.CheckConstraint(condition=models.Q(memory_type__in=MemoryType.values), name="memories_type_known"),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="memories_status_known"),
            models.CheckConstraint(
                condition=~models.Q(superseded_by=models.F("id")), name="memories_no_self_supersede"
            ),
        ]

    def __str__(self) -> str:
        return shortened(self.content, 80)
