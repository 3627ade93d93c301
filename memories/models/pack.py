"""Receipts: which text a model was given, and which exchanges relied on which records."""

from django.db import models
from django.utils import timezone

from memories.ids import new_id
from memories.models.interaction import Interaction
from memories.models.project import Project
from memories.text import shortened


class ContextPack(models.Model):
    """A context pack as it was handed out. It is never changed; one that no exchange used is thrown away in time.

    Attributes:
        items: what is in the text, JSON: kind, id, section and line of each record.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="packs")
    prompt = models.TextField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the text")
    budget = models.PositiveIntegerField()
    in_chars = models.BooleanField(default=False, help_text="whether the budget counts characters")
    text = models.TextField()
    items = models.JSONField(default=list, blank=True)
    created_by = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "context_packs"
        indexes = [models.Index(fields=["created_at", "id"], name="context_packs_created")]

    def __str__(self) -> str:
        return shortened(self.prompt, 80)


class PackItem(models.Model):
    """A record that a pack holds, or that a captured exchange was given; exactly one of the two is named."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    record_id = models.UUIDField()
    kind = models.CharField(max_length=32, default="", blank=True, help_text="empty where a client named an id alone")
    pack = models.ForeignKey(ContextPack, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        db_table = "pack_items"
        indexes = [models.Index(fields=["record_id", "id"], name="pack_items_record")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(pack__isnull=True, interaction__isnull=False)
                | models.Q(pack__isnull=False, interaction__isnull=True),
                name="pack_items_one_holder",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind or 'record'}:{self.record_id}"
