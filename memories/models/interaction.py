"""What a client sent to its model and what came back."""

from django.db import models
from django.utils import timezone

from memories.ids import new_id
from memories.models._guard import GuardedModel
from memories.models.project import Project
from memories.text import shortened


class Interaction(GuardedModel):
    """One captured exchange; `project` is null when the name that was sent is unknown (kept in `project_text`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="interactions")
    project_text = models.CharField(max_length=200, default="", blank=True)
    external_ref = models.CharField(max_length=200, null=True, blank=True)
    prompt = models.TextField()
    context_pack = models.JSONField(default=dict, blank=True)
    response = models.TextField(default="", blank=True)
    response_summary = models.TextField(default="", blank=True)
    memories_used = models.JSONField(default=list, blank=True)
    chunks_used = models.JSONField(default=list, blank=True)
    client = models.CharField(max_length=200, default="", blank=True)
    session_id = models.CharField(max_length=200, default="", blank=True)
    created_by = models.CharField(max_length=200, default="", blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(GuardedModel.Meta):
        db_table = "interactions"
        indexes = [
            models.Index(fields=["created_at", "id"], name="interactions_created"),
            models.Index(fields=["project", "created_at", "id"], name="interactions_project_created"),
            models.Index(fields=["session_id", "created_at"], name="interactions_session"),
            models.Index(fields=["client", "created_at"], name="interactions_client"),
        ]

    def __str__(self) -> str:
        return shortened(self.prompt, 80)
