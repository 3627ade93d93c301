"""Points of a project's history that people name: baselines, and how far each person has reviewed."""

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from memories.ids import new_id
from memories.models._guard import GuardedModel
from memories.models.project import Project


class Baseline(GuardedModel):
    """A named moment of a project: the rows of the log up to `seq` and up to `at`. It is never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="baselines")
    name = models.CharField(max_length=80)
    at = models.DateTimeField(help_text="the moment that is named")
    seq = models.BigIntegerField(help_text="the newest row of the log when it was named")
    note = models.TextField(default="", blank=True)
    created_by = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(GuardedModel.Meta):
        db_table = "baselines"
        indexes = [models.Index(fields=["project", "at", "id"], name="baselines_project_at")]
        constraints = [models.UniqueConstraint(Lower("name"), "project", name="baselines_name_unique")]

    def __str__(self) -> str:
        return self.name


class ReviewMark(GuardedModel):
    """How far somebody has reviewed the changes of a project; only they move it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="review_marks")
    reviewer = models.CharField(max_length=200, help_text="label of the actor whose mark it is")
    seq = models.BigIntegerField(default=0, help_text="the last row of the log that was reviewed")
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta(GuardedModel.Meta):
        db_table = "review_marks"
        constraints = [models.UniqueConstraint(fields=["project", "reviewer"], name="review_marks_one_each")]

    def __str__(self) -> str:
        return f"{self.reviewer} up to #{self.seq}"
