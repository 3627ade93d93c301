"""What was repeated where: the evidence behind a memory's `reference_count`."""

from django.db import models
from django.utils import timezone

from memories.ids import new_id
from memories.models._guard import GuardedModel
from memories.models.interaction import Interaction
from memories.models.memory import Memory


class Reinforcement(GuardedModel):
    """One exchange whose answer repeated a memory; at most one row a memory and exchange. It is never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # No index of its own: both that begin with it below serve it.
    memory = models.ForeignKey(Memory, on_delete=models.PROTECT, related_name="reinforcements", db_index=False)
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="reinforcements")
    session_id = models.CharField(max_length=200, default="", blank=True, help_text="the interaction's, copied")
    principal = models.CharField(max_length=200, default="", blank=True, help_text="label of who captured it")
    said_key = models.CharField(max_length=64, editable=False, help_text="digest of who said what in which session")
    share = models.FloatField(default=1.0, help_text="share of the memory's distinct terms found in the answer")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(GuardedModel.Meta):
        db_table = "reinforcements"
        indexes = [models.Index(fields=["memory", "created_at", "id"], name="reinforcements_memory")]
        constraints = [
            models.UniqueConstraint(fields=["memory", "interaction"], name="reinforcements_once"),
            # The same words sent again by the same session count for nothing.
            models.UniqueConstraint(fields=["memory", "said_key"], name="reinforcements_said_once"),
            models.CheckConstraint(condition=models.Q(share__gte=0, share__lte=1), name="reinforcements_share_range"),
        ]

    def __str__(self) -> str:
        return f"{self.memory_id} by {self.interaction_id}"
