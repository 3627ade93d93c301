"""What detection keeps beside the conflicts: names of subjects, and texts that stand for one another."""

from django.db import models
from django.utils import timezone

from memories.ids import new_id
from memories.models import Project


class SlotSubject(models.Model):
    """A name under which a row makes claims while it is active (derived: rebuilt by the full scan).

    An entity stands here by its name and by its id in the tool it came from, a memory by the subject it speaks of; all
    normalised, so that one look-up finds whoever speaks of one thing.
    """

    project_id = models.UUIDField(null=True, blank=True)
    name = models.CharField(max_length=400)
    member_kind = models.CharField(max_length=16)
    member_id = models.UUIDField()

    class Meta:
        db_table = "slot_subjects"
        indexes = [models.Index(fields=["name", "project_id"], name="slot_subjects_name")]
        constraints = [
            models.UniqueConstraint(fields=["member_id", "name"], name="slot_subjects_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.member_kind}:{self.member_id}"


class ValueAlias(models.Model):
    """Two texts that mean one value ("SS304" stands for "AISI 304"), in a project or, without one, everywhere.

    Attributes:
        text: the normalised text.
        stands_for: the normalised text it is read as.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="value_aliases")
    text = models.CharField(max_length=200)
    stands_for = models.CharField(max_length=200)
    created_by = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "value_aliases"
        verbose_name_plural = "value aliases"
        indexes = [models.Index(fields=["project", "removed_at"], name="value_aliases_project")]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "text"],
                condition=models.Q(project__isnull=False, removed_at__isnull=True),
                name="value_aliases_unique",
            ),
            models.UniqueConstraint(
                fields=["text"],
                condition=models.Q(project__isnull=True, removed_at__isnull=True),
                name="value_aliases_unique_global",
            ),
            models.CheckConstraint(condition=~models.Q(text=models.F("stands_for")), name="value_aliases_no_self"),
        ]

    def __str__(self) -> str:
        return f"{self.text} = {self.stands_for}"
