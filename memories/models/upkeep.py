"""What housekeeping leaves behind beside the audit rows: its run log and the figures of each day."""

from django.db import models
from django.utils import timezone

from memories.ids import new_id
from memories.models.project import Project


class HousekeepingRun(models.Model):
    """One run of housekeeping. It is a log of work, not a record: what was done to records stands in the audit log.

    Attributes:
        outcome: "running", "done", "failed" (a step failed, the others were done) or "broken off".
        counts: what each step did, by its name.
        error: what failed, in words, a line a step.
        who: label of who started it.
        request_id: that of the audit rows it wrote.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, default="running")
    counts = models.JSONField(default=dict)
    error = models.TextField(default="", blank=True)
    who = models.CharField(max_length=200)
    request_id = models.CharField(max_length=64)
    longest_ms = models.PositiveIntegerField(default=0, help_text="its longest transaction, milliseconds")

    class Meta:
        db_table = "housekeeping_runs"
        indexes = [models.Index(fields=["started_at", "id"], name="housekeeping_started")]

    def __str__(self) -> str:
        return f"{self.outcome} {self.started_at:%Y-%m-%d %H:%M}"


class DailyFigures(models.Model):
    """The figures of a project, or of what belongs to none, for one whole day in UTC. Written once, never changed."""

    day = models.DateField()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="daily_figures")
    figures = models.JSONField(default=dict)
    measured_at = models.DateTimeField(help_text="when what stands was counted; what was done is of the day itself")

    class Meta:
        db_table = "daily_figures"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "day"], condition=models.Q(project__isnull=False), name="daily_figures_once"
            ),
            models.UniqueConstraint(
                fields=["day"], condition=models.Q(project__isnull=True), name="daily_figures_once_global"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project or 'no project'} {self.day}"
