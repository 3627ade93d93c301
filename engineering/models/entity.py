"""Engineering entities: typed things with properties, made out of evidence."""

from django.db import models

from engineering.ontology import ENTITY_TYPES
from memories.choices import LIVE, Status
from memories.models import Memory, Project, Record

TYPE_CHOICES = [(name, name.replace("_", " ")) for name in ENTITY_TYPES]


class Entity(Record):
    """A system, requirement, decision, result, … of a project (types and properties: engineering.ontology)."""

    entity_type = models.CharField(max_length=32, choices=TYPE_CHOICES)
    name = models.CharField(max_length=300)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="entities")
    external_ref = models.CharField(max_length=300, null=True, blank=True, help_text="its id in the tool it came from")
    description = models.TextField(default="", blank=True)
    properties = models.JSONField(default=dict, blank=True)
    confidence = models.FloatField(default=0.5)
    source_refs = models.JSONField(default=list, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    graduates_memory = models.ForeignKey(
        Memory, on_delete=models.PROTECT, null=True, blank=True, related_name="graduation_proposals"
    )
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_rows"
    )
    proposed_supersedes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="proposed_replacements"
    )
    dedupe_key = models.CharField(max_length=64, default="", editable=False)
    near_overlap = models.FloatField(default=0.0, editable=False)
    rejected_before = models.BooleanField(default=False, editable=False)

    class Meta(Record.Meta):
        db_table = "entities"
        verbose_name_plural = "entities"
        indexes = [
            models.Index(fields=["status", "triage_rank", "id"], name="entities_triage"),
            models.Index(fields=["project", "status", "triage_rank", "id"], name="entities_project_triage"),
            models.Index(fields=["entity_type", "status", "id"], name="entities_type_status"),
            models.Index(fields=["project", "entity_type", "status", "id"], name="entities_project_type"),
            models.Index(fields=["created_at", "id"], name="entities_created"),
            models.Index(fields=["updated_at", "id"], name="entities_updated"),
            models.Index(fields=["status", "created_at", "id"], name="entities_status_created"),
            models.Index(fields=["project", "created_at", "id"], name="entities_project_created"),
            models.Index(fields=["name", "id"], name="entities_name"),
            # Holds all that the search for the other end of a link reads, so that it never touches the rows.
            models.Index(
                fields=["entity_type", "status", "name", "external_ref", "project", "id"], name="entities_lookup"
            ),
            models.Index(fields=["status", "confidence", "id"], name="entities_status_confidence"),
            models.Index(fields=["valid_until"], name="entities_valid_until"),
            models.Index(fields=["created_by", "status"], name="entities_created_by"),
            models.Index(fields=["dedupe_key", "status"], name="entities_dedupe"),
            # Beside the foreign key's own index: that one, nearly all null, the planners take for useless.
            models.Index(
                fields=["superseded_by"], name="entities_replaced", condition=models.Q(superseded_by__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "external_ref"],
                condition=models.Q(external_ref__isnull=False, project__isnull=False),
                name="entities_ref_unique",
            ),
            models.UniqueConstraint(
                fields=["external_ref"],
                condition=models.Q(external_ref__isnull=False, project__isnull=True),
                name="entities_ref_unique_global",
            ),
            models.UniqueConstraint(
                fields=["dedupe_key"], condition=models.Q(status__in=LIVE), name="entities_live_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1), name="entities_confidence_range"
            ),
            models.CheckConstraint(condition=models.Q(entity_type__in=ENTITY_TYPES), name="entities_type_known"),
            models.CheckConstraint(
                condition=models.Q(status__in=[s for s in Status.values if s != Status.GRADUATED]),
                name="entities_status_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(superseded_by=models.F("id")), name="entities_no_self_supersede"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity_type} {self.name}"
