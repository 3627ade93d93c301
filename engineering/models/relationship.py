"""Relationships: typed, directed edges between entities."""

from django.db import models

from engineering.models.entity import Entity
from engineering.ontology import RELATIONSHIP_TYPES
from memories.choices import LIVE, Status
from memories.models import Record

TYPE_CHOICES = [(name, spec.label) for name, spec in RELATIONSHIP_TYPES.items()]


class Relationship(Record):
    """`source relationship_type target`, read left to right.

    Attributes:
        canonical_key: the same for a pair written from either side (inverse and symmetric types folded).
        origin_role: its name in the tool it came from.
        reviewed_fingerprint: digest of the target's content when a person last confirmed the link.
    """

    source_entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="outgoing")
    target_entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="incoming")
    relationship_type = models.CharField(max_length=40, choices=TYPE_CHOICES)
    origin_role = models.CharField(max_length=120, default="", blank=True)
    canonical_key = models.CharField(max_length=200, editable=False)
    confidence = models.FloatField(default=0.5)
    source_refs = models.JSONField(default=list, blank=True)
    reviewed_fingerprint = models.CharField(max_length=64, default="", blank=True)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_rows"
    )

    class Meta(Record.Meta):
        db_table = "relationships"
        indexes = [
            models.Index(fields=["status", "triage_rank", "id"], name="relationships_triage"),
            models.Index(
                fields=["source_entity", "relationship_type", "status", "target_entity"], name="relationships_out"
            ),
            models.Index(
                fields=["target_entity", "relationship_type", "status", "source_entity"], name="relationships_in"
            ),
            models.Index(fields=["relationship_type", "status", "id"], name="relationships_type_status"),
            models.Index(fields=["created_at", "id"], name="relationships_created"),
            models.Index(fields=["updated_at", "id"], name="relationships_updated"),
            models.Index(fields=["status", "created_at", "id"], name="relationships_status_time"),
            models.Index(fields=["status", "confidence", "id"], name="relationships_confidence"),
            models.Index(fields=["created_by", "status"], name="relationships_created_by"),
            models.Index(fields=["origin_role"], name="relationships_origin_role"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["canonical_key"], condition=models.Q(status__in=LIVE), name="relationships_live_unique"
            ),
            models.CheckConstraint(
                condition=~models.Q(source_entity=models.F("target_entity")), name="relationships_no_loop"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1), name="relationships_confidence_range"
            ),
            models.CheckConstraint(
                condition=models.Q(relationship_type__in=list(RELATIONSHIP_TYPES)), name="relationships_type_known"
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[s for s in Status.values if s != Status.GRADUATED]),
                name="relationships_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_entity_id} {self.relationship_type} {self.target_entity_id}"
