"""Conflicts: rows that claim one slot with incompatible values, waiting for a person."""

from typing import Self

from django.db import models
from django.utils import timezone

from memories.choices import ConflictSeverity, ConflictStatus
from memories.ids import new_id
from memories.models import GuardedModel, Project


class Conflict(GuardedModel):
    """A disagreement about one slot of a project.

    Attributes:
        fingerprint: digest of who said what when it was last found, by which detection knows it again.
        settled: the fingerprint that a person dismissed; "?" where an older database brought the decision, "" for none.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slot_kind = models.CharField(max_length=80)
    slot_key = models.CharField(max_length=400)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, blank=True, related_name="conflicts")
    severity = models.CharField(max_length=16, choices=ConflictSeverity.choices, default=ConflictSeverity.CONFLICT)
    status = models.CharField(max_length=16, choices=ConflictStatus.choices, default=ConflictStatus.OPEN)
    resolution = models.CharField(max_length=200, default="", blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=200, default="", blank=True)
    detected_at = models.DateTimeField(default=timezone.now)
    note = models.TextField(default="", blank=True)
    fingerprint = models.CharField(max_length=32, default="", blank=True, editable=False)
    settled = models.CharField(max_length=32, default="", blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta(GuardedModel.Meta):
        db_table = "conflicts"
        indexes = [
            models.Index(fields=["status", "detected_at", "id"], name="conflicts_status"),
            models.Index(fields=["project", "status", "detected_at"], name="conflicts_project_status"),
            models.Index(fields=["slot_kind", "slot_key"], name="conflicts_slot"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "slot_kind", "slot_key"],
                condition=models.Q(status=ConflictStatus.OPEN, project__isnull=False),
                name="conflicts_one_open",
            ),
            models.UniqueConstraint(
                fields=["slot_kind", "slot_key"],
                condition=models.Q(status=ConflictStatus.OPEN, project__isnull=True),
                name="conflicts_one_open_global",
            ),
            models.CheckConstraint(condition=models.Q(status__in=ConflictStatus.values), name="conflicts_status_known"),
            models.CheckConstraint(
                condition=models.Q(severity__in=ConflictSeverity.values), name="conflicts_severity_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot_kind} {self.slot_key}"

    def fresh(self) -> Self:
        """Return the row as the database holds it now."""
        return type(self)._base_manager.get(pk=self.pk)


class ConflictMember(GuardedModel):
    """One claim of a conflict, as it stood when it was found; `left_at` is set where it no longer stands in it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conflict = models.ForeignKey(Conflict, on_delete=models.CASCADE, related_name="members")
    member_kind = models.CharField(max_length=16)
    member_id = models.UUIDField()
    member_layer_trust = models.PositiveSmallIntegerField(default=0)
    value_snapshot = models.TextField(default="", blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta(GuardedModel.Meta):
        db_table = "conflict_members"
        indexes = [models.Index(fields=["member_kind", "member_id"], name="conflict_members_member")]
        constraints = [
            models.UniqueConstraint(fields=["conflict", "member_kind", "member_id"], name="conflict_members_unique"),
            models.CheckConstraint(
                condition=models.Q(member_layer_trust__lte=100), name="conflict_members_trust_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_kind}:{self.member_id}"
